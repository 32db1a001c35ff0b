//! What failed at sign-in lately, by account and by address.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// How often it failed, and when last.
#[derive(Debug)]
pub struct Failures {
    pub failures: i32,
    pub last_at: DateTime<Utc>,
}

/// What failed under a key, locked until the transaction ends, so that attempts at the same time
/// count one after the other.
///
/// # Errors
/// When the query fails.
pub async fn lock(
    conn: &mut PgConnection,
    key: &str,
    now: DateTime<Utc>,
) -> Result<Failures, sqlx::Error> {
    sqlx::query_as!(
        Failures,
        "INSERT INTO sign_in_failures (key, failures, last_at)
         VALUES ($1, 0, $2)
         ON CONFLICT (key) DO UPDATE SET failures = sign_in_failures.failures
         RETURNING failures, last_at",
        key,
        now
    )
    .fetch_one(conn)
    .await
}

/// Counts one more; after `forgotten_since` without any it is the first.
///
/// # Errors
/// When the query fails.
pub async fn count(
    conn: &mut PgConnection,
    key: &str,
    now: DateTime<Utc>,
    forgotten_since: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE sign_in_failures
         SET failures = CASE WHEN last_at < $3 THEN 1 ELSE least(failures, 1000000) + 1 END,
             last_at = $2
         WHERE key = $1",
        key,
        now,
        forgotten_since
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes back one that was counted.
///
/// # Errors
/// When the query fails.
pub async fn uncount(conn: &mut PgConnection, key: &str) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE sign_in_failures SET failures = greatest(failures - 1, 0) WHERE key = $1",
        key
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets what failed under a key.
///
/// # Errors
/// When the query fails.
pub async fn delete(conn: &mut PgConnection, key: &str) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM sign_in_failures WHERE key = $1", key)
        .execute(conn)
        .await?;
    Ok(())
}
