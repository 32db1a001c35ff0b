//! The devices of an inventory, and the runs of those that are no longer wanted.

use sqlx::PgConnection;

use super::{Updated, Was};
use crate::model::{BatchId, RunId};

/// Devices to write, as columns of equal length. A device is known by site and name.
#[derive(Debug, Default)]
pub struct DeviceRows<'a> {
    /// Rows of `sites`.
    pub site_ids: Vec<i64>,
    /// Unique within a site.
    pub names: Vec<&'a str>,
    /// Host names or IP addresses.
    pub addresses: Vec<&'a str>,
    /// TCP ports, 1 to 65535.
    pub ports: Vec<i32>,
    /// Names of drivers.
    pub platforms: Vec<&'a str>,
    /// Rows of `credentials`.
    pub credential_ids: Vec<i64>,
    /// The tags of each, with commas between.
    pub tags: Vec<String>,
    /// Whether they are backed up.
    pub enabled: Vec<bool>,
    /// Whether weak SSH algorithms may be used.
    pub legacy_ssh: Vec<bool>,
    /// Deadlines of connecting.
    pub connect_timeout_secs: Vec<i32>,
    /// Deadlines of an export.
    pub export_timeout_secs: Vec<i32>,
}

/// A run that will not be begun.
#[derive(Debug)]
pub struct CancelledRun {
    /// The run.
    pub run: RunId,
    /// Its batch, which may have ended by that.
    pub batch: BatchId,
}

/// Writes the devices of the file that differ, takes over those that were made in the browser, and
/// brings back those that were archived.
///
/// # Errors
/// When the database fails.
pub async fn update_devices(
    conn: &mut PgConnection,
    rows: &DeviceRows<'_>,
) -> Result<Updated, sqlx::Error> {
    let were = sqlx::query_file_as!(
        Was,
        "src/db/inventory/update_devices.sql",
        &rows.site_ids,
        &rows.names as &[&str],
        &rows.addresses as &[&str],
        &rows.ports,
        &rows.platforms as &[&str],
        &rows.credential_ids,
        &rows.tags,
        &rows.enabled,
        &rows.legacy_ssh,
        &rows.connect_timeout_secs,
        &rows.export_timeout_secs,
    )
    .fetch_all(conn)
    .await?;
    Ok(Updated::count(were))
}

/// Inserts the devices that are not there yet, live or archived.
///
/// # Errors
/// When the database fails.
pub async fn insert_devices(
    conn: &mut PgConnection,
    rows: &DeviceRows<'_>,
) -> Result<u64, sqlx::Error> {
    let inserted = sqlx::query!(
        "INSERT INTO devices (site_id, name, address, port, platform, credential_id, tags,
                              enabled, legacy_ssh, connect_timeout_secs, export_timeout_secs)
         SELECT site_id, name, address, port, platform, credential_id,
                string_to_array(tags, ','),
                enabled, legacy_ssh, connect_timeout_secs, export_timeout_secs
         FROM UNNEST($1::bigint[], $2::text[], $3::text[], $4::integer[], $5::text[],
                     $6::bigint[], $7::text[], $8::boolean[], $9::boolean[],
                     $10::integer[], $11::integer[])
                  AS wanted (site_id, name, address, port, platform, credential_id, tags,
                             enabled, legacy_ssh, connect_timeout_secs, export_timeout_secs)
         WHERE NOT EXISTS (
             SELECT FROM devices
             WHERE devices.site_id = wanted.site_id
               AND devices.name = wanted.name
         )",
        &rows.site_ids,
        &rows.names as &[&str],
        &rows.addresses as &[&str],
        &rows.ports,
        &rows.platforms as &[&str],
        &rows.credential_ids,
        &rows.tags,
        &rows.enabled,
        &rows.legacy_ssh,
        &rows.connect_timeout_secs,
        &rows.export_timeout_secs,
    )
    .execute(conn)
    .await?;
    Ok(inserted.rows_affected())
}

/// Archives the live devices of the file that are not among the rows.
///
/// # Errors
/// When the database fails.
pub async fn archive_devices(
    conn: &mut PgConnection,
    rows: &DeviceRows<'_>,
) -> Result<u64, sqlx::Error> {
    let archived = sqlx::query!(
        "UPDATE devices
         SET archived_at = now()
         WHERE archived_at IS NULL
           AND origin = 'file'
           AND NOT EXISTS (
               SELECT FROM UNNEST($1::bigint[], $2::text[]) AS wanted (site_id, name)
               WHERE wanted.site_id = devices.site_id
                 AND wanted.name = devices.name
           )",
        &rows.site_ids,
        &rows.names as &[&str],
    )
    .execute(conn)
    .await?;
    Ok(archived.rows_affected())
}

/// Cancels the queued runs of devices that are archived or disabled. One that is running goes
/// on to its end.
///
/// # Errors
/// When the database fails.
pub async fn cancel_runs_not_wanted(
    conn: &mut PgConnection,
) -> Result<Vec<CancelledRun>, sqlx::Error> {
    sqlx::query_as!(
        CancelledRun,
        r#"WITH cancelled AS (
               UPDATE runs
               SET state = 'cancelled',
                   finished_at = now()
               FROM devices
               WHERE devices.id = runs.device_id
                 AND runs.state = 'queued'
                 AND (devices.archived_at IS NOT NULL OR NOT devices.enabled)
               RETURNING runs.id, runs.batch_id, runs.device_id
           ), noted AS (
               UPDATE devices
               SET last_run_id = cancelled.id
               FROM cancelled
               WHERE devices.id = cancelled.device_id
           )
           SELECT id AS "run: RunId", batch_id AS "batch: BatchId"
           FROM cancelled"#
    )
    .fetch_all(conn)
    .await
}
