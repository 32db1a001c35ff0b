//! What is read to make an archive, record by record.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgConnection;
use sqlx::types::Json;

use super::records::{DeviceRecord, HostKeyRecord, SiteRecord, SnapshotRecord, UserRecord};
use crate::db::users::rights;
use crate::model::{
    Check, CredentialId, DeviceId, History, Platform, Role, SiteId, SnapshotId, Trigger, Verdict,
};

/// A site that goes into an archive.
#[derive(Debug)]
pub struct ExportedSite {
    pub id: SiteId,
    pub record: SiteRecord,
}

/// The sites by slug, archived ones too; or the one of this slug.
///
/// # Errors
/// When the database fails.
pub async fn list_sites(
    conn: &mut PgConnection,
    slug: Option<&str>,
) -> Result<Vec<ExportedSite>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"SELECT id AS "id: SiteId", slug, name, timezone, tags, notes, created_at, archived_at
           FROM sites
           WHERE $1::text IS NULL OR slug = $1
           ORDER BY slug"#,
        slug,
    )
    .fetch_all(conn)
    .await?;
    let sites = rows.into_iter().map(|row| ExportedSite {
        id: row.id,
        record: SiteRecord {
            slug: row.slug,
            name: row.name,
            timezone: row.timezone,
            tags: row.tags,
            notes: row.notes,
            created_at: row.created_at,
            archived_at: row.archived_at,
        },
    });
    Ok(sites.collect())
}

/// The devices of a site by name, archived ones too.
///
/// # Errors
/// When the database fails.
pub async fn list_devices(
    conn: &mut PgConnection,
    site: SiteId,
) -> Result<Vec<DeviceId>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT id AS "id: DeviceId" FROM devices WHERE site_id = $1 ORDER BY name"#,
        site.0,
    )
    .fetch_all(conn)
    .await
}

struct DeviceRow {
    site: String,
    name: String,
    address: String,
    port: i32,
    platform: Platform,
    credential: String,
    tags: Vec<String>,
    enabled: bool,
    legacy_ssh: bool,
    connect_timeout_secs: i32,
    export_timeout_secs: i32,
    identity: Option<String>,
    model: Option<String>,
    serial: Option<String>,
    version: Option<String>,
    answers_sentinel: Option<bool>,
    trusted_anew_at: Option<DateTime<Utc>>,
    days: String,
    days_until: Option<NaiveDate>,
    created_at: DateTime<Utc>,
    archived_at: Option<DateTime<Utc>>,
}

impl DeviceRow {
    fn into_record(self, host_keys: Vec<HostKeyRecord>) -> DeviceRecord {
        DeviceRecord {
            site: self.site,
            name: self.name,
            address: self.address,
            port: self.port.try_into().expect("the column is a port"),
            platform: self.platform,
            credential: self.credential,
            tags: self.tags,
            enabled: self.enabled,
            legacy_ssh: self.legacy_ssh,
            connect_timeout_secs: self.connect_timeout_secs.unsigned_abs(),
            export_timeout_secs: self.export_timeout_secs.unsigned_abs(),
            identity: self.identity,
            model: self.model,
            serial: self.serial,
            version: self.version,
            answers_sentinel: self.answers_sentinel,
            trusted_anew_at: self.trusted_anew_at,
            days: self.days,
            days_until: self.days_until,
            created_at: self.created_at,
            archived_at: self.archived_at,
            host_keys,
        }
    }
}

/// A device and the host keys that are trusted; `None` when there is none.
///
/// # Errors
/// When the database fails.
pub async fn get_device(
    conn: &mut PgConnection,
    id: DeviceId,
) -> Result<Option<DeviceRecord>, sqlx::Error> {
    let row = sqlx::query_as!(
        DeviceRow,
        r#"SELECT sites.slug AS site, devices.name, address, port,
                  platform AS "platform: Platform", credentials.name AS credential, devices.tags,
                  enabled, legacy_ssh, connect_timeout_secs, export_timeout_secs, identity, model,
                  serial, version, answers_sentinel, trusted_anew_at, days, days_until,
                  devices.created_at, devices.archived_at
           FROM devices
           JOIN sites ON sites.id = devices.site_id
           JOIN credentials ON credentials.id = devices.credential_id
           WHERE devices.id = $1"#,
        id.0,
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let keys = sqlx::query_as!(
        HostKeyRecord,
        r#"SELECT algorithm, encode(public_key, 'hex') AS "public_key!", fingerprint, first_seen_at
           FROM host_keys
           WHERE device_id = $1
           ORDER BY algorithm"#,
        id.0,
    )
    .fetch_all(conn)
    .await?;
    Ok(Some(row.into_record(keys)))
}

/// A snapshot that goes into an archive.
#[derive(Debug)]
pub struct ExportedSnapshot {
    pub id: SnapshotId,
    /// Without the name of its file, which the archive gives it.
    pub record: SnapshotRecord,
}

struct SnapshotRow {
    id: SnapshotId,
    taken_at: DateTime<Utc>,
    last_seen_at: DateTime<Utc>,
    times_seen: i32,
    verdict: Verdict,
    checks: Json<Vec<Check>>,
    sha256: Vec<u8>,
    version: Option<String>,
    model: Option<String>,
    serial: Option<String>,
    has_secrets: bool,
    error_menus: Vec<String>,
    comment: String,
    pinned: bool,
    expires_at: Option<DateTime<Utc>>,
    uploaded_by: Option<String>,
    trigger: Option<Trigger>,
    requested_by: Option<String>,
}

impl From<SnapshotRow> for ExportedSnapshot {
    fn from(row: SnapshotRow) -> Self {
        let record = SnapshotRecord {
            file: String::new(),
            taken_at: row.taken_at,
            last_seen_at: row.last_seen_at,
            times_seen: row.times_seen,
            verdict: row.verdict,
            checks: row.checks.0,
            sha256: hex::encode(row.sha256),
            version: row.version,
            model: row.model,
            serial: row.serial,
            has_secrets: row.has_secrets,
            error_menus: row.error_menus,
            comment: row.comment,
            pinned: row.pinned,
            expires_at: row.expires_at,
            trigger: row.trigger,
            requested_by: row.requested_by,
            uploaded_by: row.uploaded_by,
        };
        Self { id: row.id, record }
    }
}

/// The next snapshots of a device behind one, oldest first; of the newest alone, the newest
/// verified one.
///
/// # Errors
/// When the database fails.
pub async fn list_snapshots(
    conn: &mut PgConnection,
    device: DeviceId,
    history: History,
    after: Option<&ExportedSnapshot>,
    limit: i64,
) -> Result<Vec<ExportedSnapshot>, sqlx::Error> {
    let rows = sqlx::query_as!(
        SnapshotRow,
        r#"SELECT snapshots.id AS "id: SnapshotId", taken_at, last_seen_at, times_seen,
                  verdict AS "verdict: Verdict", checks AS "checks: Json<Vec<Check>>", sha256,
                  snapshots.version, snapshots.model, snapshots.serial, has_secrets, error_menus,
                  comment, pinned, expires_at, uploaded_by,
                  batches.trigger AS "trigger?: Trigger", batches.requested_by
           FROM snapshots
           JOIN devices ON devices.id = snapshots.device_id
           LEFT JOIN batches ON batches.id = snapshots.batch_id
           WHERE snapshots.device_id = $1
             AND ($2::timestamptz IS NULL OR (taken_at, snapshots.id) > ($2, $3))
             AND (NOT $4 OR snapshots.id = devices.last_verified_snapshot_id)
           ORDER BY taken_at, snapshots.id
           LIMIT $5"#,
        device.0,
        after.map(|after| after.record.taken_at),
        after.map_or(0, |after| after.id.0),
        history == History::Newest,
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(ExportedSnapshot::from).collect())
}

/// A credential as it is stored.
#[derive(Debug)]
pub struct ExportedCredential {
    pub id: CredentialId,
    pub name: String,
    pub username: String,
    pub public_key: Option<String>,
    pub sealed: Vec<u8>,
    pub archived_at: Option<DateTime<Utc>>,
}

/// The credentials by name; or those that the devices of a site have.
///
/// # Errors
/// When the database fails.
pub async fn list_credentials(
    conn: &mut PgConnection,
    site: Option<SiteId>,
) -> Result<Vec<ExportedCredential>, sqlx::Error> {
    sqlx::query_as!(
        ExportedCredential,
        r#"SELECT id AS "id: CredentialId", name, username, public_key, sealed, archived_at
           FROM credentials
           WHERE $1::bigint IS NULL
              OR id IN (SELECT credential_id FROM devices WHERE site_id = $1)
           ORDER BY name"#,
        site.map(|site| site.0),
    )
    .fetch_all(conn)
    .await
}

/// The people by name; or those that reach a site by its name, and of what they reach that site.
///
/// # Errors
/// When the database fails.
pub async fn list_users(
    conn: &mut PgConnection,
    site: Option<SiteId>,
) -> Result<Vec<UserRecord>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"SELECT name, full_name, role AS "role: Role", withheld, all_sites, site_tags,
                  archived_at IS NOT NULL AS "archived!",
                  ARRAY(
                      SELECT sites.slug
                      FROM user_sites
                      JOIN sites ON sites.id = user_sites.site_id
                      WHERE user_sites.user_id = users.id
                        AND ($1::bigint IS NULL OR sites.id = $1)
                      ORDER BY sites.slug COLLATE "C"
                  ) AS "sites!"
           FROM users
           WHERE $1::bigint IS NULL
              OR id IN (SELECT user_id FROM user_sites WHERE site_id = $1)
           ORDER BY lower(name)"#,
        site.map(|site| site.0),
    )
    .fetch_all(conn)
    .await?;
    let users = rows.into_iter().map(|row| UserRecord {
        name: row.name,
        full_name: row.full_name,
        role: row.role,
        withheld: rights(&row.withheld),
        all_sites: row.all_sites,
        sites: row.sites,
        tags: row.site_tags,
        archived: row.archived,
    });
    Ok(users.collect())
}
