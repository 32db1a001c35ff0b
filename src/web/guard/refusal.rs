//! What somebody is told who may not.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};

use super::{Need, SignedIn, bearer, only_asks};
use crate::db::audit::{self, Entry};
use crate::model::{AuditAction, Right};
use crate::web::{api, client::Client, error::PageError, links, state::AppState};

/// Has htmx load the whole page, which leads to the sign-in.
const HX_REFRESH: HeaderName = HeaderName::from_static("hx-refresh");

/// Leads a browser that opens a page to the sign-in, and from there back to the page. What a
/// form sent is not kept: a page says that nothing was done.
pub fn sign_in_first(request: &Request) -> Response {
    let is_program = request.uri().path().starts_with(api::ROOT);
    if only_asks(request.method()) && !is_program && opens_a_page(request.headers()) {
        let wanted = request.uri().path_and_query();
        let wanted = wanted.map_or("/", |wanted| wanted.as_str());
        return Redirect::to(&links::sign_in(wanted)).into_response();
    }
    let mut refused = PageError::NotSignedIn.into_response();
    let headers = refused.headers_mut();
    headers.insert(
        header::WWW_AUTHENTICATE,
        HeaderValue::from_static("Bearer realm=\"RouterVault\""),
    );
    headers.insert(HX_REFRESH, HeaderValue::from_static("true"));
    refused
}

fn opens_a_page(headers: &HeaderMap) -> bool {
    let accepts = headers.get(header::ACCEPT);
    let takes_pages = accepts.is_some_and(|kinds| {
        kinds
            .to_str()
            .is_ok_and(|kinds| kinds.contains("text/html"))
    });
    takes_pages && !headers.contains_key("hx-request") && !bearer::is_there(headers)
}

/// Refuses what somebody has no right to, and records that they asked.
pub async fn forbidden(
    state: &AppState,
    person: &SignedIn,
    need: Need,
    client: Client,
    asked: &str,
) -> Response {
    let actor = person.actor(client);
    let entry = Entry {
        action: AuditAction::AccessRefused,
        site: None,
        subject: asked,
        detail: "",
    };
    let recorded = async {
        let mut conn = state.connection().await?;
        audit::record(&mut conn, &actor, &entry, state.now()).await?;
        Ok::<(), PageError>(())
    };
    match recorded.await {
        Ok(()) => PageError::Forbidden(sentence(need)).into_response(),
        Err(error) => error.into_response(),
    }
}

const fn sentence(need: Need) -> &'static str {
    match need {
        Need::Nothing | Need::Browser => "An API token can not do this; sign in with a browser.",
        Need::Everything => "This counts over all sites, and your account reaches some.",
        Need::Whole => {
            "Only an administrator may do this, and a program only with a token from which no right \
             and no site is withheld."
        }
        Need::Right(Right::See) => "Your account may not see this.",
        Need::Right(Right::BackUp) => "Your account may not start or stop backups.",
        Need::Right(Right::Annotate) => "Your account may not write comments or pin backups.",
        Need::Right(Right::Download) => "Your account may not download backups.",
        Need::Right(Right::Reveal) => "Your account may not see secrets.",
        Need::Right(Right::Manage) => "Only an administrator may do this.",
    }
}
