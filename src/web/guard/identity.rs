//! Who asks: by the session of a browser, by the token of a program, or as the visitor of a demo.

use std::sync::Arc;

use axum::http::{Extensions, HeaderMap};

use super::bearer::{self, Brought};
use super::{SignedIn, cookie};
use crate::access::{Token, api_token, session};
use crate::db::users;
use crate::model::{SessionId, SessionStage};
use crate::web::{client::Client, error::PageError, state::AppState};

/// Who asks, and by what they are known.
pub struct Identity {
    pub person: SignedIn,
    /// `None`: by a token, or as a visitor.
    pub session: Option<SessionId>,
}

/// The session by which a browser asks, in the extensions of its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CurrentSession(pub SessionId);

/// Who asks; `None`: nobody who is known.
///
/// # Errors
/// When the database fails.
pub async fn identify(
    state: &AppState,
    headers: &HeaderMap,
    extensions: &Extensions,
) -> Result<Option<Identity>, PageError> {
    match bearer::token(headers) {
        Brought::Nothing => {}
        // Who brings a token is known by it or by nothing: not by a cookie that came along.
        Brought::Unreadable => return Ok(None),
        Brought::Token(token) => return by_token(state, &token, extensions).await,
    }
    let token = cookie::SESSION.token(headers, Client::of(extensions).is_secure);
    if token.is_none() && state.demo.is_none() {
        return Ok(None);
    }
    let mut conn = state.connection().await?;
    if let Some(token) = token
        && let Some(session) = session::recognise(&mut conn, &token, state.now()).await?
        && session.stage == SessionStage::Full
    {
        return Ok(Some(Identity {
            person: SignedIn(Arc::new(session.person)),
            session: Some(session.id),
        }));
    }
    let Some(visitor) = state.demo else {
        return Ok(None);
    };
    let visitor = users::get_person(&mut conn, visitor).await?;
    Ok(visitor.map(|person| Identity {
        person: SignedIn(Arc::new(person)),
        session: None,
    }))
}

async fn by_token(
    state: &AppState,
    token: &Token,
    extensions: &Extensions,
) -> Result<Option<Identity>, PageError> {
    let from = Client::of(extensions).address.to_string();
    let mut conn = state.connection().await?;
    let person = api_token::recognise(&mut conn, token, &from, state.now()).await?;
    Ok(person.map(|person| Identity {
        person: SignedIn(Arc::new(person)),
        session: None,
    }))
}
