//! The browser comes back from the provider.

use axum::{
    extract::{Query, State},
    http::{HeaderMap, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use serde::Deserialize;

use super::{SingleSignOn, trouble};
use crate::access::Token;
use crate::access::oidc::{self, FlowError, Refused, Resumed};
use crate::web::{
    account::{From, led_on},
    client::Client,
    error::PageError,
    guard,
};

/// What the provider says by way of the browser.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Answer {
    state: String,
    code: Option<String>,
    /// Why there is no code, in the provider's own words.
    error: Option<String>,
}

/// Finishes a sign-in, or says why not. Whatever comes of it, the browser's cookie is used up.
pub async fn finish(
    State(sso): State<SingleSignOn>,
    from: From,
    headers: HeaderMap,
    Query(answer): Query<Answer>,
) -> Result<Response, PageError> {
    let client = from.client;
    let response = match resume(&sso, &headers, client, &answer).await? {
        Some(resumed) => go_on(&sso, from, answer, resumed).await?,
        None => trouble::unknown(&sso.app),
    };
    let used_up = guard::SINGLE_SIGN_ON.clear(client.is_secure);
    Ok((AppendHeaders([(header::SET_COOKIE, used_up)]), response).into_response())
}

/// The sign-in that this browser began with this state; `None`: there is none.
async fn resume(
    sso: &SingleSignOn,
    headers: &HeaderMap,
    client: Client,
    answer: &Answer,
) -> Result<Option<Resumed>, PageError> {
    let Some(browser) = guard::SINGLE_SIGN_ON.token(headers, client.is_secure) else {
        return Ok(None);
    };
    let app = &sso.app;
    let state = Token::presented(&answer.state);
    let mut conn = app.connection().await?;
    let resumed = oidc::resume_flow(&mut conn, &app.vault, &state, &browser, app.now());
    resumed.await.map_err(|error| match error {
        FlowError::Database(error) => error.into(),
        error => PageError::Internal(error.into()),
    })
}

async fn go_on(
    sso: &SingleSignOn,
    from: From,
    answer: Answer,
    resumed: Resumed,
) -> Result<Response, PageError> {
    let app = &sso.app;
    let Some(code) = answer.code.filter(|_| answer.error.is_none()) else {
        return Ok(trouble::declined(app, answer.error.as_deref()));
    };
    let registration = sso.registration().await?;
    let found = sso
        .client
        .finish(&registration, resumed.flow, code, app.now());
    let claimed = match found.await {
        Ok(claimed) => claimed,
        Err(error) => return Ok(trouble::with_provider(app, &error)),
    };
    match oidc::sign_in(&app.pool, &claimed, &from.origin, app.now()).await {
        Ok(begun) => Ok(led_on(&begun, from.client, &resumed.next_path)),
        Err(Refused::Database(error)) => Err(error.into()),
        Err(refused) => Ok(trouble::refused(app, &refused)),
    }
}
