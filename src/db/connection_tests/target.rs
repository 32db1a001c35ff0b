//! What a connection test tries: the settings of a saved device, or of one that is to be saved.

use std::time::Duration;

use sqlx::PgConnection;

use crate::db::managing::DeviceValues;
use crate::model::{ConnectionTestId, CredentialId, DeviceId, Platform, SiteId, UserId};

/// What is to be tried.
#[derive(Debug, Clone)]
pub struct Target {
    /// The saved device that it is of: its trusted host keys and what is known of it count then.
    /// `None` for one that is not saved yet.
    pub device: Option<DeviceId>,
    pub site: SiteId,
    /// What the device is called, or is to be called.
    pub name: String,
    /// Host name or IP address, without the port.
    pub address: String,
    pub port: u16,
    pub platform: Platform,
    pub credential: CredentialId,
    pub legacy_ssh: bool,
    pub connect_timeout: Duration,
    pub export_timeout: Duration,
    /// RouterOS without the channel, where an earlier run or test found it.
    pub version: Option<String>,
}

/// What an earlier test of this person tried, to try it again; `None` when there is none.
///
/// # Errors
/// When the database fails.
pub async fn get_target(
    conn: &mut PgConnection,
    user: UserId,
    id: ConnectionTestId,
) -> Result<Option<Target>, sqlx::Error> {
    let row = sqlx::query!(
        r#"SELECT device_id AS "device_id: DeviceId",
                  site_id AS "site_id: SiteId",
                  name,
                  address,
                  port,
                  platform AS "platform: Platform",
                  credential_id AS "credential_id: CredentialId",
                  legacy_ssh,
                  connect_timeout_secs,
                  export_timeout_secs,
                  version
           FROM connection_tests
           WHERE id = $1
             AND user_id = $2"#,
        id.0,
        user.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Target {
        device: row.device_id,
        site: row.site_id,
        name: row.name,
        address: row.address,
        port: port(row.port),
        platform: row.platform,
        credential: row.credential_id,
        legacy_ssh: row.legacy_ssh,
        connect_timeout: seconds(row.connect_timeout_secs),
        export_timeout: seconds(row.export_timeout_secs),
        version: row.version,
    }))
}

/// What a test of a saved device tries; `None` when there is no such device, or it or its site
/// has left the inventory.
///
/// # Errors
/// When the database fails.
pub async fn get_device_target(
    conn: &mut PgConnection,
    device: DeviceId,
) -> Result<Option<Target>, sqlx::Error> {
    let row = sqlx::query!(
        r#"SELECT devices.site_id AS "site_id: SiteId",
                  devices.name,
                  devices.address,
                  devices.port,
                  devices.platform AS "platform: Platform",
                  devices.credential_id AS "credential_id: CredentialId",
                  devices.legacy_ssh,
                  devices.connect_timeout_secs,
                  devices.export_timeout_secs,
                  devices.version
           FROM devices
           JOIN sites ON sites.id = devices.site_id
           WHERE devices.id = $1
             AND devices.archived_at IS NULL
             AND sites.archived_at IS NULL"#,
        device.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Target {
        device: Some(device),
        site: row.site_id,
        name: row.name,
        address: row.address,
        port: port(row.port),
        platform: row.platform,
        credential: row.credential_id,
        legacy_ssh: row.legacy_ssh,
        connect_timeout: seconds(row.connect_timeout_secs),
        export_timeout: seconds(row.export_timeout_secs),
        version: row.version,
    }))
}

/// What a test of settings that were typed tries, for `device` or, with `None`, for one that is not
/// saved yet; `None` when the site or the credential is not there.
///
/// # Errors
/// When the database fails.
pub async fn get_typed_target(
    conn: &mut PgConnection,
    device: Option<DeviceId>,
    typed: &DeviceValues,
) -> Result<Option<Target>, sqlx::Error> {
    let row = sqlx::query!(
        r#"SELECT sites.id AS "site_id: SiteId",
                  credentials.id AS "credential_id: CredentialId",
                  (SELECT devices.version FROM devices WHERE devices.id = $3) AS version
           FROM sites
           CROSS JOIN credentials
           WHERE sites.slug = $1
             AND sites.archived_at IS NULL
             AND credentials.name = $2
             AND credentials.archived_at IS NULL"#,
        typed.site,
        typed.credential,
        device.map(|id| id.0),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Target {
        device,
        site: row.site_id,
        name: typed.name.clone(),
        address: typed.address.clone(),
        port: typed.port,
        platform: Platform::Routeros,
        credential: row.credential_id,
        legacy_ssh: typed.legacy_ssh,
        connect_timeout: Duration::from_secs(typed.connect_timeout_secs.into()),
        export_timeout: Duration::from_secs(typed.export_timeout_secs.into()),
        version: row.version,
    }))
}

/// What an earlier test of this person tried, as it would be typed; `None` when there is none.
///
/// # Errors
/// When the database fails.
pub async fn get_tried(
    conn: &mut PgConnection,
    user: UserId,
    id: ConnectionTestId,
) -> Result<Option<DeviceValues>, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT sites.slug,
                tests.name,
                tests.address,
                tests.port,
                credentials.name AS credential,
                tests.legacy_ssh,
                tests.connect_timeout_secs,
                tests.export_timeout_secs
         FROM connection_tests tests
         JOIN sites ON sites.id = tests.site_id
         JOIN credentials ON credentials.id = tests.credential_id
         WHERE tests.id = $1
           AND tests.user_id = $2",
        id.0,
        user.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| DeviceValues {
        site: row.slug,
        name: row.name,
        address: row.address,
        port: port(row.port),
        credential: row.credential,
        tags: Vec::new(),
        enabled: true,
        legacy_ssh: row.legacy_ssh,
        connect_timeout_secs: row.connect_timeout_secs.unsigned_abs(),
        export_timeout_secs: row.export_timeout_secs.unsigned_abs(),
    }))
}

/// CHECKs hold the range of ports, and that timeouts are positive, in the database.
pub(super) fn port(port: i32) -> u16 {
    u16::try_from(port).unwrap_or(22)
}

pub(super) fn seconds(secs: i32) -> Duration {
    Duration::from_secs(secs.unsigned_abs().into())
}
