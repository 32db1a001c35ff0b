//! Whether anything moved that a page shows: what its watcher asks once a second, so that the
//! page itself is drawn only when it looks different.

use sqlx::PgConnection;

use super::{BatchFilter, batches::pick::pick};
use crate::model::{BatchId, RunId, Scope};

/// Where something that moves stands, without what it looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Movement {
    /// Another number means that something moved.
    pub stamp: i64,
    /// Whether nothing more will happen.
    pub has_ended: bool,
}

/// Tells where a batch stands, as far as the scope reaches; `None` when there is none. Only its
/// active runs are read: one that ends leaves the stamp, too.
///
/// # Errors
/// When the query fails.
pub async fn get_batch_movement(
    conn: &mut PgConnection,
    scope: &Scope,
    id: BatchId,
) -> Result<Option<Movement>, sqlx::Error> {
    sqlx::query_as!(
        Movement,
        r#"
        SELECT
            CASE
                WHEN $2::bigint[] IS NULL OR b.site_id IS NOT NULL THEN b.finished_at IS NOT NULL
                ELSE active.runs = 0
            END AS "has_ended!",
            COALESCE(active.stamp, 0) AS "stamp!"
        FROM batches b
        CROSS JOIN LATERAL (
            SELECT
                count(*) AS runs,
                bit_xor(hashtextextended(
                    concat_ws(' ', r.id, r.state, r.attempt, r.cancel_requested_at, jsonb_array_length(r.steps)),
                    0
                )) AS stamp
            FROM runs r
            WHERE r.batch_id = b.id
                AND r.state IN ('queued', 'running')
                AND ($2::bigint[] IS NULL OR (r.site_id = ANY ($2)) IS TRUE)
        ) active
        WHERE b.id = $1
            AND (
                $2::bigint[] IS NULL
                OR b.site_id = ANY ($2)
                OR b.site_id IS NULL
                AND EXISTS (
                    SELECT
                    FROM runs r
                    WHERE r.batch_id = b.id
                        AND (r.site_id = ANY ($2)) IS TRUE
                )
            )
        "#,
        id as BatchId,
        scope.ids() as Option<Vec<i64>>
    )
    .fetch_optional(conn)
    .await
}

/// Tells where the batches of a list stand: those that [`list_batches`](super::list_batches) gives
/// for the same scope, filter and limit. Of a batch that goes on, the runs that are active are
/// counted: in a list nothing else of it moves.
///
/// # Errors
/// When the query fails.
pub async fn get_batches_movement(
    conn: &mut PgConnection,
    scope: &Scope,
    filter: &BatchFilter,
    limit: i64,
) -> Result<Movement, sqlx::Error> {
    let ids = pick(conn, scope, filter, limit).await?;
    sqlx::query_as!(
        Movement,
        r#"
        SELECT
            COALESCE(bool_and(active.queued + active.running = 0), TRUE) AS "has_ended!",
            COALESCE(
                bit_xor(hashtextextended(concat_ws(' ', b.id, active.queued, active.running), 0)),
                0
            ) AS "stamp!"
        FROM unnest($1::bigint[]) AS picked (id)
        JOIN batches b ON b.id = picked.id
        CROSS JOIN LATERAL (
            SELECT
                count(*) FILTER (WHERE r.state = 'queued') AS queued,
                count(*) FILTER (WHERE r.state = 'running') AS running
            FROM runs r
            WHERE b.finished_at IS NULL
                AND r.batch_id = b.id
                AND r.state IN ('queued', 'running')
                AND ($2::bigint[] IS NULL OR (r.site_id = ANY ($2)) IS TRUE)
        ) active
        "#,
        &ids,
        scope.ids() as Option<Vec<i64>>
    )
    .fetch_one(conn)
    .await
}

/// Tells where a run stands; `None` when there is none in the scope.
///
/// # Errors
/// When the query fails.
pub async fn get_run_movement(
    conn: &mut PgConnection,
    scope: &Scope,
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
            AND ($2::bigint[] IS NULL OR site_id = ANY ($2))
        "#,
        id as RunId,
        scope.ids() as Option<Vec<i64>>
    )
    .fetch_optional(conn)
    .await
}
