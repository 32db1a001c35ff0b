//! The spans of the search, in which each line of a device names the first and the last verified
//! snapshot that has it: the place of the deleted ones is taken by those before and behind them.
//!
//! Only snapshots that the search knows count here. It takes them in from the oldest on, so one
//! that it does not know has no place in any span yet. The caller holds the lock on the index.

use sqlx::PgConnection;

use super::gap::Gap;

/// Takes the snapshots of a gap out of the spans.
pub(super) async fn close_gap(conn: &mut PgConnection, gap: &Gap) -> Result<(), sqlx::Error> {
    if !gap.is_searched() {
        return Ok(());
    }
    let ids = gap.numbers();
    let older = get_older(conn, gap).await?;
    let newer = get_newer(conn, gap).await?;
    delete_own(conn, &ids, newer).await?;
    if let Some(newer) = newer {
        begin_later(conn, &ids, newer).await?;
    }
    if let Some(older) = older {
        end_earlier(conn, &ids, older).await?;
    }
    match (older, newer) {
        (Some(older), Some(newer)) => merge(conn, older, newer).await,
        (Some(older), None) => reopen(conn, older).await,
        (None, _) => Ok(()),
    }
}

async fn get_older(conn: &mut PgConnection, gap: &Gap) -> Result<Option<i64>, sqlx::Error> {
    let (taken_at, id) = gap.begin();
    sqlx::query_scalar!(
        "SELECT id
         FROM snapshots
         WHERE device_id = $1
           AND verdict = 'verified'
           AND indexed_at IS NOT NULL
           AND (taken_at, id) < ($2, $3)
         ORDER BY taken_at DESC, id DESC
         LIMIT 1",
        gap.device.0,
        taken_at,
        id.0,
    )
    .fetch_optional(conn)
    .await
}

async fn get_newer(conn: &mut PgConnection, gap: &Gap) -> Result<Option<i64>, sqlx::Error> {
    let (taken_at, id) = gap.end();
    sqlx::query_scalar!(
        "SELECT id
         FROM snapshots
         WHERE device_id = $1
           AND verdict = 'verified'
           AND indexed_at IS NOT NULL
           AND (taken_at, id) > ($2, $3)
         ORDER BY taken_at, id
         LIMIT 1",
        gap.device.0,
        taken_at,
        id.0,
    )
    .fetch_optional(conn)
    .await
}

/// The lines that they alone have.
async fn delete_own(
    conn: &mut PgConnection,
    ids: &[i64],
    newer: Option<i64>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "DELETE FROM search_spans
         WHERE first_snapshot_id = ANY ($1)
           AND (last_snapshot_id = ANY ($1) OR (last_snapshot_id IS NULL AND $2))",
        ids,
        newer.is_none(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn begin_later(conn: &mut PgConnection, ids: &[i64], newer: i64) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE search_spans
         SET first_snapshot_id = $2
         WHERE first_snapshot_id = ANY ($1)",
        ids,
        newer,
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn end_earlier(conn: &mut PgConnection, ids: &[i64], older: i64) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE search_spans
         SET last_snapshot_id = $2
         WHERE last_snapshot_id = ANY ($1)",
        ids,
        older,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A line that only deleted ones lacked was there all the time.
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

/// Where the newest goes, the lines of the one before are the current ones.
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
