//! Sites and devices as the API lists them: all of them, archived ones too, in the order in which
//! they were made, so that a page costs the same wherever it begins.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::model::{DeviceId, RunId, RunState, Scope, SiteId, SnapshotId};

/// A site with its coverage.
#[derive(Debug)]
pub struct SiteRecord {
    pub id: SiteId,
    pub slug: String,
    pub name: String,
    /// IANA name.
    pub timezone: String,
    pub tags: Vec<String>,
    pub notes: String,
    /// Set when the site left the inventory.
    pub archived_at: Option<DateTime<Utc>>,
    /// Devices that are to be backed up.
    pub devices: i64,
    /// Those of them with a verified backup seen since the given time.
    pub verified: i64,
}

/// Which sites to list.
#[derive(Debug, Default)]
pub struct SiteRecords<'a> {
    /// The one with this slug.
    pub slug: Option<&'a str>,
    /// Those with this tag.
    pub tag: Option<&'a str>,
    /// Those made after this one.
    pub after: Option<SiteId>,
}

/// Lists sites of the scope.
///
/// # Errors
/// When the query fails.
pub async fn list_site_records(
    conn: &mut PgConnection,
    scope: &Scope,
    asked: &SiteRecords<'_>,
    verified_since: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<SiteRecord>, sqlx::Error> {
    sqlx::query_as!(
        SiteRecord,
        r#"
        SELECT
            s.id AS "id: SiteId",
            s.slug,
            s.name,
            s.timezone,
            s.tags,
            s.notes,
            s.archived_at,
            covered.devices AS "devices!",
            covered.verified AS "verified!"
        FROM (
            SELECT id, slug, name, timezone, tags, notes, archived_at
            FROM sites
            WHERE ($1::bigint[] IS NULL OR id = ANY ($1))
                AND ($2::text IS NULL OR slug = $2)
                AND ($3::text IS NULL OR $3 = ANY (tags))
                AND id > coalesce($4::bigint, 0)
            ORDER BY id
            LIMIT $5
        ) s
        CROSS JOIN LATERAL (
            SELECT count(*) AS devices, count(*) FILTER (WHERE last_verified_at >= $6) AS verified
            FROM devices
            WHERE site_id = s.id
                AND archived_at IS NULL
                AND enabled
        ) covered
        ORDER BY s.id
        "#,
        scope.ids() as Option<Vec<i64>>,
        asked.slug,
        asked.tag,
        asked.after.map(|id| id.0),
        limit,
        verified_since,
    )
    .fetch_all(conn)
    .await
}

/// A device with what was found of it and where its backups stand.
#[derive(Debug)]
pub struct DeviceRecord {
    pub id: DeviceId,
    pub site_slug: String,
    pub name: String,
    pub address: String,
    pub port: i32,
    pub platform: String,
    pub tags: Vec<String>,
    pub enabled: bool,
    /// Set when the device left the inventory.
    pub archived_at: Option<DateTime<Utc>>,
    pub identity: Option<String>,
    pub model: Option<String>,
    pub serial: Option<String>,
    pub version: Option<String>,
    /// When the newest verified snapshot was last seen.
    pub last_verified_at: Option<DateTime<Utc>>,
    pub last_verified_snapshot_id: Option<SnapshotId>,
    pub newest_snapshot_id: Option<SnapshotId>,
    pub snapshot_count: i32,
    pub last_run_id: Option<RunId>,
    pub last_run_state: Option<RunState>,
}

/// Which devices to list.
#[derive(Debug, Default)]
pub struct DeviceRecords<'a> {
    /// Those of this site.
    pub site: Option<SiteId>,
    /// Those of this name.
    pub name: Option<&'a str>,
    /// Those with this tag of their own.
    pub tag: Option<&'a str>,
    /// Those made after this one.
    pub after: Option<DeviceId>,
}

/// Lists devices of the scope.
///
/// # Errors
/// When the query fails.
pub async fn list_device_records(
    conn: &mut PgConnection,
    scope: &Scope,
    asked: &DeviceRecords<'_>,
    limit: i64,
) -> Result<Vec<DeviceRecord>, sqlx::Error> {
    sqlx::query_as!(
        DeviceRecord,
        r#"
        SELECT
            d.id AS "id: DeviceId",
            s.slug AS site_slug,
            d.name,
            d.address,
            d.port,
            d.platform,
            d.tags,
            d.enabled,
            d.archived_at,
            d.identity,
            d.model,
            d.serial,
            d.version,
            d.last_verified_at,
            d.last_verified_snapshot_id AS "last_verified_snapshot_id: SnapshotId",
            d.newest_snapshot_id AS "newest_snapshot_id: SnapshotId",
            d.snapshot_count,
            d.last_run_id AS "last_run_id: RunId",
            r.state AS "last_run_state?: RunState"
        FROM (
            SELECT *
            FROM devices
            WHERE ($1::bigint[] IS NULL OR site_id = ANY ($1))
                AND ($2::bigint IS NULL OR site_id = $2)
                AND ($3::text IS NULL OR name = $3)
                AND ($4::text IS NULL OR $4 = ANY (tags))
                AND id > coalesce($5::bigint, 0)
            ORDER BY id
            LIMIT $6
        ) d
        JOIN sites s ON s.id = d.site_id
        -- One at a time, by its number: never a hash of all runs.
        LEFT JOIN LATERAL (SELECT state FROM runs WHERE id = d.last_run_id LIMIT 1) r ON true
        ORDER BY d.id
        "#,
        scope.ids() as Option<Vec<i64>>,
        asked.site.map(|id| id.0),
        asked.name,
        asked.tag,
        asked.after.map(|id| id.0),
        limit,
    )
    .fetch_all(conn)
    .await
}
