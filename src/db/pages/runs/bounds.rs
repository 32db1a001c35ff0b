//! Between which ids the runs of a span of time lie, so that a list of them starts there and ends
//! there, whatever index it walks.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

use super::RunFilter;

/// By how much the order of ids and that of times may differ: a run has its time from the begin
/// of the transaction that made it, its id from when it was inserted.
const DISORDER: TimeDelta = TimeDelta::minutes(5);

/// What holds for every run of the span; more than those of the span may lie between.
pub(super) struct Bounds {
    /// Exclusive bounds of its id.
    pub after: i64,
    pub before: i64,
    /// Inclusive bounds of its batch.
    pub oldest_batch: i64,
    pub newest_batch: i64,
}

struct Place {
    id: i64,
    batch_id: i64,
}

/// The bounds of the runs that the filter's times leave.
pub(super) async fn get_bounds(
    conn: &mut PgConnection,
    filter: &RunFilter,
) -> Result<Bounds, sqlx::Error> {
    let mut bounds = Bounds {
        after: 0,
        before: i64::MAX,
        oldest_batch: 0,
        newest_batch: i64::MAX,
    };
    if let Some(since) = filter.since
        && let Some(run) = get_surely_before(conn, since).await?
    {
        (bounds.after, bounds.oldest_batch) = (run.id, run.batch_id);
    }
    if let Some(until) = filter.until
        && let Some(run) = get_surely_after(conn, until).await?
    {
        (bounds.before, bounds.newest_batch) = (run.id, run.batch_id);
    }
    Ok(bounds)
}

/// The exclusive bounds of the ids of all runs that were queued from one time to another; more may
/// lie between.
///
/// # Errors
/// When the query fails.
pub(in crate::db::pages) async fn get_ids_between(
    conn: &mut PgConnection,
    since: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<(i64, i64), sqlx::Error> {
    let filter = RunFilter {
        since: Some(since),
        until: Some(until),
        ..RunFilter::default()
    };
    let bounds = get_bounds(conn, &filter).await?;
    Ok((bounds.after, bounds.before))
}

/// The newest run that is older than all since then.
async fn get_surely_before(
    conn: &mut PgConnection,
    since: DateTime<Utc>,
) -> Result<Option<Place>, sqlx::Error> {
    sqlx::query_as!(
        Place,
        "SELECT id, batch_id
         FROM runs
         WHERE queued_at < $1
         ORDER BY queued_at DESC, id DESC
         LIMIT 1",
        since.checked_sub_signed(DISORDER).unwrap_or(since),
    )
    .fetch_optional(conn)
    .await
}

/// The oldest run that is newer than all until then.
async fn get_surely_after(
    conn: &mut PgConnection,
    until: DateTime<Utc>,
) -> Result<Option<Place>, sqlx::Error> {
    sqlx::query_as!(
        Place,
        "SELECT id, batch_id
         FROM runs
         WHERE queued_at > $1
         ORDER BY queued_at, id
         LIMIT 1",
        until.checked_add_signed(DISORDER).unwrap_or(until),
    )
    .fetch_optional(conn)
    .await
}
