//! When each site is due by each schedule.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::model::{DeviceId, ScheduleId, SiteId};

/// A site that is due by a schedule, or not planned yet.
#[derive(Debug)]
pub struct Due {
    pub site: SiteId,
    pub slug: String,
    /// The site's own.
    pub site_timezone: String,
    pub site_tags: Vec<String>,
    pub schedule: ScheduleId,
    /// As the database keeps it.
    pub rhythm: String,
    /// The schedule's; `None`: the site's.
    pub timezone: Option<String>,
    pub spread_secs: i32,
    pub per_site: Option<i32>,
    /// `None`: not planned yet.
    pub due_at: Option<DateTime<Utc>>,
}

/// What is due at `now`, or not planned yet, at most `limit`; locked against other schedulers
/// until the caller's transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn list_due(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Due>, sqlx::Error> {
    sqlx::query_as!(
        Due,
        r#"SELECT sites.id AS "site: SiteId", sites.slug, sites.timezone AS site_timezone,
                  sites.tags AS site_tags, schedules.id AS "schedule: ScheduleId",
                  schedules.rhythm, schedules.timezone, schedules.spread_secs,
                  schedules.per_site, due_times.due_at
           FROM due_times
           JOIN sites ON sites.id = due_times.site_id
           JOIN schedules ON schedules.id = due_times.schedule_id
           WHERE due_times.due_at IS NULL OR due_times.due_at <= $1
           ORDER BY due_times.due_at NULLS FIRST
           LIMIT $2
           FOR UPDATE OF due_times SKIP LOCKED"#,
        now,
        limit,
    )
    .fetch_all(conn)
    .await
}

/// Plans a site's next batch by a schedule.
///
/// # Errors
/// When the database fails.
pub async fn mark_planned(
    conn: &mut PgConnection,
    (site, schedule): (SiteId, ScheduleId),
    due_at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE due_times
         SET due_at = $3
         WHERE site_id = $1
           AND schedule_id = $2",
        site.0,
        schedule.0,
        due_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A device that has a schedule.
#[derive(Debug)]
pub struct PairDevice {
    pub id: DeviceId,
    pub tags: Vec<String>,
}

/// The devices of a site that have this schedule and are to be backed up.
///
/// # Errors
/// When the database fails.
pub async fn list_pair_devices(
    conn: &mut PgConnection,
    site: SiteId,
    schedule: ScheduleId,
) -> Result<Vec<PairDevice>, sqlx::Error> {
    sqlx::query_as!(
        PairDevice,
        r#"SELECT id AS "id: DeviceId", tags
           FROM devices
           WHERE site_id = $1
             AND schedule_id = $2
             AND enabled
             AND archived_at IS NULL
           ORDER BY id"#,
        site.0,
        schedule.0,
    )
    .fetch_all(conn)
    .await
}
