//! The devices that rules are for, and what was last seen of each.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::model::{DeviceId, SiteId, SnapshotId};

/// How many devices are listed at once: what is read of one may be as old as the work on the others.
const PAGE: i64 = 100;

/// A device with snapshots, and where it stands.
#[derive(Debug, Clone)]
pub struct PlacedDevice {
    pub id: DeviceId,
    pub name: String,
    pub tags: Vec<String>,
    pub site: SiteId,
    pub site_slug: String,
    pub site_tags: Vec<String>,
    /// IANA name.
    pub timezone: String,
    pub newest_snapshot: Option<SnapshotId>,
    pub snapshot_count: i32,
    /// Whether retention looked at it before.
    pub is_known: bool,
}

/// Where a walk through the devices stands: at which site, and behind which name. There is an index
/// of both, so that no page reads the devices of those before it.
#[derive(Debug, Clone)]
pub struct DevicePlace {
    pub site: SiteId,
    pub name: String,
}

impl DevicePlace {
    /// Before all of them.
    #[must_use]
    pub const fn begin() -> Self {
        Self {
            site: SiteId(0),
            name: String::new(),
        }
    }
}

impl From<&PlacedDevice> for DevicePlace {
    fn from(device: &PlacedDevice) -> Self {
        Self {
            site: device.site,
            name: device.name.clone(),
        }
    }
}

/// The devices that have snapshots behind `after`, a page of them, archived ones too; of one site,
/// or of all.
///
/// # Errors
/// When the database fails.
pub async fn list_placed(
    conn: &mut PgConnection,
    after: &DevicePlace,
    site: Option<SiteId>,
) -> Result<Vec<PlacedDevice>, sqlx::Error> {
    sqlx::query_as!(
        PlacedDevice,
        r#"SELECT devices.id AS "id: DeviceId",
                  devices.name,
                  devices.tags,
                  sites.id AS "site: SiteId",
                  sites.slug AS site_slug,
                  sites.tags AS site_tags,
                  sites.timezone,
                  devices.newest_snapshot_id AS "newest_snapshot: SnapshotId",
                  devices.snapshot_count,
                  false AS "is_known!"
           FROM devices
           JOIN sites ON sites.id = devices.site_id
           WHERE (devices.site_id, devices.name) > ($1, $2)
             AND ($3::bigint IS NULL OR devices.site_id = $3)
             AND devices.snapshot_count > 0
           ORDER BY devices.site_id, devices.name
           LIMIT $4"#,
        after.site.0,
        after.name,
        site.map(|site| site.0),
        PAGE,
    )
    .fetch_all(conn)
    .await
}

/// Those of them that are to be looked at: something goes by `now`, their history is another one
/// than when they were looked at, or a rule was changed since; and those that never were, but only
/// where there is a rule at all.
///
/// # Errors
/// When the database fails.
pub async fn list_due(
    conn: &mut PgConnection,
    after: &DevicePlace,
    now: DateTime<Utc>,
) -> Result<Vec<PlacedDevice>, sqlx::Error> {
    sqlx::query_as!(
        PlacedDevice,
        r#"SELECT devices.id AS "id: DeviceId",
                  devices.name,
                  devices.tags,
                  sites.id AS "site: SiteId",
                  sites.slug AS site_slug,
                  sites.tags AS site_tags,
                  sites.timezone,
                  devices.newest_snapshot_id AS "newest_snapshot: SnapshotId",
                  devices.snapshot_count,
                  looked.device_id IS NOT NULL AS "is_known!"
           FROM devices
           JOIN sites ON sites.id = devices.site_id
           CROSS JOIN retention
           LEFT JOIN retention_devices looked ON looked.device_id = devices.id
           WHERE (devices.site_id, devices.name) > ($1, $2)
             AND devices.snapshot_count > 0
             AND (looked.device_id IS NOT NULL OR EXISTS (SELECT FROM retention_rules))
             AND (
                 looked.device_id IS NULL
                 OR looked.due_at <= $3
                 OR looked.looked_at <= retention.rules_changed_at
                 OR looked.newest_snapshot_id IS DISTINCT FROM devices.newest_snapshot_id
                 OR looked.snapshot_count <> devices.snapshot_count
             )
           ORDER BY devices.site_id, devices.name
           LIMIT $4"#,
        after.site.0,
        after.name,
        now,
        PAGE,
    )
    .fetch_all(conn)
    .await
}

/// What was seen of a device.
#[derive(Debug)]
pub struct Looked {
    pub device: DeviceId,
    pub at: DateTime<Utc>,
    pub newest_snapshot: Option<SnapshotId>,
    pub snapshot_count: i32,
    /// When it is to be looked at again.
    pub due_at: DateTime<Utc>,
}

/// Notes what was seen of a device.
///
/// # Errors
/// When the database fails.
pub async fn mark_looked_at(conn: &mut PgConnection, looked: &Looked) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO retention_devices (device_id, looked_at, newest_snapshot_id, snapshot_count, due_at)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (device_id) DO UPDATE
         SET looked_at = excluded.looked_at,
             newest_snapshot_id = excluded.newest_snapshot_id,
             snapshot_count = excluded.snapshot_count,
             due_at = excluded.due_at",
        looked.device.0,
        looked.at,
        looked.newest_snapshot.map(|id| id.0),
        looked.snapshot_count,
        looked.due_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes that the history of a device is not whole up to `taken_at`; it is to be looked at again.
///
/// # Errors
/// When the database fails.
pub async fn mark_thinned(
    conn: &mut PgConnection,
    device: DeviceId,
    taken_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO retention_devices (device_id, looked_at, snapshot_count, due_at, thinned_to)
         VALUES ($1, $3, 0, $3, $2)
         ON CONFLICT (device_id) DO UPDATE
         SET due_at = $3,
             thinned_to = greatest(retention_devices.thinned_to, $2)",
        device.0,
        taken_at,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Up to when the history of a device is not whole, for retention deleted some of it; `None`: it
/// deleted nothing.
///
/// # Errors
/// When the database fails.
pub async fn get_thinned_to(
    conn: &mut PgConnection,
    device: DeviceId,
) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
    let row = sqlx::query_scalar!(
        "SELECT thinned_to FROM retention_devices WHERE device_id = $1",
        device.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.flatten())
}
