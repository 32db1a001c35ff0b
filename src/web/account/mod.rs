//! Signing in and out.

mod local;
mod sign_in;
mod sign_out;
mod single_sign_on;
mod welcome;

pub use sign_in::{create as sign_in, show as show_sign_in};
pub use sign_out::sign_out;
pub use single_sign_on::{SingleSignOn, routes as single_sign_on_routes};
pub use welcome::{create as welcome, show as show_welcome};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};

use super::{client::Client, guard};
use crate::access::session::Origin;
use crate::access::sign_in::Begun;

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
