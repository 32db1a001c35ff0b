//! Between which ids the entries of a span of time lie, so that a list of them starts there and
//! ends there, whatever index it walks.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

use super::AuditFilter;

/// By how much the order of ids and that of times may differ: an entry has its time from when its
/// request was answered, its id from when it was inserted.
const DISORDER: TimeDelta = TimeDelta::minutes(5);

/// The ids between which every entry of the filter's times lies, exclusive; others may, too.
pub(super) async fn get_bounds(
    conn: &mut PgConnection,
    filter: &AuditFilter,
) -> Result<(i64, i64), sqlx::Error> {
    let after = match filter.since {
        Some(since) => get_surely_before(conn, since).await?,
        None => None,
    };
    let before = match filter.until {
        Some(until) => get_surely_after(conn, until).await?,
        None => None,
    };
    Ok((after.unwrap_or(0), before.unwrap_or(i64::MAX)))
}

async fn get_surely_before(
    conn: &mut PgConnection,
    since: DateTime<Utc>,
) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT id
         FROM audit
         WHERE at < $1
         ORDER BY at DESC, id DESC
         LIMIT 1",
        since.checked_sub_signed(DISORDER).unwrap_or(since),
    )
    .fetch_optional(conn)
    .await
}

async fn get_surely_after(
    conn: &mut PgConnection,
    until: DateTime<Utc>,
) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT id
         FROM audit
         WHERE at > $1
         ORDER BY at, id
         LIMIT 1",
        until.checked_add_signed(DISORDER).unwrap_or(until),
    )
    .fetch_optional(conn)
    .await
}
