//! Whether anything moved that a page shows: what its watcher asks once a second, so that the
//! page itself is drawn only when it looks different.

use sqlx::PgConnection;

use crate::model::{BatchId, RunId};

/// Where a batch or a run stands, without what it looks like.
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
