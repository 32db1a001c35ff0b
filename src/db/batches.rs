//! Batches: what one trigger asked for.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

pub use super::cancel::cancel_batch as cancel;

use crate::model::{BatchId, DeviceId, RunId, ScheduleId, Scope, SiteId, Trigger};

/// The channel on which collectors hear of new runs.
pub const RUNS_QUEUED_CHANNEL: &str = "runs_queued";

/// How a batch names who asked for it where that was no person who signed in.
pub const COMMAND_LINE: &str = "command line";
/// The same of what the demo begins with.
pub const DEMO: &str = "demo";

/// Which devices a batch is for; archived and disabled ones are left out of each.
#[derive(Debug, Clone)]
pub enum DeviceScope {
    /// Every device of a site.
    Site(SiteId),
    /// These devices.
    Devices(Vec<DeviceId>),
}

/// What a schedule asks for.
#[derive(Debug, Clone, Copy)]
pub struct Scheduled {
    pub schedule: ScheduleId,
    /// When it was due.
    pub due_at: DateTime<Utc>,
    /// How many backups of a site may run at once; `None`: what collectors are told.
    pub per_site: Option<i32>,
}

/// A batch to be inserted.
#[derive(Debug, Clone)]
pub struct NewBatch {
    /// What asks for it.
    pub trigger: Trigger,
    /// The person or program; `None` for the schedule.
    pub requested_by: Option<String>,
    /// The site it is for; `None` for several.
    pub site: Option<SiteId>,
    /// `None`: no schedule asked for it.
    pub scheduled: Option<Scheduled>,
    /// Which devices.
    pub scope: DeviceScope,
}

/// What came of a request.
#[derive(Debug)]
pub struct Requested {
    /// The new batch; `None` when there was nothing new to do.
    pub batch: Option<BatchId>,
    /// The runs to wait for: the new ones, and those that were already active.
    pub runs: Vec<RunId>,
    /// How many of the devices were already being backed up.
    pub already_active: usize,
    /// The batch of one of those.
    pub already_active_batch: Option<BatchId>,
}

/// Inserts a batch with one run for each device that has none active yet, and wakes the
/// collectors when the caller's transaction commits.
///
/// # Errors
/// When the database fails; a batch of the same site, schedule and due time is a unique
/// violation.
pub async fn request(conn: &mut PgConnection, new: &NewBatch) -> Result<Requested, sqlx::Error> {
    let devices = list_devices(conn, &new.scope).await?;
    let batch = insert(conn, new).await?;
    let inserted = insert_runs(conn, batch, new, &devices).await?;
    let active = list_active(conn, &devices, batch).await?;
    let batch = if inserted.is_empty() {
        delete_empty(conn, batch).await?;
        None
    } else {
        notify(conn).await?;
        Some(batch)
    };
    Ok(Requested {
        batch,
        already_active: active.len(),
        already_active_batch: active.first().map(|(_, batch)| *batch),
        runs: inserted
            .into_iter()
            .chain(active.into_iter().map(|(run, _)| run))
            .collect(),
    })
}

/// Inserts a batch with the devices of another one's failed runs, as far as the scope reaches and
/// they are still in the inventory and enabled; nothing for a batch that has none.
///
/// # Errors
/// When the database fails.
pub async fn retry_failed(
    conn: &mut PgConnection,
    scope: &Scope,
    failed: BatchId,
    (trigger, requested_by): (Trigger, Option<String>),
) -> Result<Requested, sqlx::Error> {
    let new = NewBatch {
        trigger,
        requested_by,
        site: get_site(conn, failed).await?,
        scheduled: None,
        scope: DeviceScope::Devices(list_failed(conn, scope, failed).await?),
    };
    let requested = request(conn, &new).await?;
    if let Some(batch) = requested.batch {
        mark_retry(conn, batch, failed).await?;
    }
    Ok(requested)
}

/// The site that a batch is for; `None`: several, or there is no such batch.
///
/// # Errors
/// When the database fails.
pub async fn get_site(
    conn: &mut PgConnection,
    batch: BatchId,
) -> Result<Option<SiteId>, sqlx::Error> {
    let site = sqlx::query_scalar!(
        r#"SELECT site_id AS "site_id: SiteId"
           FROM batches
           WHERE id = $1"#,
        batch.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(site.flatten())
}

async fn list_failed(
    conn: &mut PgConnection,
    scope: &Scope,
    batch: BatchId,
) -> Result<Vec<DeviceId>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT device_id AS "device_id: DeviceId"
           FROM runs
           WHERE batch_id = $1
             AND state = 'failed'
             AND ($2::bigint[] IS NULL OR site_id = ANY ($2))
           ORDER BY device_id"#,
        batch.0,
        scope.ids() as Option<Vec<i64>>,
    )
    .fetch_all(conn)
    .await
}

async fn mark_retry(
    conn: &mut PgConnection,
    batch: BatchId,
    of: BatchId,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE batches
         SET retry_of_batch_id = $2
         WHERE id = $1",
        batch.0,
        of.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn list_devices(
    conn: &mut PgConnection,
    scope: &DeviceScope,
) -> Result<Vec<i64>, sqlx::Error> {
    let (site, ids): (Option<i64>, Vec<i64>) = match scope {
        DeviceScope::Site(site) => (Some(site.0), Vec::new()),
        DeviceScope::Devices(devices) => (None, devices.iter().map(|id| id.0).collect()),
    };
    sqlx::query_scalar!(
        "SELECT id
         FROM devices
         WHERE (site_id = $1 OR id = ANY($2))
           AND enabled
           AND archived_at IS NULL
         ORDER BY id",
        site,
        &ids,
    )
    .fetch_all(conn)
    .await
}

async fn insert(conn: &mut PgConnection, new: &NewBatch) -> Result<BatchId, sqlx::Error> {
    sqlx::query_scalar!(
        r#"INSERT INTO batches (trigger, requested_by, site_id, schedule_id, due_at)
           VALUES ($1, $2, $3, $4, $5)
           RETURNING id AS "id: BatchId""#,
        new.trigger.as_str(),
        new.requested_by,
        new.site.map(|id| id.0),
        new.scheduled.map(|by| by.schedule.0),
        new.scheduled.map(|by| by.due_at),
    )
    .fetch_one(conn)
    .await
}

/// A person waits for what they asked for, so it goes before the schedule's.
fn priority(trigger: Trigger) -> i16 {
    match trigger {
        Trigger::Manual | Trigger::Api => 0,
        Trigger::Scheduled => 1,
    }
}

async fn insert_runs(
    conn: &mut PgConnection,
    batch: BatchId,
    new: &NewBatch,
    devices: &[i64],
) -> Result<Vec<RunId>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"INSERT INTO runs (batch_id, device_id, site_id, priority, per_site)
           SELECT $1, id, site_id, $2, $4
           FROM devices
           WHERE id = ANY($3)
           ORDER BY id
           ON CONFLICT (device_id) WHERE state IN ('queued', 'running') DO NOTHING
           RETURNING id AS "id: RunId""#,
        batch.0,
        priority(new.trigger),
        devices,
        new.scheduled.and_then(|by| by.per_site),
    )
    .fetch_all(conn)
    .await
}

async fn list_active(
    conn: &mut PgConnection,
    devices: &[i64],
    except: BatchId,
) -> Result<Vec<(RunId, BatchId)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"SELECT id AS "id: RunId", batch_id AS "batch_id: BatchId"
           FROM runs
           WHERE device_id = ANY($1)
             AND state IN ('queued', 'running')
             AND batch_id <> $2
           ORDER BY id"#,
        devices,
        except.0,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.batch_id)).collect())
}

async fn delete_empty(conn: &mut PgConnection, batch: BatchId) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM batches WHERE id = $1", batch.0)
        .execute(conn)
        .await?;
    Ok(())
}

async fn notify(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("SELECT pg_notify($1, '')", RUNS_QUEUED_CHANNEL)
        .execute(conn)
        .await?;
    Ok(())
}

/// Marks those of `batches` ended that have no active run left. To be called after the commit
/// that ended a run: whoever commits last then sees them all ended.
///
/// # Errors
/// When the database fails.
pub async fn mark_finished(
    conn: &mut PgConnection,
    batches: &[BatchId],
) -> Result<(), sqlx::Error> {
    let ids: Vec<i64> = batches.iter().map(|id| id.0).collect();
    sqlx::query!(
        "UPDATE batches
         SET finished_at = now()
         WHERE id = ANY($1)
           AND finished_at IS NULL
           AND NOT EXISTS (
               SELECT FROM runs
               WHERE runs.batch_id = batches.id
                 AND runs.state IN ('queued', 'running')
           )",
        &ids,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Marks every batch ended that has no active run left: what a killed process did not get to.
///
/// # Errors
/// When the database fails.
pub async fn mark_all_finished(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE batches
         SET finished_at = now()
         WHERE finished_at IS NULL
           AND NOT EXISTS (
               SELECT FROM runs
               WHERE runs.batch_id = batches.id
                 AND runs.state IN ('queued', 'running')
           )"
    )
    .execute(conn)
    .await?;
    Ok(())
}
