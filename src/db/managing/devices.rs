//! Devices as an administrator sees and writes them.

use serde::Serialize;
use sqlx::PgConnection;

use super::{Wanted, as_json};
use crate::db::schedules::resolve;
use crate::model::{DeviceId, Origin, SiteId};

/// What an administrator says of a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeviceValues {
    /// The slug of its site; the same for as long as the device is there.
    pub site: String,
    pub name: String,
    pub address: String,
    pub port: u16,
    /// The name of its credential.
    pub credential: String,
    pub tags: Vec<String>,
    pub enabled: bool,
    pub legacy_ssh: bool,
    pub connect_timeout_secs: u32,
    pub export_timeout_secs: u32,
}

/// A device as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoredDevice {
    pub id: DeviceId,
    pub site_id: SiteId,
    pub values: DeviceValues,
    pub origin: Origin,
    pub is_archived: bool,
    pub is_site_archived: bool,
    pub is_credential_archived: bool,
}

struct Row {
    id: DeviceId,
    site_id: SiteId,
    site: String,
    name: String,
    address: String,
    port: i32,
    credential: String,
    tags: Vec<String>,
    enabled: bool,
    legacy_ssh: bool,
    connect_timeout_secs: i32,
    export_timeout_secs: i32,
    origin: Origin,
    is_archived: bool,
    is_site_archived: bool,
    is_credential_archived: bool,
}

impl From<Row> for StoredDevice {
    fn from(row: Row) -> Self {
        let secs = |secs: i32| secs.try_into().expect("the column is positive");
        Self {
            id: row.id,
            site_id: row.site_id,
            values: DeviceValues {
                site: row.site,
                name: row.name,
                address: row.address,
                port: row.port.try_into().expect("the column is a port"),
                credential: row.credential,
                tags: row.tags,
                enabled: row.enabled,
                legacy_ssh: row.legacy_ssh,
                connect_timeout_secs: secs(row.connect_timeout_secs),
                export_timeout_secs: secs(row.export_timeout_secs),
            },
            origin: row.origin,
            is_archived: row.is_archived,
            is_site_archived: row.is_site_archived,
            is_credential_archived: row.is_credential_archived,
        }
    }
}

/// The device of this number, or all devices of this site, or every device; archived ones are
/// among them.
async fn list(
    conn: &mut PgConnection,
    id: Option<DeviceId>,
    site: Option<&str>,
) -> Result<Vec<StoredDevice>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT devices.id AS "id: DeviceId", sites.id AS "site_id: SiteId",
                  sites.slug AS site, devices.name, address, port,
                  credentials.name AS credential, devices.tags, enabled, legacy_ssh,
                  connect_timeout_secs, export_timeout_secs,
                  devices.origin AS "origin: Origin",
                  devices.archived_at IS NOT NULL AS "is_archived!",
                  sites.archived_at IS NOT NULL AS "is_site_archived!",
                  credentials.archived_at IS NOT NULL AS "is_credential_archived!"
           FROM devices
           JOIN sites ON sites.id = devices.site_id
           JOIN credentials ON credentials.id = devices.credential_id
           WHERE ($1::bigint IS NULL OR devices.id = $1)
             AND ($2::text IS NULL OR sites.slug = $2)
           ORDER BY sites.slug, devices.name"#,
        id.map(|id| id.0),
        site,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(StoredDevice::from).collect())
}

/// The devices of a site, or all of them, by site and name; archived ones too.
///
/// # Errors
/// When the database fails.
pub async fn list_devices(
    conn: &mut PgConnection,
    site: Option<&str>,
) -> Result<Vec<StoredDevice>, sqlx::Error> {
    list(conn, None, site).await
}

/// One device, archived or not.
///
/// # Errors
/// When the database fails.
pub async fn get_device(
    conn: &mut PgConnection,
    id: DeviceId,
) -> Result<Option<StoredDevice>, sqlx::Error> {
    Ok(list(conn, Some(id), None).await?.pop())
}

/// Writes devices, which are the browser's and not archived from then on. Their sites and
/// credentials are there.
///
/// # Errors
/// When the database fails, or a name is taken at the site.
pub async fn save_devices(
    conn: &mut PgConnection,
    devices: &[Wanted<DeviceValues>],
) -> Result<(), sqlx::Error> {
    let rows = as_json(devices);
    sqlx::query!(
        "UPDATE devices
         SET name = wanted.name,
             address = wanted.address,
             port = wanted.port,
             credential_id = credentials.id,
             tags = wanted.tags,
             enabled = wanted.enabled,
             legacy_ssh = wanted.legacy_ssh,
             connect_timeout_secs = wanted.connect_timeout_secs,
             export_timeout_secs = wanted.export_timeout_secs,
             origin = 'browser',
             archived_at = NULL
         FROM jsonb_to_recordset($1)
                  AS wanted (id bigint, name text, address text, port integer, credential text,
                             tags text[], enabled boolean, legacy_ssh boolean,
                             connect_timeout_secs integer, export_timeout_secs integer)
         JOIN credentials ON credentials.name = wanted.credential
         WHERE devices.id = wanted.id",
        rows,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "INSERT INTO devices (site_id, name, address, port, platform, credential_id, tags, enabled,
                              legacy_ssh, connect_timeout_secs, export_timeout_secs, origin)
         SELECT sites.id, wanted.name, wanted.address, wanted.port, 'routeros', credentials.id,
                wanted.tags, wanted.enabled, wanted.legacy_ssh, wanted.connect_timeout_secs,
                wanted.export_timeout_secs, 'browser'
         FROM jsonb_to_recordset($1)
                  AS wanted (id bigint, site text, name text, address text, port integer,
                             credential text, tags text[], enabled boolean, legacy_ssh boolean,
                             connect_timeout_secs integer, export_timeout_secs integer)
         JOIN sites ON sites.slug = wanted.site
         JOIN credentials ON credentials.name = wanted.credential
         WHERE wanted.id IS NULL",
        rows,
    )
    .execute(&mut *conn)
    .await?;
    resolve(conn).await
}

/// Archives a device; its history stays.
///
/// # Errors
/// When the database fails.
pub async fn archive_device(conn: &mut PgConnection, id: DeviceId) -> Result<(), sqlx::Error> {
    sqlx::query!("UPDATE devices SET archived_at = now() WHERE id = $1", id.0)
        .execute(&mut *conn)
        .await?;
    resolve(conn).await
}

/// Brings an archived device back; it is the browser's from then on.
///
/// # Errors
/// When the database fails.
pub async fn restore_device(conn: &mut PgConnection, id: DeviceId) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE devices
         SET archived_at = NULL,
             origin = 'browser'
         WHERE id = $1",
        id.0,
    )
    .execute(&mut *conn)
    .await?;
    resolve(conn).await
}
