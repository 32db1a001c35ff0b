//! Scheduled backups that are held back while a maintenance window is open, one a device.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::model::{DeviceId, ScheduleId, SiteId};

/// Holds back what was due for these devices. One that is held back already was due before.
///
/// # Errors
/// When the database fails.
pub async fn hold(
    conn: &mut PgConnection,
    devices: &[DeviceId],
    schedule: ScheduleId,
    due_at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let ids: Vec<i64> = devices.iter().map(|id| id.0).collect();
    sqlx::query!(
        "INSERT INTO held_backups (device_id, schedule_id, due_at)
         SELECT id, $2, $3
         FROM unnest($1::bigint[]) AS id
         ON CONFLICT (device_id) DO NOTHING",
        &ids,
        schedule.0,
        due_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets what was held back for these devices.
///
/// # Errors
/// When the database fails.
pub async fn delete_held(conn: &mut PgConnection, devices: &[DeviceId]) -> Result<(), sqlx::Error> {
    let ids: Vec<i64> = devices.iter().map(|id| id.0).collect();
    sqlx::query!("DELETE FROM held_backups WHERE device_id = ANY ($1)", &ids)
        .execute(conn)
        .await?;
    Ok(())
}

/// A device for which a scheduled backup is held back.
#[derive(Debug)]
pub struct Held {
    pub device: DeviceId,
    pub tags: Vec<String>,
    pub schedule: ScheduleId,
    pub per_site: Option<i32>,
    pub site: SiteId,
    pub site_timezone: String,
    pub site_tags: Vec<String>,
}

/// Everything that is held back, by site and schedule; locked against other schedulers until the
/// caller's transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn list_held(conn: &mut PgConnection) -> Result<Vec<Held>, sqlx::Error> {
    sqlx::query_as!(
        Held,
        r#"SELECT held_backups.device_id AS "device: DeviceId", devices.tags,
                  held_backups.schedule_id AS "schedule: ScheduleId", schedules.per_site,
                  sites.id AS "site: SiteId", sites.timezone AS site_timezone,
                  sites.tags AS site_tags
           FROM held_backups
           JOIN devices ON devices.id = held_backups.device_id
           JOIN sites ON sites.id = devices.site_id
           JOIN schedules ON schedules.id = held_backups.schedule_id
           ORDER BY sites.id, held_backups.schedule_id, devices.id
           FOR UPDATE OF held_backups SKIP LOCKED"#,
    )
    .fetch_all(conn)
    .await
}

/// A site where scheduled backups wait in the queue.
#[derive(Debug)]
pub struct Waiting {
    pub site: SiteId,
    pub timezone: String,
    pub tags: Vec<String>,
}

/// The sites where scheduled backups wait that were never begun.
///
/// # Errors
/// When the database fails.
pub async fn list_waiting_sites(conn: &mut PgConnection) -> Result<Vec<Waiting>, sqlx::Error> {
    sqlx::query_as!(
        Waiting,
        r#"SELECT id AS "site: SiteId", timezone, tags
           FROM sites
           WHERE EXISTS (
               SELECT FROM runs
               JOIN batches ON batches.id = runs.batch_id
               WHERE runs.site_id = sites.id
                 AND runs.state = 'queued'
                 AND runs.priority = 1
                 AND runs.attempt = 0
                 AND batches.trigger = 'scheduled'
           )
           ORDER BY id"#,
    )
    .fetch_all(conn)
    .await
}

/// Takes scheduled backups of a site that were never begun out of the queue and holds them back:
/// those of all its devices where `everything`, else those of devices with one of the tags and of
/// these devices. Gives how many there were.
///
/// # Errors
/// When the database fails.
pub async fn withdraw(
    conn: &mut PgConnection,
    site: SiteId,
    everything: bool,
    tags: &[String],
    devices: &[i64],
) -> Result<u64, sqlx::Error> {
    let batches = sqlx::query_scalar!(
        "WITH picked AS (
             SELECT runs.id
             FROM runs
             JOIN batches ON batches.id = runs.batch_id
             JOIN devices ON devices.id = runs.device_id
             WHERE runs.site_id = $1
               AND runs.state = 'queued'
               AND runs.priority = 1
               AND runs.attempt = 0
               AND batches.trigger = 'scheduled'
               AND devices.schedule_id IS NOT NULL
               AND ($2 OR devices.tags && $3 OR devices.id = ANY ($4))
             ORDER BY runs.id
             FOR UPDATE OF runs SKIP LOCKED
         ), withdrawn AS (
             DELETE FROM runs
             USING picked
             WHERE runs.id = picked.id
             RETURNING runs.device_id, runs.batch_id, runs.queued_at
         ), held AS (
             INSERT INTO held_backups (device_id, schedule_id, due_at)
             SELECT devices.id, devices.schedule_id, withdrawn.queued_at
             FROM withdrawn
             JOIN devices ON devices.id = withdrawn.device_id
             ON CONFLICT (device_id) DO NOTHING
         )
         SELECT batch_id FROM withdrawn",
        site.0,
        everything,
        tags,
        devices,
    )
    .fetch_all(&mut *conn)
    .await?;
    // One that is left with others ends when these do.
    sqlx::query!(
        "DELETE FROM batches
         WHERE id = ANY ($1)
           AND NOT EXISTS (SELECT FROM runs WHERE runs.batch_id = batches.id)",
        &batches,
    )
    .execute(conn)
    .await?;
    Ok(batches.len() as u64)
}
