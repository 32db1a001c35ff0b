//! Links that work once.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::model::UserId;

/// Who a link is for.
#[derive(Debug)]
pub struct Meant {
    /// `None`: whoever has it becomes the first administrator.
    pub user: Option<UserId>,
    /// The name of `user`.
    pub name: Option<String>,
}

/// Makes a link; an older one for the same person no longer works.
///
/// # Errors
/// When the query fails.
pub async fn replace(
    conn: &mut PgConnection,
    token_hash: &[u8],
    user: Option<UserId>,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "WITH replaced AS (
             DELETE FROM one_time_links WHERE user_id = $2
         )
         INSERT INTO one_time_links (token_hash, user_id, created_at, expires_at)
         VALUES ($1, $2, $3, $4)",
        token_hash,
        user.map(|user| user.0),
        now,
        expires_at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Who a link is for; `None` when it does not work (any more).
///
/// # Errors
/// When the query fails.
pub async fn get(
    conn: &mut PgConnection,
    token_hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<Meant>, sqlx::Error> {
    sqlx::query_as!(
        Meant,
        r#"SELECT one_time_links.user_id AS "user: UserId", users.name AS "name?"
           FROM one_time_links
           LEFT JOIN users ON users.id = one_time_links.user_id
           WHERE token_hash = $1 AND expires_at > $2 AND users.archived_at IS NULL"#,
        token_hash,
        now
    )
    .fetch_optional(conn)
    .await
}

/// Uses a link up; `false` when somebody else did.
///
/// # Errors
/// When the query fails.
pub async fn delete(conn: &mut PgConnection, token_hash: &[u8]) -> Result<bool, sqlx::Error> {
    let deleted = sqlx::query!(
        "DELETE FROM one_time_links WHERE token_hash = $1",
        token_hash
    )
    .execute(conn)
    .await?;
    Ok(deleted.rows_affected() > 0)
}

/// Ends every link that makes a first administrator.
///
/// # Errors
/// When the query fails.
pub async fn delete_first(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM one_time_links WHERE user_id IS NULL")
        .execute(conn)
        .await?;
    Ok(())
}
