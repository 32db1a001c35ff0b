//! The spans of the search, in which each line of a device names the first and the last verified
//! snapshot that has it: the deleted one's place is taken by those before and after it.
//!
//! Only snapshots that the search knows count here. It takes them in from the oldest on, so one
//! that it does not know has no place in any span yet. The caller holds the lock on the index.

use sqlx::PgConnection;

use super::neighbours::Target;
use crate::model::Verdict;

/// Takes a snapshot out of the spans.
pub(super) async fn close_gap(conn: &mut PgConnection, target: &Target) -> Result<(), sqlx::Error> {
    if target.verdict != Verdict::Verified || target.indexed_at.is_none() {
        return Ok(());
    }
    let older = get_older(conn, target).await?;
    let newer = get_newer(conn, target).await?;
    delete_own(conn, target, newer).await?;
    if let Some(newer) = newer {
        begin_later(conn, target, newer).await?;
    }
    if let Some(older) = older {
        end_earlier(conn, target, older).await?;
    }
    match (older, newer) {
        (Some(older), Some(newer)) => merge(conn, older, newer).await,
        (Some(older), None) => reopen(conn, older).await,
        (None, _) => Ok(()),
    }
}

async fn get_older(conn: &mut PgConnection, target: &Target) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT id
         FROM snapshots
         WHERE device_id = $1
           AND verdict = 'verified'
           AND indexed_at IS NOT NULL
           AND (taken_at, id) < ($2, $3)
         ORDER BY taken_at DESC, id DESC
         LIMIT 1",
        target.device.0,
        target.taken_at,
        target.id.0,
    )
    .fetch_optional(conn)
    .await
}

async fn get_newer(conn: &mut PgConnection, target: &Target) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT id
         FROM snapshots
         WHERE device_id = $1
           AND verdict = 'verified'
           AND indexed_at IS NOT NULL
           AND (taken_at, id) > ($2, $3)
         ORDER BY taken_at, id
         LIMIT 1",
        target.device.0,
        target.taken_at,
        target.id.0,
    )
    .fetch_optional(conn)
    .await
}

/// The lines that it alone has.
async fn delete_own(
    conn: &mut PgConnection,
    target: &Target,
    newer: Option<i64>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "DELETE FROM search_spans
         WHERE first_snapshot_id = $1
           AND (last_snapshot_id = $1 OR (last_snapshot_id IS NULL AND $2))",
        target.id.0,
        newer.is_none(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn begin_later(
    conn: &mut PgConnection,
    target: &Target,
    newer: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE search_spans
         SET first_snapshot_id = $2
         WHERE first_snapshot_id = $1",
        target.id.0,
        newer,
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn end_earlier(
    conn: &mut PgConnection,
    target: &Target,
    older: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE search_spans
         SET last_snapshot_id = $2
         WHERE last_snapshot_id = $1",
        target.id.0,
        older,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A line that only the deleted one lacked was there all the time.
async fn merge(conn: &mut PgConnection, older: i64, newer: i64) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "WITH later AS (
             DELETE FROM search_spans later
             USING search_spans earlier
             WHERE later.first_snapshot_id = $2
               AND earlier.last_snapshot_id = $1
               AND earlier.line_id = later.line_id
             RETURNING later.line_id, later.last_snapshot_id, earlier.first_snapshot_id
         )
         UPDATE search_spans
         SET last_snapshot_id = later.last_snapshot_id
         FROM later
         WHERE search_spans.line_id = later.line_id
           AND search_spans.first_snapshot_id = later.first_snapshot_id
           AND search_spans.last_snapshot_id = $1",
        older,
        newer,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Where the newest one goes, the lines of the one before it are the current ones.
async fn reopen(conn: &mut PgConnection, older: i64) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE search_spans
         SET last_snapshot_id = NULL
         WHERE last_snapshot_id = $1",
        older,
    )
    .execute(conn)
    .await?;
    Ok(())
}
