//! Runs, their trails and batches without runs: what has limits of its own, by age alone.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;

use crate::db::heartbeats::{self, Service};
use crate::db::retention as db;

/// Deletes what is older than its limit, piece by piece; gives how many runs went.
///
/// # Errors
/// When the database fails; the pieces before stay deleted.
pub(super) async fn delete_old(pool: &PgPool, now: DateTime<Utc>) -> Result<usize, sqlx::Error> {
    let limits = db::get_run_limits(&mut *pool.acquire().await?).await?;
    let before = |days: Option<i32>| {
        days.and_then(|days| now.checked_sub_signed(TimeDelta::days(i64::from(days))))
    };
    let mut gone = 0;
    if let Some(before) = before(limits.runs_days) {
        let mut after = None;
        loop {
            let mut tx = pool.begin().await?;
            heartbeats::mark_seen(&mut tx, Service::Retention).await?;
            let (went, last) = db::delete_runs(&mut tx, after, before).await?;
            tx.commit().await?;
            gone += went;
            if last.is_none() {
                break;
            }
            after = last;
        }
    }
    if let Some(before) = before(limits.trails_days) {
        loop {
            let mut tx = pool.begin().await?;
            heartbeats::mark_seen(&mut tx, Service::Retention).await?;
            let is_more = db::delete_trails(&mut tx, before).await?;
            tx.commit().await?;
            if !is_more {
                break;
            }
        }
    }
    Ok(gone)
}
