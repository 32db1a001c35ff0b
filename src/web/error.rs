//! What can go wrong with a page, and the page that says so.
//!
//! A handler returns a [`PageError`]. It travels as an extension of an empty response to
//! [`error_pages`], which knows the request's id, writes the page, and logs the detail once.
//! Refusals of the layers below (a body too large, a panic) pass the same place.

use std::sync::Arc;

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tower_http::request_id::RequestId;

use super::{
    api::{self, problem::Problem},
    filters,
    guard::SignedIn,
    shell::Shell,
    state::AppState,
};
use crate::db;

/// What of a refusal's own headers its page has, too.
const KEPT_HEADERS: [HeaderName; 3] = [
    header::ALLOW,
    header::WWW_AUTHENTICATE,
    HeaderName::from_static("hx-refresh"),
];

/// What the browser is told to wait before it asks again, in seconds.
const RETRY_AFTER_SECS: HeaderValue = HeaderValue::from_static("5");

/// Why a page can not be shown.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// What was asked for does not exist.
    #[error("There is no such {0}.")]
    NotFound(&'static str),
    /// The address or the form makes no sense; the sentence says what to do.
    #[error("{0}")]
    BadRequest(&'static str),
    /// What a program sent makes no sense; the sentence says where.
    #[error("{0}")]
    Invalid(String),
    /// What a program sent is well formed and against the rules; the sentences say where.
    #[error("{0}")]
    Wrong(String),
    /// It can not be done as things are; the sentence says why.
    #[error("{0}")]
    Conflict(&'static str),
    /// Somebody else changed it since the program looked.
    #[error("It was changed since you looked, so nothing was done. Get it again, then change it.")]
    Outdated,
    /// Nobody who is known asks.
    #[error("You are not signed in, or no longer, so nothing was done. Sign in and try again.")]
    NotSignedIn,
    /// Who asks may not; the sentence says what.
    #[error("{0}")]
    Forbidden(&'static str),
    /// It was there, and is no longer; the sentence says why.
    #[error("{0}")]
    Gone(&'static str),
    /// Too much of the same goes on already; the sentence says so.
    #[error("{0}")]
    Busy(&'static str),
    /// The disk has no room; the sentence says what to do.
    #[error("{0}")]
    NoRoom(String),
    /// The stored body of a snapshot does not decode to what was stored.
    #[error("This backup can not be read, so nothing of it is shown: {detail}.")]
    Damaged { detail: String },
    /// The database does not answer.
    #[error("the database does not answer: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// A fault of our own.
    #[error("{0:#}")]
    Internal(anyhow::Error),
}

impl PageError {
    const fn status(&self) -> StatusCode {
        match self {
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::BadRequest(_) | Self::Invalid(_) => StatusCode::BAD_REQUEST,
            Self::Wrong(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::Outdated => StatusCode::PRECONDITION_FAILED,
            Self::NotSignedIn => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::Gone(_) => StatusCode::GONE,
            Self::Busy(_) | Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::NoRoom(_) => StatusCode::INSUFFICIENT_STORAGE,
            Self::Damaged { .. } | Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The sentence for the reader; `None` when the general one of the status must do.
    fn sentence(&self) -> Option<String> {
        match self {
            Self::Unavailable(_) | Self::Internal(_) => None,
            told => Some(told.to_string()),
        }
    }
}

impl From<sqlx::Error> for PageError {
    fn from(error: sqlx::Error) -> Self {
        if db::is_away(&error) {
            Self::Unavailable(error)
        } else if db::is_unwritable(&error) {
            Self::BadRequest("What was sent has a NUL character in it, so nothing was done.")
        } else {
            Self::Internal(error.into())
        }
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "error.html")]
struct ErrorPage {
    shell: Shell,
    status: StatusCode,
    sentence: String,
    request_id: String,
}

impl ErrorPage {
    fn title(&self) -> &'static str {
        match self.status {
            StatusCode::NOT_FOUND => "Not found",
            StatusCode::UNAUTHORIZED => "Sign in first",
            StatusCode::FORBIDDEN => "Not allowed",
            StatusCode::GONE => "No longer there",
            StatusCode::SERVICE_UNAVAILABLE => "Not available just now",
            StatusCode::GATEWAY_TIMEOUT => "This took too long",
            status if status.is_server_error() => "Something went wrong",
            _ => "This can not be done",
        }
    }

    /// Whether the sign-in is the next page for who is told this.
    fn leads_to_sign_in(&self) -> bool {
        let is_spent_link = self.status == StatusCode::GONE && self.shell.person_name().is_none();
        is_spent_link || self.status == StatusCode::UNAUTHORIZED
    }

    /// Whether the reader can do nothing but tell somebody, who then needs the request's id.
    fn is_ours(&self) -> bool {
        self.status.is_server_error()
    }
}

/// Turns every refusal and failure into a page with the request's id, or what a program reads in its
/// place, and logs it once.
pub async fn error_pages(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let request_id = request_id(&request);
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    let person = response.extensions().get::<SignedIn>().cloned();
    let status = response.status();
    let error = response.extensions().get::<Arc<PageError>>().cloned();
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !(status.is_client_error() || status.is_server_error()) || (error.is_none() && is_page) {
        return response;
    }
    log(status, error.as_deref(), &request_id, &path);
    let sentence = error
        .and_then(|error| error.sentence())
        .unwrap_or_else(|| sentence_of(status).to_owned());
    let mut shown = if path.starts_with(api::ROOT) {
        Problem::new(status, sentence, request_id).into_response()
    } else {
        let page = ErrorPage {
            shell: Shell::of_error(&state, person),
            status,
            sentence,
            request_id,
        };
        (status, page).into_response()
    };
    for name in KEPT_HEADERS {
        if let Some(value) = response.headers().get(&name) {
            shown.headers_mut().insert(name, value.clone());
        }
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        shown
            .headers_mut()
            .insert(header::RETRY_AFTER, RETRY_AFTER_SECS);
    }
    shown
}

fn request_id(request: &Request) -> String {
    request
        .extensions()
        .get::<RequestId>()
        .and_then(|id| id.header_value().to_str().ok())
        .unwrap_or("unknown")
        .to_owned()
}

fn log(status: StatusCode, error: Option<&PageError>, request_id: &str, path: &str) {
    let code = status.as_u16();
    match error {
        Some(error @ PageError::Busy(_)) => {
            tracing::warn!(request_id, path, "{error}");
        }
        Some(error) if status.is_server_error() => {
            tracing::error!(request_id, path, status = code, %error, "a page failed");
        }
        None if status.is_server_error() => {
            tracing::error!(request_id, path, status = code, "a page failed");
        }
        _ => tracing::debug!(request_id, path, status = code, "a request was refused"),
    }
}

const fn sentence_of(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "There is no page at this address.",
        StatusCode::FORBIDDEN => {
            "This request did not come from a page of RouterVault, so nothing was changed. \
             Open the page again and press the button there."
        }
        StatusCode::METHOD_NOT_ALLOWED => "This address does not answer this kind of request.",
        StatusCode::PAYLOAD_TOO_LARGE => "What was sent is larger than any form of RouterVault.",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            "This address takes what a form sends, as application/x-www-form-urlencoded, and this \
             was sent as something else. Nothing was changed."
        }
        StatusCode::MISDIRECTED_REQUEST => {
            "RouterVault does not answer by this name. Use its own name, which whoever runs it \
             gives it by --public-url, or its IP address."
        }
        StatusCode::SERVICE_UNAVAILABLE => {
            "The database does not answer, or all connections to it are taken. Backups that are \
             due are not lost: they run as soon as it is back. Try again in a few seconds."
        }
        StatusCode::GATEWAY_TIMEOUT => {
            "This page took more than half a minute and was given up. Ask for less at once, or \
             try again when RouterVault has less to do."
        }
        status if status.as_u16() >= 500 => {
            "The fault is ours and was written to the log. Name the request id below when you \
             report it."
        }
        _ => "The address or the form is not complete. Go back and try again.",
    }
}
