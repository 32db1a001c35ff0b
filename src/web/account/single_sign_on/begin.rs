//! Sends a browser to the provider.

use axum::{
    extract::{Query, State},
    http::header,
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{SingleSignOn, trouble};
use crate::access::oidc::begin_flow;
use crate::web::{account::local, client::Client, error::PageError, guard};

/// What the address may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct BeginQuery {
    /// Where to go afterwards.
    next: String,
}

/// Begins a sign-in. The cookie binds it to this browser: whoever else gets hold of the address
/// that the provider sends it back to can do nothing with it.
pub async fn begin(
    State(sso): State<SingleSignOn>,
    client: Client,
    Query(query): Query<BeginQuery>,
) -> Result<Response, PageError> {
    let next = local::or_home(&query.next);
    let registration = sso.registration().await?;
    let begun = match sso.client.begin(&registration).await {
        Ok(begun) => begun,
        Err(error) => return Ok(trouble::with_provider(&sso.app, &error)),
    };
    let app = &sso.app;
    let mut conn = app.connection().await?;
    let (vault, now) = (&app.vault, app.now());
    let browser = begin_flow(&mut conn, vault, &begun.state, &begun.flow, next, now).await?;
    let cookie = guard::SINGLE_SIGN_ON.set(&browser, client.is_secure);
    let headers = AppendHeaders([(header::SET_COOKIE, cookie)]);
    Ok((headers, Redirect::to(begun.url.as_str())).into_response())
}
