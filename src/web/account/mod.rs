//! Signing in and out, and one's own account.

mod browser;
mod code;
mod done;
mod local;
mod owner;
mod password;
mod problem;
mod qr;
mod second_factor;
mod sessions;
mod show;
mod sign_in;
mod sign_out;
mod single_sign_on;
mod token_form;
mod tokens;
mod welcome;

pub use code::{create as sign_in_code, show as show_sign_in_code};
pub use sign_in::{create as sign_in, show as show_sign_in};
pub use sign_out::sign_out;
pub use single_sign_on::{SingleSignOn, routes as single_sign_on_routes};
pub use welcome::{create as welcome, show as show_welcome};

use axum::{
    Router,
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
    routing::{get, post},
};

use super::{client::Client, guard, state::AppState};
use crate::access::session::Origin;
use crate::access::sign_in::Begun;

/// The pages of one's own account.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/account", get(show::show))
        .route(
            "/account/password",
            get(password::edit).post(password::update),
        )
        .route(
            "/account/second-factor",
            get(second_factor::show).post(second_factor::turn_on),
        )
        .route("/account/second-factor/codes", post(second_factor::renew))
        .route("/account/second-factor/off", post(second_factor::turn_off))
        .route("/account/sessions/end-others", post(sessions::end_others))
        .route("/account/sessions/{id}/end", post(sessions::end))
        .route("/account/tokens/new", get(tokens::new).post(tokens::create))
        .route("/account/tokens/{id}/revoke", post(tokens::revoke))
}

/// From where somebody signs in, as an argument of a handler.
pub struct From {
    origin: Origin,
    client: Client,
}

impl<S: Sync> FromRequestParts<S> for From {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let client = Client::of(&parts.extensions);
        Ok(Self {
            origin: Origin {
                address: client.address.to_string(),
                browser: browser(&parts.headers),
                old: guard::SESSION.token(&parts.headers, client.is_secure),
            },
            client,
        })
    }
}

fn browser(headers: &HeaderMap) -> String {
    let named = headers.get(header::USER_AGENT);
    named.map_or_else(String::new, |name| {
        String::from_utf8_lossy(name.as_bytes()).into_owned()
    })
}

/// Hands the browser its new token and leads it on.
fn led_on(begun: &Begun, client: Client, to: &str) -> Response {
    let cookie = guard::SESSION.set(&begun.token, client.is_secure);
    let headers = AppendHeaders([(header::SET_COOKIE, cookie)]);
    (headers, Redirect::to(to)).into_response()
}
