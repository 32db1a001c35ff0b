//! Mending somebody's way in: a link to choose a password, taking away a second factor that they
//! lost, ending their sessions, revoking their tokens.

use axum::http::{HeaderMap, header};
use sqlx::PgConnection;

use super::Who;
use crate::access::{Token, link, subject};
use crate::db::api_tokens::{self, TokenRow};
use crate::db::audit::{self, Entry};
use crate::db::managing::{self as db, StoredUser};
use crate::db::{second_factors, sessions};
use crate::managing::{Refused, get_mendable};
use crate::model::{AuditAction, Scope, SessionId, TokenId, UserId};
use crate::plural::counted;
use crate::web::{client::Client, error::PageError, links, state::AppState};

/// How many tokens are listed: more than anybody may have.
const MOST_TOKENS: i64 = 100;

async fn record(
    state: &AppState,
    conn: &mut PgConnection,
    who: Who<'_>,
    (action, name, detail): (AuditAction, &str, &str),
) -> Result<(), sqlx::Error> {
    let entry = Entry {
        action,
        site: None,
        subject: &subject::user(name),
        detail,
    };
    audit::record(conn, who.actor, &entry, state.now()).await
}

/// Makes a link by which somebody chooses a password, and gives who they are. The password that
/// they have works until it is used.
///
/// # Errors
/// See [`Refused`].
pub async fn make_link(
    state: &AppState,
    who: Who<'_>,
    id: UserId,
) -> Result<(StoredUser, Token), Refused> {
    let mut transaction = state.pool.begin().await?;
    let user = get_mendable(&mut transaction, who.person.user, id).await?;
    let token = link::for_user(&mut transaction, id, state.now()).await?;
    let done = (
        AuditAction::LinkMade,
        user.values.name.as_str(),
        "to choose a password",
    );
    record(state, &mut transaction, who, done).await?;
    transaction.commit().await?;
    Ok((user, token))
}

/// Where a link leads to: at the address by which the pages are known, else by which who asks
/// reached them, a name that was found to be ours.
pub fn link_address(
    state: &AppState,
    (client, headers): (Client, &HeaderMap),
    token: &Token,
) -> String {
    let path = links::welcome(token);
    if let Some(url) = &state.address.public_url {
        return format!("{url}{path}");
    }
    let host = headers.get(header::HOST);
    let host = host
        .and_then(|host| host.to_str().ok())
        .unwrap_or("localhost");
    let scheme = if client.is_secure { "https" } else { "http" };
    format!("{scheme}://{host}{path}")
}

/// Takes away somebody's second factor: they sign in by their password alone until they set up
/// another. Gives whether there was one.
///
/// # Errors
/// See [`Refused`].
pub async fn delete_second_factor(
    state: &AppState,
    who: Who<'_>,
    id: UserId,
) -> Result<bool, Refused> {
    let mut transaction = state.pool.begin().await?;
    let user = get_mendable(&mut transaction, who.person.user, id).await?;
    if !second_factors::delete(&mut transaction, id).await? {
        return Ok(false);
    }
    let done = (
        AuditAction::SecondFactorChanged,
        user.values.name.as_str(),
        "taken away by an administrator",
    );
    record(state, &mut transaction, who, done).await?;
    transaction.commit().await?;
    Ok(true)
}

async fn get(conn: &mut PgConnection, id: UserId) -> Result<StoredUser, PageError> {
    let user = db::get_user(conn, id).await?;
    user.ok_or(PageError::NotFound("user"))
}

/// Ends one session of somebody; `None`: all of them.
///
/// # Errors
/// [`PageError::NotFound`], or what the database answers.
pub async fn end_sessions(
    state: &AppState,
    who: Who<'_>,
    id: UserId,
    session: Option<SessionId>,
) -> Result<(), PageError> {
    let mut transaction = state.pool.begin().await?;
    let user = get(&mut transaction, id).await?;
    let ended = match session {
        Some(session) => u64::from(sessions::delete_of(&mut transaction, id, session).await?),
        None => sessions::delete_all(&mut transaction, id, None).await?,
    };
    if ended > 0 {
        let detail = counted(ended, "session");
        let name = user.values.name.as_str();
        let done = (AuditAction::SessionEnded, name, detail.as_str());
        record(state, &mut transaction, who, done).await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// The tokens of somebody that are not revoked, the newest first.
///
/// # Errors
/// When the database fails.
pub async fn list_tokens(
    conn: &mut PgConnection,
    id: UserId,
) -> Result<Vec<TokenRow>, sqlx::Error> {
    api_tokens::list(conn, Some(id), &Scope::All, None, MOST_TOKENS).await
}

/// Revokes one token of somebody, which does nothing any more; `None`: all of them.
///
/// # Errors
/// [`PageError::NotFound`], or what the database answers.
pub async fn revoke_tokens(
    state: &AppState,
    who: Who<'_>,
    id: UserId,
    token: Option<TokenId>,
) -> Result<(), PageError> {
    let mut transaction = state.pool.begin().await?;
    let user = get(&mut transaction, id).await?;
    let tokens = match token {
        Some(token) => vec![token],
        None => {
            let rows = list_tokens(&mut transaction, id).await?;
            rows.into_iter().map(|row| row.id).collect()
        }
    };
    let now = state.now();
    for one in tokens {
        let name = api_tokens::revoke(&mut transaction, one, Some(id), now).await?;
        match (name, token) {
            (Some(name), _) => {
                let owner = user.values.name.as_str();
                let done = (AuditAction::TokenRevoked, owner, name.as_str());
                record(state, &mut transaction, who, done).await?;
            }
            (None, Some(_)) => return Err(PageError::NotFound("token")),
            // Somebody else revoked it in between.
            (None, None) => {}
        }
    }
    transaction.commit().await?;
    Ok(())
}
