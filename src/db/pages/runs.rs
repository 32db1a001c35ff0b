//! Runs of all devices, filtered, newest first; and one run with everything that is known of it.

pub(super) mod bounds;
mod by_batch;
mod pick;

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, types::Json};

use crate::model::{
    BatchId, Check, DeviceId, Outcome, RunId, RunState, Scope, SiteId, SnapshotId, Step,
    StoredFailureCode, Trigger, Verdict,
};

/// Which runs to list; those to which all of this applies.
#[derive(Debug, Clone, Default)]
pub struct RunFilter {
    pub site: Option<SiteId>,
    pub device: Option<DeviceId>,
    pub state: Option<RunStateFilter>,
    /// Queued at that time or later.
    pub since: Option<DateTime<Utc>>,
    /// Queued before that time.
    pub until: Option<DateTime<Utc>>,
    pub made_by: Option<MadeBy>,
    /// Those that come after this one in the list: the last of the page before.
    pub before: Option<RunId>,
}

/// A state to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunStateFilter {
    /// This state; succeeded ones whatever their verdict.
    State(RunState),
    /// Succeeded, and the export is kept but not counted as a backup.
    Suspect,
}

/// Who or what asked for a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeBy {
    pub trigger: Trigger,
    /// The person or program of that name; `None`: whoever it was.
    pub requested_by: Option<String>,
}

/// One run in a list.
#[derive(Debug)]
pub struct RunListRow {
    pub id: RunId,
    pub batch_id: BatchId,
    pub trigger: Trigger,
    pub requested_by: Option<String>,
    pub device_id: DeviceId,
    pub device_name: String,
    pub site_slug: String,
    pub site_name: String,
    /// The site's, an IANA name.
    pub timezone: String,
    pub state: RunState,
    /// How many attempts were begun.
    pub attempt: i32,
    pub outcome: Option<Outcome>,
    pub verdict: Option<Verdict>,
    pub failure_message: Option<String>,
    pub snapshot_id: Option<SnapshotId>,
    pub queued_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    pub duration_ms: Option<i64>,
}

/// Lists at most `limit` runs, newest first. Those of one person or program come batch by batch.
///
/// # Errors
/// When the database fails.
pub async fn list_runs(
    conn: &mut PgConnection,
    scope: &Scope,
    filter: &RunFilter,
    limit: i64,
) -> Result<Vec<RunListRow>, sqlx::Error> {
    let ids = pick::pick(conn, scope, filter, limit).await?;
    sqlx::query_as!(
        RunListRow,
        r#"
        SELECT
            r.id AS "id: RunId",
            r.batch_id AS "batch_id: BatchId",
            b.trigger AS "trigger: Trigger",
            b.requested_by,
            r.device_id AS "device_id: DeviceId",
            d.name AS device_name,
            s.slug AS site_slug,
            s.name AS site_name,
            s.timezone,
            r.state AS "state: RunState",
            r.attempt,
            r.outcome AS "outcome: Outcome",
            r.verdict AS "verdict: Verdict",
            r.failure_message,
            r.snapshot_id AS "snapshot_id: SnapshotId",
            r.queued_at,
            r.finished_at,
            r.duration_ms
        FROM unnest($1::bigint[]) WITH ORDINALITY AS picked (id, place)
        JOIN runs r ON r.id = picked.id
        JOIN batches b ON b.id = r.batch_id
        JOIN devices d ON d.id = r.device_id
        JOIN sites s ON s.id = r.site_id
        ORDER BY picked.place
        "#,
        &ids
    )
    .fetch_all(conn)
    .await
}

/// One run as its own page shows it. What it did not come to is `None`.
#[derive(Debug)]
pub struct RunHead {
    pub id: RunId,
    pub batch_id: BatchId,
    pub trigger: Trigger,
    pub requested_by: Option<String>,
    pub device_id: DeviceId,
    pub device_name: String,
    pub site_id: SiteId,
    pub site_slug: String,
    pub site_name: String,
    /// The site's, an IANA name.
    pub timezone: String,
    pub state: RunState,
    /// How many attempts were begun.
    pub attempt: i32,
    pub outcome: Option<Outcome>,
    pub verdict: Option<Verdict>,
    pub checks: Json<Vec<Check>>,
    pub steps: Json<Vec<Step>>,
    /// Of a queued run, why the attempt before failed.
    pub failure_code: Option<StoredFailureCode>,
    pub failure_message: Option<String>,
    pub snapshot_id: Option<SnapshotId>,
    /// The collector that runs or ran it.
    pub collector: Option<String>,
    /// When a queued run may be claimed; in the future while it backs off.
    pub not_before: DateTime<Utc>,
    /// When a person asked to stop it.
    pub cancel_requested_at: Option<DateTime<Utc>>,
    pub queued_at: DateTime<Utc>,
    /// Of the newest attempt.
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    /// What was received, also when it was not kept.
    pub size_bytes: Option<i64>,
    /// Of what was kept.
    pub sha256: Option<Vec<u8>>,
    /// How long the newest attempt took.
    pub duration_ms: Option<i64>,
}

/// Gets a run.
///
/// # Errors
/// When the database fails.
pub async fn get_run(
    conn: &mut PgConnection,
    scope: &Scope,
    id: RunId,
) -> Result<Option<RunHead>, sqlx::Error> {
    sqlx::query_as!(
        RunHead,
        r#"
        SELECT
            r.id AS "id: RunId",
            r.batch_id AS "batch_id: BatchId",
            b.trigger AS "trigger: Trigger",
            b.requested_by,
            r.device_id AS "device_id: DeviceId",
            d.name AS device_name,
            r.site_id AS "site_id: SiteId",
            s.slug AS site_slug,
            s.name AS site_name,
            s.timezone,
            r.state AS "state: RunState",
            r.attempt,
            r.outcome AS "outcome: Outcome",
            r.verdict AS "verdict: Verdict",
            r.checks AS "checks: Json<Vec<Check>>",
            r.steps AS "steps: Json<Vec<Step>>",
            r.failure_code AS "failure_code: StoredFailureCode",
            r.failure_message,
            r.snapshot_id AS "snapshot_id: SnapshotId",
            r.claimed_by AS collector,
            r.not_before,
            r.cancel_requested_at,
            r.queued_at,
            r.started_at,
            r.finished_at,
            r.size_bytes,
            r.sha256,
            r.duration_ms
        FROM runs r
        JOIN batches b ON b.id = r.batch_id
        JOIN devices d ON d.id = r.device_id
        JOIN sites s ON s.id = r.site_id
        WHERE r.id = $1
            AND ($2::bigint[] IS NULL OR r.site_id = ANY ($2))
        "#,
        id as RunId,
        scope.ids() as Option<Vec<i64>>
    )
    .fetch_optional(conn)
    .await
}
