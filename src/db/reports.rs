//! Runs as the command line and the tests report them: what came of each, in one row.

use sqlx::PgConnection;
use sqlx::types::Json;

use crate::model::{
    BatchId, Check, Outcome, RunId, RunState, SnapshotId, StoredFailureCode, Verdict,
};

/// A run as the command line reports it. The options of its result are `None` when it did not
/// come to that: no verdict without an export worth keeping, no failure without one.
#[derive(Debug)]
pub struct Report {
    pub run: RunId,
    pub batch: BatchId,
    pub site: String,
    pub device: String,
    pub state: RunState,
    pub outcome: Option<Outcome>,
    pub verdict: Option<Verdict>,
    pub checks: Vec<Check>,
    pub failure_code: Option<StoredFailureCode>,
    pub failure_message: Option<String>,
    pub snapshot: Option<SnapshotId>,
    /// What was received, also when it was not kept.
    pub size_bytes: Option<i64>,
    /// Of what was kept.
    pub sha256: Option<Vec<u8>>,
    /// How long the last attempt took.
    pub duration_ms: Option<i64>,
    /// How many attempts were begun.
    pub attempts: i32,
}

/// The runs as reported, by site and device.
///
/// # Errors
/// When the database fails.
pub async fn list_reports(
    conn: &mut PgConnection,
    runs: &[RunId],
) -> Result<Vec<Report>, sqlx::Error> {
    let ids: Vec<i64> = runs.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"SELECT runs.id AS "run: RunId",
                  runs.batch_id AS "batch: BatchId",
                  sites.slug AS site,
                  devices.name AS device,
                  runs.state AS "state: RunState",
                  runs.outcome AS "outcome: Outcome",
                  runs.verdict AS "verdict: Verdict",
                  runs.checks AS "checks: Json<Vec<Check>>",
                  runs.failure_code AS "failure_code: StoredFailureCode",
                  runs.failure_message,
                  runs.snapshot_id AS "snapshot: SnapshotId",
                  runs.size_bytes,
                  runs.sha256,
                  runs.duration_ms,
                  runs.attempt AS attempts
           FROM runs
           JOIN devices ON devices.id = runs.device_id
           JOIN sites ON sites.id = runs.site_id
           WHERE runs.id = ANY($1)
           ORDER BY sites.slug, devices.name"#,
        &ids,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Report {
            run: row.run,
            batch: row.batch,
            site: row.site,
            device: row.device,
            state: row.state,
            outcome: row.outcome,
            verdict: row.verdict,
            checks: row.checks.0,
            failure_code: row.failure_code,
            failure_message: row.failure_message,
            snapshot: row.snapshot,
            size_bytes: row.size_bytes,
            sha256: row.sha256,
            duration_ms: row.duration_ms,
            attempts: row.attempts,
        })
        .collect())
}
