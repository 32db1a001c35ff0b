//! Whether anything moved that a page shows: what its watcher asks once a second, so that the
//! page itself is drawn only when it looks different.

use sqlx::PgConnection;

use super::BatchFilter;
use crate::model::{BatchId, RunId, SiteId};

/// Where a batch, a list of batches or a run stands, without what it looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Movement {
    /// Another number means that something moved.
    pub stamp: i64,
    /// Whether nothing more will happen.
    pub has_ended: bool,
}

/// Tells where a batch stands; `None` when there is none. Only its active runs are read: one
/// that ends leaves the stamp, too.
///
/// # Errors
/// When the query fails.
pub async fn get_batch_movement(
    conn: &mut PgConnection,
    id: BatchId,
) -> Result<Option<Movement>, sqlx::Error> {
    sqlx::query_as!(
        Movement,
        r#"
        SELECT
            b.finished_at IS NOT NULL AS "has_ended!",
            COALESCE(
                (
                    SELECT bit_xor(hashtextextended(
                        concat_ws(' ', r.id, r.state, r.attempt, r.cancel_requested_at, jsonb_array_length(r.steps)),
                        0
                    ))
                    FROM runs r
                    WHERE r.batch_id = b.id
                        AND r.state IN ('queued', 'running')
                ),
                0
            ) AS "stamp!"
        FROM batches b
        WHERE b.id = $1
        "#,
        id as BatchId
    )
    .fetch_optional(conn)
    .await
}

/// Tells where the batches of a list stand: those that [`list_batches`](super::list_batches) gives
/// for the same filter and limit. Of a batch that goes on, the runs that are active are counted:
/// in a list nothing else of it moves.
///
/// # Errors
/// When the query fails.
pub async fn get_batches_movement(
    conn: &mut PgConnection,
    filter: &BatchFilter,
    limit: i64,
) -> Result<Movement, sqlx::Error> {
    let made_by = filter.made_by.as_ref();
    sqlx::query_as!(
        Movement,
        r#"
        SELECT
            COALESCE(bool_and(active.queued + active.running = 0), TRUE) AS "has_ended!",
            COALESCE(
                bit_xor(hashtextextended(concat_ws(' ', b.id, active.queued, active.running), 0)),
                0
            ) AS "stamp!"
        FROM (
            SELECT id, finished_at
            FROM batches
            WHERE ($1::bigint IS NULL OR site_id = $1)
                AND ($2::text IS NULL OR trigger = $2)
                AND ($3::text IS NULL OR requested_by = $3)
                AND ($4::bigint IS NULL OR id < $4)
            ORDER BY id DESC
            LIMIT $5
        ) b
        CROSS JOIN LATERAL (
            SELECT
                count(*) FILTER (WHERE r.state = 'queued') AS queued,
                count(*) FILTER (WHERE r.state = 'running') AS running
            FROM runs r
            WHERE b.finished_at IS NULL
                AND r.batch_id = b.id
                AND r.state IN ('queued', 'running')
        ) active
        "#,
        filter.site as Option<SiteId>,
        made_by.map(|made_by| made_by.trigger.as_str()),
        made_by.and_then(|made_by| made_by.requested_by.as_deref()),
        filter.before as Option<BatchId>,
        limit
    )
    .fetch_one(conn)
    .await
}

/// Tells where a run stands; `None` when there is none.
///
/// # Errors
/// When the query fails.
pub async fn get_run_movement(
    conn: &mut PgConnection,
    id: RunId,
) -> Result<Option<Movement>, sqlx::Error> {
    sqlx::query_as!(
        Movement,
        r#"
        SELECT
            finished_at IS NOT NULL AS "has_ended!",
            hashtextextended(
                concat_ws(' ', state, attempt, cancel_requested_at, jsonb_array_length(steps)),
                0
            ) AS "stamp!"
        FROM runs
        WHERE id = $1
        "#,
        id as RunId
    )
    .fetch_optional(conn)
    .await
}
