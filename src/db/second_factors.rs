//! Second factors of people, and the recovery codes beside them.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::model::UserId;

/// What is kept of a second factor.
#[derive(Debug)]
pub struct SecondFactor {
    /// The sealed secret.
    pub sealed: Vec<u8>,
    /// The last step whose code was used.
    pub last_step: Option<i64>,
}

/// Somebody's second factor, locked until the transaction ends, so that no code counts twice;
/// `None`: they have none.
///
/// # Errors
/// When the query fails.
pub async fn lock(
    conn: &mut PgConnection,
    user: UserId,
) -> Result<Option<SecondFactor>, sqlx::Error> {
    sqlx::query_as!(
        SecondFactor,
        r#"SELECT totp_sealed AS "sealed!", totp_last_step AS last_step
           FROM users
           WHERE id = $1 AND totp_sealed IS NOT NULL
           FOR UPDATE"#,
        user.0
    )
    .fetch_optional(conn)
    .await
}

/// Turns it on, with the step whose code showed that it works; whether it was off.
///
/// # Errors
/// When the query fails.
pub async fn insert(
    conn: &mut PgConnection,
    user: UserId,
    sealed: &[u8],
    step: i64,
) -> Result<bool, sqlx::Error> {
    let turned = sqlx::query!(
        "UPDATE users SET totp_sealed = $2, totp_last_step = $3
         WHERE id = $1 AND totp_sealed IS NULL",
        user.0,
        sealed,
        step
    )
    .execute(conn)
    .await?;
    Ok(turned.rows_affected() > 0)
}

/// Notes the step whose code was used.
///
/// # Errors
/// When the query fails.
pub async fn mark_step(
    conn: &mut PgConnection,
    user: UserId,
    step: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE users SET totp_last_step = $2 WHERE id = $1",
        user.0,
        step
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Turns it off and forgets the recovery codes; whether it was on.
///
/// # Errors
/// When the query fails.
pub async fn delete(conn: &mut PgConnection, user: UserId) -> Result<bool, sqlx::Error> {
    let turned = sqlx::query!(
        "WITH forgotten AS (
             DELETE FROM recovery_codes WHERE user_id = $1
         )
         UPDATE users SET totp_sealed = NULL, totp_last_step = NULL
         WHERE id = $1 AND totp_sealed IS NOT NULL",
        user.0
    )
    .execute(conn)
    .await?;
    Ok(turned.rows_affected() > 0)
}

/// Gives somebody these recovery codes instead of those they had.
///
/// # Errors
/// When a query fails.
pub async fn replace_recovery_codes(
    conn: &mut PgConnection,
    user: UserId,
    hashes: &[Vec<u8>],
) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM recovery_codes WHERE user_id = $1", user.0)
        .execute(&mut *conn)
        .await?;
    sqlx::query!(
        "INSERT INTO recovery_codes (user_id, code_hash)
         SELECT $1, code_hash FROM unnest($2::bytea[]) AS code_hash",
        user.0,
        hashes
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Uses a recovery code up; whether there was one of this hash that was not used yet.
///
/// # Errors
/// When the query fails.
pub async fn use_recovery_code(
    conn: &mut PgConnection,
    user: UserId,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let used = sqlx::query!(
        "UPDATE recovery_codes SET used_at = $3
         WHERE user_id = $1 AND code_hash = $2 AND used_at IS NULL",
        user.0,
        hash,
        now
    )
    .execute(conn)
    .await?;
    Ok(used.rows_affected() > 0)
}
