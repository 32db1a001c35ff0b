//! Browsers that are signed in.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::users::PersonRow;
use crate::model::{Person, Role, SessionId, SessionStage, SignInMethod, UserId};

/// A session to be begun.
#[derive(Debug)]
pub struct NewSession<'a> {
    pub token_hash: &'a [u8],
    pub user: UserId,
    pub stage: SessionStage,
    pub method: SignInMethod,
    pub address: &'a str,
    /// As the browser calls itself.
    pub browser: &'a str,
    pub now: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// A session that goes on.
#[derive(Debug)]
pub struct Session {
    pub id: SessionId,
    pub stage: SessionStage,
    pub method: SignInMethod,
    pub last_used_at: DateTime<Utc>,
    pub person: Person,
}

/// Begins a session.
///
/// # Errors
/// When the query fails.
pub async fn insert(
    conn: &mut PgConnection,
    new: &NewSession<'_>,
) -> Result<SessionId, sqlx::Error> {
    sqlx::query_scalar!(
        r#"INSERT INTO sessions (
               token_hash, user_id, stage, method, address, browser,
               created_at, last_used_at, expires_at
           )
           VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)
           RETURNING id AS "id: SessionId""#,
        new.token_hash,
        new.user.0,
        new.stage.as_str(),
        new.method.as_str(),
        new.address,
        new.browser,
        new.now,
        new.expires_at
    )
    .fetch_one(conn)
    .await
}

/// The session of a token that goes on at `now` and was used since `used_since`, of somebody who
/// is not archived; otherwise `None`.
///
/// # Errors
/// When the query fails.
pub async fn get(
    conn: &mut PgConnection,
    token_hash: &[u8],
    now: DateTime<Utc>,
    used_since: DateTime<Utc>,
) -> Result<Option<Session>, sqlx::Error> {
    let row = sqlx::query!(
        r#"SELECT sessions.id AS "id: SessionId", stage AS "stage: SessionStage",
                  method AS "method: SignInMethod", last_used_at,
                  users.id AS "user: UserId", users.name, role AS "role: Role", withheld, all_sites,
                  ARRAY(
                      SELECT site_id FROM user_sites WHERE user_id = users.id
                      UNION
                      SELECT sites.id FROM sites WHERE sites.tags && users.site_tags
                  ) AS "sites!"
           FROM sessions
           JOIN users ON users.id = sessions.user_id
           WHERE token_hash = $1
               AND expires_at > $2
               AND last_used_at > $3
               AND users.archived_at IS NULL"#,
        token_hash,
        now,
        used_since
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Session {
        id: row.id,
        stage: row.stage,
        method: row.method,
        last_used_at: row.last_used_at,
        person: PersonRow {
            user: row.user,
            name: row.name,
            role: row.role,
            withheld: row.withheld,
            all_sites: row.all_sites,
            sites: row.sites,
        }
        .person(),
    }))
}

/// Notes that a session was used.
///
/// # Errors
/// When the query fails.
pub async fn mark_used(
    conn: &mut PgConnection,
    id: SessionId,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE sessions SET last_used_at = $2 WHERE id = $1",
        id.0,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends the session of a token; whether there was one.
///
/// # Errors
/// When the query fails.
pub async fn delete(conn: &mut PgConnection, token_hash: &[u8]) -> Result<bool, sqlx::Error> {
    let deleted = sqlx::query!("DELETE FROM sessions WHERE token_hash = $1", token_hash)
        .execute(conn)
        .await?;
    Ok(deleted.rows_affected() > 0)
}

/// Ends one session of somebody; whether there was one.
///
/// # Errors
/// When the query fails.
pub async fn delete_of(
    conn: &mut PgConnection,
    user: UserId,
    id: SessionId,
) -> Result<bool, sqlx::Error> {
    let deleted = sqlx::query!(
        "DELETE FROM sessions WHERE id = $2 AND user_id = $1",
        user.0,
        id.0
    )
    .execute(conn)
    .await?;
    Ok(deleted.rows_affected() > 0)
}

/// Ends every session of somebody but `kept`; gives how many there were.
///
/// # Errors
/// When the query fails.
pub async fn delete_all(
    conn: &mut PgConnection,
    user: UserId,
    kept: Option<SessionId>,
) -> Result<u64, sqlx::Error> {
    let deleted = sqlx::query!(
        "DELETE FROM sessions WHERE user_id = $1 AND id IS DISTINCT FROM $2",
        user.0,
        kept.map(|id| id.0)
    )
    .execute(conn)
    .await?;
    Ok(deleted.rows_affected())
}

/// A session as its owner sees it.
#[derive(Debug)]
pub struct SessionRow {
    pub id: SessionId,
    pub method: SignInMethod,
    pub address: String,
    pub browser: String,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
}

/// Somebody's sessions that go on, the last used first; at most `limit`.
///
/// # Errors
/// When the query fails.
pub async fn list(
    conn: &mut PgConnection,
    user: UserId,
    now: DateTime<Utc>,
    used_since: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<SessionRow>, sqlx::Error> {
    sqlx::query_as!(
        SessionRow,
        r#"SELECT id AS "id: SessionId", method AS "method: SignInMethod", address, browser,
                  created_at, last_used_at
           FROM sessions
           WHERE user_id = $1 AND stage = 'full' AND expires_at > $2 AND last_used_at > $3
           ORDER BY last_used_at DESC, id DESC
           LIMIT $4"#,
        user.0,
        now,
        used_since,
        limit
    )
    .fetch_all(conn)
    .await
}

/// Removes what can no longer be used: sessions that ended or lay idle, links, failures and
/// addresses from before these times.
///
/// # Errors
/// When a query fails.
pub async fn sweep(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
    used_since: DateTime<Utc>,
    known_since: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "WITH ended AS (
             DELETE FROM sessions WHERE expires_at <= $1 OR last_used_at <= $2
         ),
         unused AS (
             DELETE FROM one_time_links WHERE expires_at <= $1
         ),
         forgotten AS (
             DELETE FROM sign_in_failures WHERE last_at <= $1 - interval '1 day'
         )
         DELETE FROM known_addresses WHERE last_at <= $3",
        now,
        used_since,
        known_since
    )
    .execute(conn)
    .await?;
    Ok(())
}
