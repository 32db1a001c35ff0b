//! Keys under which programs ask for something at most once, with what they were answered.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sqlx::PgConnection;

use crate::model::UserId;

/// How long a key is known.
const KEPT: TimeDelta = TimeDelta::hours(24);

/// What was answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    /// The HTTP status.
    pub status: i16,
    /// Where it leads; `None`: nowhere.
    pub location: Option<String>,
    pub body: Value,
}

/// What is known of a key.
#[derive(Debug, Clone, PartialEq)]
pub enum Known {
    /// Nothing: it is taken from now on, if the caller's transaction commits.
    Taken,
    /// The same was asked for, and answered so.
    Answered(Answered),
    /// Something else was asked for.
    Other,
}

/// Takes a key of somebody, or says what it was used for. Waits for another transaction that is
/// taking it. `request` tells one request from another.
///
/// # Errors
/// When the database fails.
pub async fn take(
    conn: &mut PgConnection,
    user: UserId,
    key: &str,
    request: &[u8],
    now: DateTime<Utc>,
) -> Result<Known, sqlx::Error> {
    sqlx::query!(
        "DELETE FROM idempotency_keys
         WHERE user_id = $1
           AND created_at < $2",
        user.0,
        now - KEPT,
    )
    .execute(&mut *conn)
    .await?;
    let taken = sqlx::query!(
        "INSERT INTO idempotency_keys (user_id, key, request, created_at)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING",
        user.0,
        key,
        request,
        now,
    )
    .execute(&mut *conn)
    .await?;
    if taken.rows_affected() == 1 {
        return Ok(Known::Taken);
    }
    let stored = sqlx::query!(
        "SELECT request, status, location, body
         FROM idempotency_keys
         WHERE user_id = $1
           AND key = $2",
        user.0,
        key,
    )
    .fetch_one(conn)
    .await?;
    Ok(match (stored.status, stored.body) {
        (Some(status), Some(body)) if stored.request == request => Known::Answered(Answered {
            status,
            location: stored.location,
            body,
        }),
        _ => Known::Other,
    })
}

/// Keeps what is answered to who took a key; in the same transaction.
///
/// # Errors
/// When the database fails.
pub async fn mark_answered(
    conn: &mut PgConnection,
    user: UserId,
    key: &str,
    answered: &Answered,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE idempotency_keys
         SET status = $3,
             location = $4,
             body = $5
         WHERE user_id = $1
           AND key = $2",
        user.0,
        key,
        answered.status,
        answered.location,
        answered.body,
    )
    .execute(conn)
    .await?;
    Ok(())
}
