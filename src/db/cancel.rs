//! Cancelling what a person asked for: what waits is cancelled at once, what runs is asked to
//! stop. The collector that has it sees that with its next heartbeat, and ends it.

use sqlx::PgConnection;

use crate::model::{BatchId, RunId, Scope};

/// Cancels what is queued or running in a batch, as far as the scope reaches. Gives how many runs
/// that were; those asked to stop before are not counted again. After the commit the batch is to
/// be given to [`mark_finished`](super::batches::mark_finished), also when there were none: this
/// may have waited for runs that ended.
///
/// # Errors
/// When the database fails.
pub async fn cancel_batch(
    conn: &mut PgConnection,
    scope: &Scope,
    batch: BatchId,
) -> Result<u64, sqlx::Error> {
    let cancelled = cancel(conn, scope, Some(batch), None).await?;
    Ok(cancelled.len() as u64)
}

/// Cancels a run that is queued or running. Gives its batch, for
/// [`mark_finished`](super::batches::mark_finished) after the commit; `None` when it has ended, was
/// asked to stop before, or does not exist in the scope.
///
/// # Errors
/// When the database fails.
pub async fn cancel_run(
    conn: &mut PgConnection,
    scope: &Scope,
    run: RunId,
) -> Result<Option<BatchId>, sqlx::Error> {
    Ok(cancel(conn, scope, None, Some(run)).await?.pop())
}

/// Gives the batch of each run that was not asked to stop before. A device whose run ended by
/// this shows it as its newest.
async fn cancel(
    conn: &mut PgConnection,
    scope: &Scope,
    batch: Option<BatchId>,
    run: Option<RunId>,
) -> Result<Vec<BatchId>, sqlx::Error> {
    // Locked in the order of their ids, as heartbeats do; see there.
    sqlx::query_scalar!(
        r#"WITH active AS (
               SELECT id
               FROM runs
               WHERE (batch_id = $1 OR id = $2)
                 AND state IN ('queued', 'running')
                 AND cancel_requested_at IS NULL
                 AND ($3::bigint[] IS NULL OR site_id = ANY ($3))
               ORDER BY id
               FOR UPDATE
           ), cancelled AS (
               UPDATE runs
               SET state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END,
                   finished_at = CASE WHEN state = 'queued' THEN now() END,
                   cancel_requested_at = now()
               FROM active
               WHERE runs.id = active.id
               RETURNING runs.id, runs.batch_id, runs.device_id, runs.state
           ), noted AS (
               UPDATE devices
               SET last_run_id = cancelled.id
               FROM cancelled
               WHERE devices.id = cancelled.device_id
                 AND cancelled.state = 'cancelled'
           )
           SELECT batch_id AS "batch: BatchId"
           FROM cancelled"#,
        batch.map(|id| id.0),
        run.map(|id| id.0),
        scope.ids() as Option<Vec<i64>>,
    )
    .fetch_all(conn)
    .await
}
