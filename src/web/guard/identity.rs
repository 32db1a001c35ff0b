//! Who asks: by the session of a browser, or as the visitor of a demo.

use std::sync::Arc;

use axum::http::{Extensions, HeaderMap};

use super::{SignedIn, cookie};
use crate::access::session;
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
