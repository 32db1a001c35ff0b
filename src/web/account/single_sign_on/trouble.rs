//! The page that says why single sign-on did not work. What the provider wrote is not on it.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

use crate::access::oidc::{ProviderError, Refused};
use crate::web::{filters, shell::Shell, state::AppState};

/// What a provider says when somebody went back or said no (RFC 6749, section 4.1.2.1).
const DECLINED: &str = "access_denied";

#[derive(Template, WebTemplate)]
#[template(path = "account/single_sign_on.html")]
struct TroublePage {
    shell: Shell,
    sentence: String,
}

fn page(state: &AppState, status: StatusCode, sentence: String) -> Response {
    let shell = Shell::of_error(state, None);
    (status, TroublePage { shell, sentence }).into_response()
}

/// The provider can not be asked, or is not believed.
pub fn with_provider(state: &AppState, error: &ProviderError) -> Response {
    tracing::warn!(%error, "A sign-in at the provider of single sign-on failed");
    let status = match error {
        ProviderError::Slow => StatusCode::GATEWAY_TIMEOUT,
        _ => StatusCode::BAD_GATEWAY,
    };
    page(state, status, error.to_string())
}

/// The provider vouches for somebody who may not come in.
pub fn refused(state: &AppState, refused: &Refused) -> Response {
    page(state, StatusCode::FORBIDDEN, refused.to_string())
}

/// The provider sent the browser back without a code.
pub fn declined(state: &AppState, error: Option<&str>) -> Response {
    let sentence = if error == Some(DECLINED) {
        "You were not signed in: it was declined or broken off at the provider."
    } else {
        "The provider could not sign you in. If this goes on, an administrator of the provider \
         finds the reason in its log."
    };
    page(state, StatusCode::FORBIDDEN, sentence.to_owned())
}

/// No sign-in of this state is on its way in this browser.
pub fn unknown(state: &AppState) -> Response {
    let sentence = "This sign-in was not begun in this browser, took longer than ten minutes, or \
                    is over already. Nothing was done; begin again.";
    page(state, StatusCode::BAD_REQUEST, sentence.to_owned())
}
