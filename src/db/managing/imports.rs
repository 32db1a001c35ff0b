//! Texts of CSV between the look at them and their application.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::model::UserId;

/// How many texts wait for one person; the oldest makes room.
const MOST_OF_A_PERSON: i64 = 3;

/// How many texts wait in all; the oldest makes room.
const MOST_OF_ALL: i64 = 30;

/// A text that waits.
#[derive(Debug)]
pub struct Import {
    /// What it has lines of: `sites`, `devices` or `credentials`.
    pub kind: String,
    /// The text, sealed.
    pub sealed: Vec<u8>,
    pub expires_at: DateTime<Utc>,
}

/// A text to keep for a while.
#[derive(Debug)]
pub struct NewImport<'a> {
    /// 32 random hexadecimal digits.
    pub id: &'a str,
    pub owner: UserId,
    pub kind: &'a str,
    pub sealed: &'a [u8],
    pub now: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// Keeps a text, and sweeps away what expired and what are too many.
///
/// # Errors
/// When the database fails.
pub async fn insert_import(
    conn: &mut PgConnection,
    new: &NewImport<'_>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "DELETE FROM imports
         WHERE expires_at <= $1
            OR id IN (
                SELECT id FROM imports
                WHERE user_id = $2
                ORDER BY created_at DESC
                OFFSET $3
            )
            OR id IN (
                SELECT id FROM imports
                ORDER BY created_at DESC
                OFFSET $4
            )",
        new.now,
        new.owner.0,
        MOST_OF_A_PERSON - 1,
        MOST_OF_ALL - 1,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "INSERT INTO imports (id, user_id, kind, sealed, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        new.id,
        new.owner.0,
        new.kind,
        new.sealed,
        new.now,
        new.expires_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A text of this person that has not expired.
///
/// # Errors
/// When the database fails.
pub async fn get_import(
    conn: &mut PgConnection,
    id: &str,
    owner: UserId,
    now: DateTime<Utc>,
) -> Result<Option<Import>, sqlx::Error> {
    sqlx::query_as!(
        Import,
        "SELECT kind, sealed, expires_at
         FROM imports
         WHERE id = $1
           AND user_id = $2
           AND expires_at > $3",
        id,
        owner.0,
        now,
    )
    .fetch_optional(conn)
    .await
}

/// Forgets a text of this person. Gives whether it was there.
///
/// # Errors
/// When the database fails.
pub async fn delete_import(
    conn: &mut PgConnection,
    id: &str,
    owner: UserId,
) -> Result<bool, sqlx::Error> {
    let deleted = sqlx::query!(
        "DELETE FROM imports WHERE id = $1 AND user_id = $2",
        id,
        owner.0,
    )
    .execute(conn)
    .await?;
    Ok(deleted.rows_affected() > 0)
}
