//! Who changes something of their own account, as an argument of a handler: somebody with a
//! session. A program with a token was refused by the guard, and the visitor of a demo has no
//! account.

use axum::{extract::FromRequestParts, http::request::Parts};

use crate::access::own::Own;
use crate::db::audit::Actor;
use crate::db::own_account::{self, OwnAccount};
use crate::model::SessionId;
use crate::web::{
    error::PageError,
    guard::{Acting, CurrentSession, SignedIn},
    state::AppState,
};

/// How many names of sites an account tells.
const SITES_TOLD: i64 = 30;

/// The owner of the account.
pub struct Owner {
    pub person: SignedIn,
    pub session: SessionId,
    actor: Actor,
}

impl Owner {
    /// As `access` knows them.
    pub fn own<'a>(&'a self, state: &'a AppState) -> Own<'a> {
        Own {
            pool: &state.pool,
            user: self.person.user,
            actor: &self.actor,
            now: state.now(),
        }
    }

    /// Their account.
    pub async fn account(&self, state: &AppState) -> Result<OwnAccount, PageError> {
        let mut conn = state.connection().await?;
        let account = own_account::get(&mut conn, self.person.user, SITES_TOLD).await?;
        account.ok_or(PageError::NotFound("account"))
    }
}

impl<S: Sync> FromRequestParts<S> for Owner {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let CurrentSession(session) = CurrentSession::from_request_parts(parts, state).await?;
        let Acting(actor) = Acting::from_request_parts(parts, state).await?;
        Ok(Self {
            person: SignedIn::from_request_parts(parts, state).await?,
            session,
            actor,
        })
    }
}
