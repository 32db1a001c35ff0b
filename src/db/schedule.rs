//! The nightly plan, one time a site, and when a scheduler last looked at it.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::model::SiteId;

/// A site that is due or not planned yet.
#[derive(Debug)]
pub struct DueSite {
    pub id: SiteId,
    pub slug: String,
    pub timezone: String,
    /// `None`: not planned yet.
    pub next_due_at: Option<DateTime<Utc>>,
}

/// Sites that are due at `now`, or not planned yet, at most `limit`; locked against other
/// schedulers until the caller's transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn list_due(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<DueSite>, sqlx::Error> {
    sqlx::query_as!(
        DueSite,
        r#"SELECT id AS "id: SiteId", slug, timezone, next_due_at
           FROM sites
           WHERE archived_at IS NULL
             AND (next_due_at IS NULL OR next_due_at <= $1)
           ORDER BY next_due_at NULLS FIRST
           LIMIT $2
           FOR UPDATE SKIP LOCKED"#,
        now,
        limit,
    )
    .fetch_all(conn)
    .await
}

/// Plans a site's next batch.
///
/// # Errors
/// When the database fails.
pub async fn mark_planned(
    conn: &mut PgConnection,
    site: SiteId,
    next_due_at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE sites
         SET next_due_at = $2
         WHERE id = $1",
        site.0,
        next_due_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes that a scheduler is alive; at most every ten seconds, so that this is no constant write.
///
/// # Errors
/// When the database fails.
pub async fn mark_scheduler_seen(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO heartbeats (service, seen_at)
         VALUES ('scheduler', now())
         ON CONFLICT (service) DO UPDATE
         SET seen_at = excluded.seen_at
         WHERE heartbeats.seen_at < excluded.seen_at - interval '10 seconds'"
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// When a scheduler was last alive, fifteen seconds old at most while one is; `None`: never.
///
/// # Errors
/// When the database fails.
pub async fn scheduler_seen_at(
    conn: &mut PgConnection,
) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT seen_at
         FROM heartbeats
         WHERE service = 'scheduler'"
    )
    .fetch_optional(conn)
    .await
}
