//! Runs that are old: first their trails go, then they. By the time at which they were queued, for
//! there is an index of it.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::model::{BatchId, RunId};

/// How many runs one statement looks at.
const PIECE: i64 = 1_000;

/// Where a walk through old runs stands: queued when, and which.
pub type RunPlace = (DateTime<Utc>, RunId);

struct Walked {
    queued_at: DateTime<Utc>,
    id: RunId,
    batch: Option<BatchId>,
}

/// Deletes a piece of the ended runs behind `after` that were queued before `before`, and batches
/// that have none then. The newest run of a device stays. Gives how many went, and where to go on;
/// `None`: nowhere.
///
/// # Errors
/// When the database fails.
pub async fn delete_runs(
    conn: &mut PgConnection,
    after: Option<RunPlace>,
    before: DateTime<Utc>,
) -> Result<(usize, Option<RunPlace>), sqlx::Error> {
    let rows = sqlx::query_as!(
        Walked,
        r#"WITH piece AS MATERIALIZED (
               SELECT id, queued_at
               FROM runs
               WHERE queued_at < $1
                 AND ($2::timestamptz IS NULL OR (queued_at, id) > ($2, $3))
               ORDER BY queued_at, id
               LIMIT $4
           ),
           gone AS (
               DELETE FROM runs
               USING piece
               WHERE runs.id = piece.id
                 AND runs.state IN ('succeeded', 'failed', 'cancelled')
                 AND NOT EXISTS (SELECT FROM devices WHERE devices.last_run_id = runs.id)
               RETURNING runs.id, runs.batch_id
           )
           SELECT piece.queued_at,
                  piece.id AS "id: RunId",
                  gone.batch_id AS "batch?: BatchId"
           FROM piece
           LEFT JOIN gone ON gone.id = piece.id
           ORDER BY piece.queued_at, piece.id"#,
        before,
        after.map(|(at, _)| at),
        after.map(|(_, id)| id.0),
        PIECE,
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut batches: Vec<BatchId> = rows.iter().filter_map(|row| row.batch).collect();
    let gone = batches.len();
    if let Some(last) = rows.iter().rfind(|row| row.batch.is_some()) {
        note_gone(conn, last.queued_at).await?;
    }
    batches.dedup();
    delete_unused_batches(conn, &batches).await?;
    Ok((gone, rows.last().map(|row| (row.queued_at, row.id))))
}

/// Notes that runs queued up to then are gone, for reports that count them.
async fn note_gone(conn: &mut PgConnection, to: DateTime<Utc>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE retention SET runs_gone_to = greatest(runs_gone_to, $1)",
        to,
    )
    .execute(conn)
    .await?;
    Ok(())
}

struct Gone {
    queued_at: DateTime<Utc>,
    id: i64,
}

/// Deletes those of these batches that nothing names any more: no run is of them, no snapshot was
/// made by them, and none of them was tried again.
///
/// # Errors
/// When the database fails.
pub async fn delete_unused_batches(
    conn: &mut PgConnection,
    batches: &[BatchId],
) -> Result<(), sqlx::Error> {
    let batches: Vec<i64> = batches.iter().map(|batch| batch.0).collect();
    sqlx::query!(
        "DELETE FROM batches
         WHERE id = ANY ($1)
           AND finished_at IS NOT NULL
           AND NOT EXISTS (SELECT FROM runs WHERE runs.batch_id = batches.id)
           AND NOT EXISTS (SELECT FROM snapshots WHERE snapshots.batch_id = batches.id)
           AND NOT EXISTS (SELECT FROM batches retry WHERE retry.retry_of_batch_id = batches.id)",
        &batches,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes the step trails and checks of a piece of the runs that were queued before `before`, and
/// notes how far it came. Gives false when there was none left. Runs that go on, and what was
/// queued after them, keep theirs for now.
///
/// # Errors
/// When the database fails.
pub async fn delete_trails(
    conn: &mut PgConnection,
    before: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let last = sqlx::query_as!(
        Gone,
        r#"WITH piece AS MATERIALIZED (
               SELECT runs.id, runs.queued_at
               FROM runs
               WHERE runs.queued_at < least(
                         $1,
                         (SELECT min(queued_at) FROM runs WHERE state IN ('queued', 'running'))
                     )
                 AND (runs.queued_at, runs.id) > (
                         SELECT coalesce(trails_gone_to, '-infinity'), coalesce(trails_gone_to_run, 0)
                         FROM retention
                     )
               ORDER BY runs.queued_at, runs.id
               LIMIT $2
           ),
           gone AS (
               UPDATE runs
               SET steps = '[]',
                   checks = '[]'
               FROM piece
               WHERE runs.id = piece.id
           )
           SELECT queued_at, id
           FROM piece
           ORDER BY queued_at DESC, id DESC
           LIMIT 1"#,
        before,
        PIECE,
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(last) = last else {
        return Ok(false);
    };
    sqlx::query!(
        "UPDATE retention SET trails_gone_to = $1, trails_gone_to_run = $2",
        last.queued_at,
        last.id,
    )
    .execute(conn)
    .await?;
    Ok(true)
}
