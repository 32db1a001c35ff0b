//! Devices: what a run found out about them, and looking them up by name.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgConnection;

use crate::model::{DayMark, DeviceId, RunId, SiteId, SnapshotId};

/// What an ended run says of its device. `None` leaves what is known as it is.
#[derive(Debug, Default)]
pub struct Found {
    /// `/system identity`.
    pub identity: Option<String>,
    /// The routerboard's model, else the board's name.
    pub model: Option<String>,
    /// The routerboard's serial number.
    pub serial: Option<String>,
    /// RouterOS without its channel: `7.16.2`.
    pub version: Option<String>,
    /// Whether it answers a `:put` behind `/export`.
    pub answers_sentinel: Option<bool>,
    /// The newest verified snapshot and when it was last seen, if this run saw or made it.
    pub verified: Option<(SnapshotId, DateTime<Utc>)>,
    /// The newest snapshot, if this run made one.
    pub newest: Option<SnapshotId>,
    /// The run, if it ended (and is not to be tried again).
    pub ended_run: Option<RunId>,
    /// What it makes of the day, at the site, on which it ended; `None` when it was cancelled.
    pub day: Option<(NaiveDate, DayMark)>,
}

/// Records what a run found.
///
/// # Errors
/// When the database fails.
pub async fn mark_found(
    conn: &mut PgConnection,
    device: DeviceId,
    found: &Found,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE devices
         SET identity = coalesce($2, identity),
             model = coalesce($3, model),
             serial = coalesce($4, serial),
             version = coalesce($5, version),
             answers_sentinel = coalesce($6, answers_sentinel),
             last_verified_snapshot_id = coalesce($7, last_verified_snapshot_id),
             last_verified_at = coalesce($8, last_verified_at),
             newest_snapshot_id = coalesce($9, newest_snapshot_id),
             last_run_id = coalesce($10, last_run_id),
             snapshot_count = snapshot_count + CASE WHEN $9::bigint IS NULL THEN 0 ELSE 1 END,
             days = CASE WHEN $11::date IS NULL THEN days
                    ELSE days_noted(days, days_until, $11, $12) END,
             days_until = greatest(days_until, $11)
         WHERE id = $1",
        device.0,
        found.identity,
        found.model,
        found.serial,
        found.version,
        found.answers_sentinel,
        found.verified.map(|(id, _)| id.0),
        found.verified.map(|(_, at)| at),
        found.newest.map(|id| id.0),
        found.ended_run.map(|id| id.0),
        found.day.map(|(day, _)| day),
        found.day.map(|(_, mark)| mark.as_char().to_string()),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A device's place in the inventory.
#[derive(Debug, Clone)]
pub struct Place {
    pub id: DeviceId,
    pub site: SiteId,
    pub site_slug: String,
    pub name: String,
    pub enabled: bool,
}

/// Every device that is in the inventory, by site and name; `enabled` or not.
///
/// # Errors
/// When the database fails.
pub async fn list_places(conn: &mut PgConnection) -> Result<Vec<Place>, sqlx::Error> {
    sqlx::query_as!(
        Place,
        r#"SELECT devices.id AS "id: DeviceId",
                  sites.id AS "site: SiteId",
                  sites.slug AS site_slug,
                  devices.name,
                  devices.enabled
           FROM devices
           JOIN sites ON sites.id = devices.site_id
           WHERE devices.archived_at IS NULL
           ORDER BY sites.slug, devices.name"#
    )
    .fetch_all(conn)
    .await
}

/// The device of that site and name, archived ones included.
///
/// # Errors
/// When the database fails.
pub async fn get_by_name(
    conn: &mut PgConnection,
    site_slug: &str,
    name: &str,
) -> Result<Option<DeviceId>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT devices.id AS "id: DeviceId"
           FROM devices
           JOIN sites ON sites.id = devices.site_id
           WHERE sites.slug = $1
             AND devices.name = $2"#,
        site_slug,
        name,
    )
    .fetch_optional(conn)
    .await
}

/// From now on, what was learnt of this device before (serial number, size) binds no more.
///
/// # Errors
/// When the database fails.
pub async fn mark_trusted_anew(
    conn: &mut PgConnection,
    device: DeviceId,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE devices
         SET trusted_anew_at = now(),
             answers_sentinel = NULL,
             version = NULL
         WHERE id = $1",
        device.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}
