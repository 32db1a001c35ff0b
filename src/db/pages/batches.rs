//! Batches with their progress, and the runs of one. A batch over several sites is there for
//! whoever reaches any of them, and then shows what it has there, as if that were all of it.
//!
//! What is of the scope is looked for among the runs of the batch, and never the other way round:
//! a site has ever more of them. `IS TRUE` tells the planner so, for it finds no index for that.

pub(super) mod pick;

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, types::Json};

use super::{MadeBy, Slice};
use crate::model::{
    BatchId, Check, Outcome, RunId, RunState, Scope, SiteId, SnapshotId, Step, StoredFailureCode,
    Trigger, Verdict,
};

/// Which batches to list; the default is all of them.
#[derive(Debug, Default)]
pub struct BatchFilter {
    /// Those asked for one site.
    pub site: Option<SiteId>,
    pub made_by: Option<MadeBy>,
    /// Those older than this one.
    pub before: Option<BatchId>,
}

/// One batch in a list, with how many of its runs are in each state.
#[derive(Debug)]
pub struct BatchRow {
    pub id: BatchId,
    pub trigger: Trigger,
    pub requested_by: Option<String>,
    /// The batch whose failed devices it tries again.
    pub retry_of: Option<BatchId>,
    /// The site it was asked for, or the only one it touches; `None` for several sites.
    pub site_slug: Option<String>,
    pub site_name: Option<String>,
    pub created_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    queued: i64,
    running: i64,
    succeeded: i64,
    failed: i64,
    cancelled: i64,
    suspect: i64,
}

impl BatchRow {
    /// How many of its runs are in each state.
    #[must_use]
    pub const fn counts(&self) -> RunCounts {
        RunCounts {
            queued: self.queued,
            running: self.running,
            succeeded: self.succeeded,
            failed: self.failed,
            cancelled: self.cancelled,
            suspect: self.suspect,
        }
    }
}

/// Lists batches, newest first.
///
/// # Errors
/// When the query fails.
pub async fn list_batches(
    conn: &mut PgConnection,
    scope: &Scope,
    filter: &BatchFilter,
    limit: i64,
) -> Result<Vec<BatchRow>, sqlx::Error> {
    let ids = pick::pick(conn, scope, filter, limit).await?;
    sqlx::query_as!(
        BatchRow,
        r#"
        SELECT
            b.id AS "id: BatchId",
            b.trigger AS "trigger: Trigger",
            b.requested_by,
            b.retry_of_batch_id AS "retry_of: BatchId",
            s.slug AS "site_slug?",
            s.name AS "site_name?",
            b.created_at,
            CASE
                WHEN $2::bigint[] IS NULL OR b.site_id IS NOT NULL THEN b.finished_at
                ELSE c.finished_at
            END AS finished_at,
            c.queued AS "queued!",
            c.running AS "running!",
            c.succeeded AS "succeeded!",
            c.failed AS "failed!",
            c.cancelled AS "cancelled!",
            c.suspect AS "suspect!"
        FROM unnest($1::bigint[]) AS picked (id)
        JOIN batches b ON b.id = picked.id
        CROSS JOIN LATERAL (
            SELECT
                CASE WHEN min(r.site_id) = max(r.site_id) THEN min(r.site_id) END AS only_site_id,
                CASE WHEN bool_and(r.finished_at IS NOT NULL) THEN max(r.finished_at) END AS finished_at,
                count(*) FILTER (WHERE r.state = 'queued') AS queued,
                count(*) FILTER (WHERE r.state = 'running') AS running,
                count(*) FILTER (WHERE r.state = 'succeeded') AS succeeded,
                count(*) FILTER (WHERE r.state = 'failed') AS failed,
                count(*) FILTER (WHERE r.state = 'cancelled') AS cancelled,
                count(*) FILTER (WHERE r.state = 'succeeded' AND r.verdict = 'suspect') AS suspect
            FROM runs r
            WHERE r.batch_id = b.id
                AND ($2::bigint[] IS NULL OR (r.site_id = ANY ($2)) IS TRUE)
        ) c
        LEFT JOIN sites s ON s.id = COALESCE(b.site_id, c.only_site_id)
        ORDER BY b.id DESC
        "#,
        &ids,
        scope.ids() as Option<Vec<i64>>
    )
    .fetch_all(conn)
    .await
}

/// A batch as the head of its page.
#[derive(Debug)]
pub struct BatchHead {
    pub id: BatchId,
    pub trigger: Trigger,
    pub requested_by: Option<String>,
    /// The site it was asked for, or the only one it touches; `None` for several sites.
    pub site_slug: Option<String>,
    pub site_name: Option<String>,
    /// `None` for a batch over several sites.
    pub timezone: Option<String>,
    /// The scheduled time; `None` unless scheduled.
    pub due_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    /// The batch whose failed devices it tries again. Of a device that is in both, so whoever
    /// reaches the one reaches the other.
    pub retry_of: Option<BatchId>,
    /// The newest batch in the scope that tries its failed devices again.
    pub retried_in: Option<BatchId>,
}

/// Gets a batch.
///
/// # Errors
/// When the query fails.
pub async fn get_batch(
    conn: &mut PgConnection,
    scope: &Scope,
    id: BatchId,
) -> Result<Option<BatchHead>, sqlx::Error> {
    sqlx::query_as!(
        BatchHead,
        r#"
        SELECT
            b.id AS "id: BatchId",
            b.trigger AS "trigger: Trigger",
            b.requested_by,
            s.slug AS "site_slug?",
            s.name AS "site_name?",
            s.timezone AS "timezone?",
            b.due_at,
            b.created_at,
            CASE
                WHEN $2::bigint[] IS NULL OR b.site_id IS NOT NULL THEN b.finished_at
                ELSE several.finished_at
            END AS finished_at,
            b.retry_of_batch_id AS "retry_of: BatchId",
            (
                SELECT max(again.id)
                FROM batches again
                WHERE again.retry_of_batch_id = b.id
                    AND (
                        $2::bigint[] IS NULL
                        OR again.site_id = ANY ($2)
                        OR again.site_id IS NULL
                        AND EXISTS (
                            SELECT
                            FROM runs r
                            WHERE r.batch_id = again.id
                                AND (r.site_id = ANY ($2)) IS TRUE
                        )
                    )
            ) AS "retried_in: BatchId"
        FROM batches b
        CROSS JOIN LATERAL (
            SELECT
                count(*) AS runs,
                CASE WHEN min(r.site_id) = max(r.site_id) THEN min(r.site_id) END AS only_site_id,
                CASE WHEN bool_and(r.finished_at IS NOT NULL) THEN max(r.finished_at) END AS finished_at
            FROM runs r
            WHERE b.site_id IS NULL
                AND r.batch_id = b.id
                AND ($2::bigint[] IS NULL OR (r.site_id = ANY ($2)) IS TRUE)
        ) several
        LEFT JOIN sites s ON s.id = COALESCE(b.site_id, several.only_site_id)
        WHERE b.id = $1
            AND ($2::bigint[] IS NULL OR b.site_id = ANY ($2) OR several.runs > 0)
        "#,
        id as BatchId,
        scope.ids() as Option<Vec<i64>>
    )
    .fetch_optional(conn)
    .await
}

/// How many runs of a batch are in each state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunCounts {
    pub queued: i64,
    pub running: i64,
    pub succeeded: i64,
    pub failed: i64,
    pub cancelled: i64,
    /// Of the succeeded ones, those whose export is kept but not counted as a backup.
    pub suspect: i64,
}

impl RunCounts {
    /// All runs.
    #[must_use]
    pub const fn total(self) -> i64 {
        self.queued + self.running + self.ended()
    }

    /// Runs to which nothing more will happen.
    #[must_use]
    pub const fn ended(self) -> i64 {
        self.succeeded + self.failed + self.cancelled
    }
}

/// Counts the runs of a batch by state.
///
/// # Errors
/// When the query fails.
pub async fn count_runs(
    conn: &mut PgConnection,
    scope: &Scope,
    id: BatchId,
) -> Result<RunCounts, sqlx::Error> {
    sqlx::query_as!(
        RunCounts,
        r#"
        SELECT
            count(*) FILTER (WHERE state = 'queued') AS "queued!",
            count(*) FILTER (WHERE state = 'running') AS "running!",
            count(*) FILTER (WHERE state = 'succeeded') AS "succeeded!",
            count(*) FILTER (WHERE state = 'failed') AS "failed!",
            count(*) FILTER (WHERE state = 'cancelled') AS "cancelled!",
            count(*) FILTER (WHERE state = 'succeeded' AND verdict = 'suspect') AS "suspect!"
        FROM runs
        WHERE batch_id = $1
            AND ($2::bigint[] IS NULL OR (site_id = ANY ($2)) IS TRUE)
        "#,
        id as BatchId,
        scope.ids() as Option<Vec<i64>>
    )
    .fetch_one(conn)
    .await
}

/// One run on the page of its batch.
#[derive(Debug)]
pub struct BatchRunRow {
    pub id: RunId,
    pub device_name: String,
    pub site_slug: String,
    pub site_name: String,
    pub state: RunState,
    pub attempt: i32,
    /// When a queued run may be claimed; in the future while it backs off.
    pub not_before: DateTime<Utc>,
    pub outcome: Option<Outcome>,
    pub verdict: Option<Verdict>,
    pub checks: Json<Vec<Check>>,
    pub steps: Json<Vec<Step>>,
    pub failure_code: Option<StoredFailureCode>,
    pub failure_message: Option<String>,
    /// Whether a person asked to stop it.
    pub is_cancelling: bool,
    pub snapshot_id: Option<SnapshotId>,
    pub size_bytes: Option<i64>,
    pub duration_ms: Option<i64>,
}

/// Lists the runs of a batch: failed ones first, then suspect, running, queued and the rest;
/// by device within. A page is picked by what orders it, and only then read whole: with its checks
/// and steps, a batch of all devices is sorted on disk.
///
/// # Errors
/// When the query fails.
pub async fn list_batch_runs(
    conn: &mut PgConnection,
    scope: &Scope,
    id: BatchId,
    slice: Slice,
) -> Result<Vec<BatchRunRow>, sqlx::Error> {
    sqlx::query_as!(
        BatchRunRow,
        r#"
        SELECT
            r.id AS "id: RunId",
            d.name AS device_name,
            s.slug AS site_slug,
            s.name AS site_name,
            r.state AS "state: RunState",
            r.attempt,
            r.not_before,
            r.outcome AS "outcome: Outcome",
            r.verdict AS "verdict: Verdict",
            r.checks AS "checks: Json<Vec<Check>>",
            r.steps AS "steps: Json<Vec<Step>>",
            r.failure_code AS "failure_code: StoredFailureCode",
            r.failure_message,
            r.cancel_requested_at IS NOT NULL AND r.state = 'running' AS "is_cancelling!",
            r.snapshot_id AS "snapshot_id: SnapshotId",
            r.size_bytes,
            r.duration_ms
        FROM (
            SELECT
                r.id,
                CASE
                    WHEN r.state = 'failed' THEN 0
                    WHEN r.verdict = 'suspect' THEN 1
                    WHEN r.state = 'running' THEN 2
                    WHEN r.state = 'queued' THEN 3
                    ELSE 4
                END AS rank
            FROM runs r
            JOIN devices d ON d.id = r.device_id
            JOIN sites s ON s.id = r.site_id
            WHERE r.batch_id = $1
                AND ($4::bigint[] IS NULL OR (r.site_id = ANY ($4)) IS TRUE)
            ORDER BY rank, s.slug, d.name, r.id
            LIMIT $2
            OFFSET $3
        ) picked
        JOIN runs r ON r.id = picked.id
        JOIN devices d ON d.id = r.device_id
        JOIN sites s ON s.id = r.site_id
        ORDER BY picked.rank, s.slug, d.name, r.id
        "#,
        id as BatchId,
        slice.limit,
        slice.offset,
        scope.ids() as Option<Vec<i64>>
    )
    .fetch_all(conn)
    .await
}
