//! The leases of runs: prolonged by the collector that has them, given back when it stops, and
//! taken from one that fell silent.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::{Connection, PgConnection};

use super::devices::{self, Found};
use super::runs::{Claim, millis};
use crate::model::{DayMark, DeviceId, FailureCode, RunId, Step, day_in};

/// A run that a heartbeat found to be still the collector's own.
#[derive(Debug, Clone, Copy)]
pub struct Owned {
    pub run: RunId,
    /// Whether a person asked to stop it.
    pub is_cancelled: bool,
}

/// Prolongs the leases of a collector's runs and shows their step trails so far. Gives the runs
/// that are still its own; another one was taken over or ended and is to be dropped.
///
/// # Errors
/// When the database fails.
pub async fn heartbeat(
    conn: &mut PgConnection,
    collector: &str,
    runs: &[(Claim, Vec<Step>)],
    lease: Duration,
) -> Result<Vec<Owned>, sqlx::Error> {
    let ids: Vec<i64> = runs.iter().map(|(claim, _)| claim.run.0).collect();
    let attempts: Vec<i32> = runs.iter().map(|(claim, _)| claim.attempt).collect();
    let steps: Vec<serde_json::Value> = runs
        .iter()
        .map(|(_, steps)| serde_json::json!(steps))
        .collect();
    // Locked in the order of their ids, as a person's cancelling of a batch does: in any other,
    // the two could wait for each other.
    sqlx::query_as!(
        Owned,
        r#"WITH owned AS (
               SELECT runs.id, mine.steps
               FROM unnest($1::bigint[], $2::integer[], $3::jsonb[]) AS mine (id, attempt, steps)
               JOIN runs ON runs.id = mine.id
               WHERE runs.attempt = mine.attempt
                 AND runs.state = 'running'
                 AND runs.claimed_by = $4
               ORDER BY runs.id
               FOR UPDATE OF runs
           )
           UPDATE runs
           SET lease_until = now() + $5 * interval '1 millisecond',
               steps = owned.steps
           FROM owned
           WHERE runs.id = owned.id
           RETURNING runs.id AS "run: RunId",
                     runs.cancel_requested_at IS NOT NULL AS "is_cancelled!""#,
        &ids,
        &attempts,
        &steps,
        collector,
        millis(lease) as f64,
    )
    .fetch_all(conn)
    .await
}

/// Takes runs from collectors that fell silent: queued again, cancelled where a person asked for
/// that, or failed with `collector_lost` after `max_attempts` attempts, lest a run that kills its
/// collector does so for ever. Gives how many there were.
///
/// # Errors
/// When the database fails.
pub async fn requeue_lost(conn: &mut PgConnection, max_attempts: i32) -> Result<u64, sqlx::Error> {
    // Those to be given up are locked here and only listed: what their end makes of the day is
    // reckoned below. Most of the time there is nothing at all, and this is the one statement.
    let lost = sqlx::query!(
        r#"WITH lost AS (
               SELECT id,
                      device_id,
                      CASE
                          WHEN cancel_requested_at IS NOT NULL THEN 'cancelled'
                          WHEN attempt < $1 THEN 'queued'
                          ELSE 'failed'
                      END AS state
               FROM runs
               WHERE state = 'running'
                 AND lease_until < now()
               FOR UPDATE SKIP LOCKED
           ), taken AS (
               UPDATE runs
               SET state = lost.state,
                   finished_at = CASE WHEN lost.state = 'cancelled' THEN now() END,
                   failure_code = CASE WHEN lost.state = 'queued' THEN $2 END,
                   failure_message = CASE WHEN lost.state = 'queued' THEN
                       'The collector that ran this backup stopped before it was done. '
                       || 'It is tried again.' END,
                   claimed_by = NULL,
                   lease_until = NULL,
                   not_before = now()
               FROM lost
               WHERE runs.id = lost.id
                 AND lost.state <> 'failed'
           ), noted AS (
               UPDATE devices
               SET last_run_id = lost.id
               FROM lost
               WHERE devices.id = lost.device_id
                 AND lost.state = 'cancelled'
           )
           SELECT id AS "run: RunId", state = 'failed' AS "is_given_up!"
           FROM lost"#,
        max_attempts,
        FailureCode::CollectorLost.as_str(),
    )
    .fetch_all(&mut *conn)
    .await?;
    for row in lost.iter().filter(|row| row.is_given_up) {
        give_up(conn, row.run).await?;
    }
    Ok(lost.len() as u64)
}

/// Fails a run whose collectors vanished too often; nothing when somebody else was faster.
async fn give_up(conn: &mut PgConnection, run: RunId) -> Result<(), sqlx::Error> {
    let mut tx = conn.begin().await?;
    if let Some(ended) = mark_given_up(&mut tx, run).await? {
        let day = day_in(&ended.timezone, ended.finished_at);
        let found = Found {
            ended_run: Some(run),
            day: Some((day, DayMark::Failed)),
            ..Found::default()
        };
        devices::mark_found(&mut tx, ended.device, &found).await?;
    }
    tx.commit().await
}

struct GivenUp {
    device: DeviceId,
    timezone: String,
    finished_at: DateTime<Utc>,
}

async fn mark_given_up(
    conn: &mut PgConnection,
    run: RunId,
) -> Result<Option<GivenUp>, sqlx::Error> {
    sqlx::query_as!(
        GivenUp,
        r#"UPDATE runs
           SET state = 'failed',
               finished_at = now(),
               failure_code = $2,
               failure_message =
                   'The collector that ran this backup stopped before it was done. '
                   || 'This happened too often; look at the collector''s log.',
               claimed_by = NULL,
               lease_until = NULL
           FROM sites
           WHERE runs.id = $1
             AND runs.state = 'running'
             AND runs.lease_until < now()
             AND sites.id = runs.site_id
           RETURNING runs.device_id AS "device: DeviceId",
                     sites.timezone,
                     runs.finished_at AS "finished_at!""#,
        run.0,
        FailureCode::CollectorLost.as_str(),
    )
    .fetch_optional(conn)
    .await
}

/// Gives the runs of a collector that stops back at once, without waiting for their leases, and
/// takes the attempts back with them; those that a person asked to stop are cancelled. Gives how
/// many there were.
///
/// # Errors
/// When the database fails.
pub async fn release(conn: &mut PgConnection, collector: &str) -> Result<u64, sqlx::Error> {
    let released = sqlx::query!(
        "WITH released AS (
             UPDATE runs
             SET state = CASE WHEN cancel_requested_at IS NULL THEN 'queued' ELSE 'cancelled' END,
                 finished_at = CASE WHEN cancel_requested_at IS NULL THEN NULL ELSE now() END,
                 attempt = attempt - CASE WHEN cancel_requested_at IS NULL THEN 1 ELSE 0 END,
                 claimed_by = NULL,
                 lease_until = NULL
             WHERE id IN (
                 SELECT id
                 FROM runs
                 WHERE state = 'running'
                   AND claimed_by = $1
                 ORDER BY id
                 FOR UPDATE
             )
             RETURNING id, device_id, state
         ), noted AS (
             UPDATE devices
             SET last_run_id = released.id
             FROM released
             WHERE devices.id = released.device_id
               AND released.state = 'cancelled'
         )
         SELECT id FROM released",
        collector,
    )
    .fetch_all(conn)
    .await?;
    Ok(released.len() as u64)
}
