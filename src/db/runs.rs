//! Runs as a queue: claimed, kept alive by heartbeats, ended once.
//!
//! The database's clock is the one clock of leases and back-off, so that collectors on several
//! machines agree.

use std::time::Duration;

use sqlx::PgConnection;
use sqlx::types::Json;

pub use super::cancel::cancel_run;
pub use super::leases::{Owned, heartbeat, release, requeue_lost};
pub use super::reports::{Report, list_reports};

use crate::model::{Check, Failure, Outcome, RunId, RunState, SnapshotId, Step, Verdict};

/// Serialises claims, so that the cap per site holds across collectors.
const CLAIM_LOCK: i64 = 0x5256_434c_4149_4d31;

/// How a collector claims.
#[derive(Debug, Clone, Copy)]
pub struct ClaimLimits {
    /// How many runs at most.
    pub slots: i64,
    /// How many runs of one site may run at once, over all collectors.
    pub per_site: i64,
    /// How long a claim is believed without a heartbeat.
    pub lease: Duration,
}

/// A run that is ours until its lease ends.
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    /// The run.
    pub run: RunId,
    /// Which attempt this is, from 1 on; together with the collector it tells a stale owner.
    pub attempt: i32,
}

/// Claims queued runs for `collector`: those that a person waits for first, then by site,
/// oldest first within a site, never above the cap per site. The caller's transaction holds the
/// lock that keeps other collectors from claiming, so it should do little else.
///
/// # Errors
/// When the database fails.
pub async fn claim(
    conn: &mut PgConnection,
    collector: &str,
    limits: ClaimLimits,
) -> Result<Vec<Claim>, sqlx::Error> {
    sqlx::query!("SELECT pg_advisory_xact_lock($1)", CLAIM_LOCK)
        .execute(&mut *conn)
        .await?;
    // `waiting` walks the index from one (priority, site) to the next, so that its cost is that
    // of the sites that wait and not of the runs, and a site at its cap hides nobody. The cap of a
    // run is that of its schedule where this is the lower one.
    let claims = sqlx::query!(
        r#"WITH RECURSIVE waiting AS (
               (SELECT priority, site_id
                FROM runs
                WHERE state = 'queued'
                ORDER BY priority, site_id
                LIMIT 1)
               UNION ALL
               SELECT next.priority, next.site_id
               FROM waiting
               CROSS JOIN LATERAL (
                   SELECT priority, site_id
                   FROM runs
                   WHERE state = 'queued'
                     AND (priority, site_id) > (waiting.priority, waiting.site_id)
                   ORDER BY priority, site_id
                   LIMIT 1
               ) next
           ),
           candidates AS (
               SELECT picked.id, waiting.priority, waiting.site_id,
                      least($2, picked.per_site) - room.taken AS slots
               FROM waiting
               CROSS JOIN LATERAL (
                   SELECT count(*) AS taken
                   FROM runs
                   WHERE state = 'running'
                     AND site_id = waiting.site_id
               ) room
               CROSS JOIN LATERAL (
                   SELECT id, per_site,
                          row_number() OVER (ORDER BY not_before, id) AS place
                   FROM (
                       SELECT id, per_site, not_before
                       FROM runs
                       WHERE state = 'queued'
                         AND priority = waiting.priority
                         AND site_id = waiting.site_id
                         AND not_before <= now()
                       ORDER BY not_before, id
                       LIMIT greatest($2 - room.taken, 0)
                       FOR UPDATE SKIP LOCKED
                   ) oldest
               ) picked
               WHERE picked.place <= least($2, picked.per_site) - room.taken
               LIMIT $1
           ),
           fitting AS (
               SELECT id
               FROM (
                   SELECT id, slots,
                          row_number() OVER (PARTITION BY site_id ORDER BY priority, id) AS place
                   FROM candidates
               ) ranked
               WHERE place <= slots
           )
           UPDATE runs
           SET state = 'running',
               attempt = attempt + 1,
               claimed_by = $3,
               lease_until = now() + $4 * interval '1 millisecond',
               started_at = now(),
               steps = '[]'
           FROM fitting
           WHERE runs.id = fitting.id
           RETURNING runs.id AS "run: RunId", runs.attempt"#,
        limits.slots,
        limits.per_site,
        collector,
        millis(limits.lease) as f64,
    )
    .fetch_all(&mut *conn)
    .await?;
    Ok(claims
        .into_iter()
        .map(|row| Claim {
            run: row.run,
            attempt: row.attempt,
        })
        .collect())
}

pub(in crate::db) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// How an attempt ended.
#[derive(Debug)]
pub struct Ending {
    /// How long the attempt took.
    pub duration: Duration,
    /// The whole step trail.
    pub steps: Vec<Step>,
    /// Every check that was made; empty when it did not come to that.
    pub checks: Vec<Check>,
    /// What was received, if anything was.
    pub size_bytes: Option<i64>,
    /// SHA-256 of what was kept; `None` when nothing was.
    pub sha256: Option<Vec<u8>>,
    /// What came of it.
    pub result: EndResult,
}

/// What came of an attempt.
#[derive(Debug)]
pub enum EndResult {
    /// A snapshot was stored or found unchanged.
    Succeeded {
        outcome: Outcome,
        verdict: Verdict,
        snapshot: SnapshotId,
    },
    /// Nothing was stored, and nothing more will be tried in this batch.
    Failed(Failure),
    /// Nothing was stored; queued again for after `retry_in`. The failure is kept to be shown.
    TryAgain {
        failure: Failure,
        retry_in: Duration,
    },
    /// A person asked to stop it, and nothing was stored.
    Cancelled,
}

impl EndResult {
    fn state(&self) -> RunState {
        match self {
            Self::Succeeded { .. } => RunState::Succeeded,
            Self::Failed(_) => RunState::Failed,
            Self::TryAgain { .. } => RunState::Queued,
            Self::Cancelled => RunState::Cancelled,
        }
    }

    fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Succeeded { .. } | Self::Cancelled => None,
            Self::Failed(failure) | Self::TryAgain { failure, .. } => Some(failure),
        }
    }
}

/// Ends an attempt. One that a person cancelled, or whose device left the inventory meanwhile, is
/// not tried again: its run is cancelled instead. Gives `false` when the run is no longer this collector's: the caller then
/// rolls back whatever else the transaction holds.
///
/// # Errors
/// When the database fails.
pub async fn mark_ended(
    conn: &mut PgConnection,
    collector: &str,
    claim: Claim,
    ending: &Ending,
) -> Result<bool, sqlx::Error> {
    let state = ending.result.state();
    let failure = ending.result.failure();
    let (outcome, verdict, snapshot) = match &ending.result {
        EndResult::Succeeded {
            outcome,
            verdict,
            snapshot,
        } => (Some(*outcome), Some(*verdict), Some(*snapshot)),
        _ => (None, None, None),
    };
    let retry_in = match &ending.result {
        EndResult::TryAgain { retry_in, .. } => millis(*retry_in),
        _ => 0,
    };
    let updated = sqlx::query!(
        "UPDATE runs
         SET state = CASE
                 WHEN $4 <> 'queued' THEN $4
                 WHEN devices.wanted AND cancel_requested_at IS NULL THEN 'queued'
                 ELSE 'cancelled'
             END,
             not_before = now() + $5 * interval '1 millisecond',
             finished_at = CASE
                 WHEN $4 = 'queued' AND devices.wanted AND cancel_requested_at IS NULL THEN NULL
                 ELSE now()
             END,
             claimed_by = CASE
                 WHEN $4 = 'queued' AND devices.wanted AND cancel_requested_at IS NULL THEN NULL
                 ELSE claimed_by
             END,
             lease_until = NULL,
             outcome = $6,
             verdict = $7,
             checks = $8,
             steps = $9,
             failure_code = $10,
             failure_message = $11,
             snapshot_id = $12,
             size_bytes = $13,
             sha256 = $14,
             duration_ms = $15
         FROM (
             SELECT id, enabled AND archived_at IS NULL AS wanted
             FROM devices
         ) devices
         WHERE devices.id = runs.device_id
           AND runs.id = $1
           AND attempt = $2
           AND claimed_by = $3
           AND runs.state = 'running'",
        claim.run.0,
        claim.attempt,
        collector,
        state.as_str(),
        retry_in as f64,
        outcome.map(Outcome::as_str),
        verdict.map(Verdict::as_str),
        Json(&ending.checks) as _,
        Json(&ending.steps) as _,
        failure.map(|failure| failure.code.as_str()),
        failure.map(|failure| failure.message.as_str()),
        snapshot.map(|id| id.0),
        ending.size_bytes,
        ending.sha256.as_deref(),
        millis(ending.duration),
    )
    .execute(conn)
    .await?;
    Ok(updated.rows_affected() == 1)
}

/// How many of `runs` are queued or running.
///
/// # Errors
/// When the database fails.
pub async fn count_active(conn: &mut PgConnection, runs: &[RunId]) -> Result<i64, sqlx::Error> {
    let ids: Vec<i64> = runs.iter().map(|id| id.0).collect();
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!"
           FROM runs
           WHERE id = ANY($1)
             AND state IN ('queued', 'running')"#,
        &ids,
    )
    .fetch_one(conn)
    .await
}
