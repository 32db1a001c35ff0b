//! The sign-ins on their way: browsers that were sent to the provider and are not back yet.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// How many may be on their way; the oldest makes room. Whoever begins one needs no account, so
/// the number is bounded here, high enough that people are not pushed out by somebody's script
/// before they have typed their password.
const MAX_FLOWS: i64 = 10_000;

/// A sign-in that begins.
pub struct NewFlow<'a> {
    /// SHA-256 of `state`.
    pub state_hash: &'a [u8],
    /// SHA-256 of what the cookie of the browser holds.
    pub browser_hash: &'a [u8],
    /// Nonce and PKCE verifier, sealed.
    pub sealed: &'a [u8],
    /// The page that was asked for.
    pub next_path: &'a str,
    pub expires_at: DateTime<Utc>,
}

/// A sign-in that comes back.
pub struct Flow {
    /// Nonce and PKCE verifier, sealed.
    pub sealed: Vec<u8>,
    /// The page that was asked for.
    pub next_path: String,
}

/// Notes a sign-in that begins, and forgets those that ended before `now` or are too many.
///
/// # Errors
/// When the database fails.
pub async fn insert(
    conn: &mut PgConnection,
    flow: &NewFlow<'_>,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "DELETE FROM single_sign_on_flows
         WHERE expires_at <= $1
            OR expires_at <= (
                SELECT expires_at
                FROM single_sign_on_flows
                ORDER BY expires_at DESC
                OFFSET $2
                LIMIT 1
            )",
        now,
        MAX_FLOWS - 1,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "INSERT INTO single_sign_on_flows (state_hash, browser_hash, sealed, next_path, expires_at)
         VALUES ($1, $2, $3, $4, $5)",
        flow.state_hash,
        flow.browser_hash,
        flow.sealed,
        flow.next_path,
        flow.expires_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes a sign-in out, so that it comes back once; `None` when it was not begun by this browser,
/// is over, or came back before.
///
/// # Errors
/// When the database fails.
pub async fn take(
    conn: &mut PgConnection,
    state_hash: &[u8],
    browser_hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<Flow>, sqlx::Error> {
    sqlx::query_as!(
        Flow,
        "DELETE FROM single_sign_on_flows
         WHERE state_hash = $1
           AND browser_hash = $2
           AND expires_at > $3
         RETURNING sealed, next_path",
        state_hash,
        browser_hash,
        now,
    )
    .fetch_optional(conn)
    .await
}
