//! What an import of a history needs to know of the inventory and of the history that is there,
//! and what it leaves on the row of the device.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::snapshots;
use crate::model::{DeviceId, SiteId, SnapshotId};

/// Name of the check that marks what was imported, as [`get_kept`] looks for it.
pub const IMPORTED_CHECK: &str = "imported";

/// A device that a history may be of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub id: DeviceId,
    pub site_id: SiteId,
    /// The slug of its site.
    pub site: String,
    pub name: String,
    pub address: String,
}

/// The devices in the inventory, of one site or of all.
///
/// # Errors
/// When the database fails.
pub async fn list_candidates(
    conn: &mut PgConnection,
    site_slug: Option<&str>,
) -> Result<Vec<Candidate>, sqlx::Error> {
    sqlx::query_as!(
        Candidate,
        r#"SELECT devices.id AS "id: DeviceId",
                  sites.id AS "site_id: SiteId",
                  sites.slug AS site,
                  devices.name,
                  devices.address
           FROM devices
           JOIN sites ON sites.id = devices.site_id
           WHERE devices.archived_at IS NULL
             AND ($1::text IS NULL OR sites.slug = $1)
           ORDER BY sites.slug, devices.name"#,
        site_slug,
    )
    .fetch_all(conn)
    .await
}

/// The newest imported snapshot of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    pub id: SnapshotId,
    pub last_seen_at: DateTime<Utc>,
    pub fingerprint: Vec<u8>,
}

/// The history that a device has.
#[derive(Debug)]
pub struct Kept {
    pub imported: Option<Imported>,
    /// When its first snapshot was taken that was not imported; `None`: it has none.
    pub own_since: Option<DateTime<Utc>>,
}

/// Gets the history of a device, and keeps others from changing it until the caller's transaction
/// ends.
///
/// # Errors
/// When the database fails.
pub async fn get_kept(conn: &mut PgConnection, device: DeviceId) -> Result<Kept, sqlx::Error> {
    snapshots::lock_history(conn, device).await?;
    let imported = sqlx::query_as!(
        Imported,
        r#"SELECT id AS "id: SnapshotId", last_seen_at, fingerprint
           FROM snapshots
           WHERE device_id = $1
             AND checks @> '[{"name": "imported"}]'
           ORDER BY taken_at DESC, id DESC
           LIMIT 1"#,
        device.0,
    )
    .fetch_optional(&mut *conn)
    .await?;
    let own_since = sqlx::query_scalar!(
        r#"SELECT min(taken_at)
           FROM snapshots
           WHERE device_id = $1
             AND NOT checks @> '[{"name": "imported"}]'"#,
        device.0,
    )
    .fetch_one(conn)
    .await?;
    Ok(Kept {
        imported,
        own_since,
    })
}

/// Whether this configuration was imported before as what the device had at this time.
///
/// # Errors
/// When the database fails.
pub async fn is_imported(
    conn: &mut PgConnection,
    device: DeviceId,
    fingerprint: &[u8],
    at: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (
               SELECT
               FROM snapshots
               WHERE device_id = $1
                 AND fingerprint = $2
                 AND taken_at <= $3
                 AND last_seen_at >= $3
                 AND checks @> '[{"name": "imported"}]'
           ) AS "is_imported!""#,
        device.0,
        fingerprint,
        at,
    )
    .fetch_one(conn)
    .await
}

/// Notes on the device that it has so many snapshots more, and which is the newest.
///
/// # Errors
/// When the database fails.
pub async fn mark_imported(
    conn: &mut PgConnection,
    device: DeviceId,
    added: i32,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE devices
         SET snapshot_count = snapshot_count + $2,
             newest_snapshot_id = (
                 SELECT id
                 FROM snapshots
                 WHERE device_id = $1
                 ORDER BY taken_at DESC, id DESC
                 LIMIT 1
             )
         WHERE id = $1",
        device.0,
        added,
    )
    .execute(conn)
    .await?;
    Ok(())
}
