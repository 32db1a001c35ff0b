//! When retention works: once an hour, and soon after somebody changed a rule. Beside the scheduler
//! and not in it, so that no backup waits for a deletion. Any number may run; one works at a time.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use super::pass::pass;
use crate::db::heartbeats::{self, Service};
use crate::db::retention as db;
use crate::vault::Vault;

/// How often it is looked whether a rule was changed.
const POLL_INTERVAL: Duration = Duration::from_secs(10);

/// How often everything is gone through.
const PASS_INTERVAL: TimeDelta = TimeDelta::hours(1);

/// Deletes what is to go until `stop`; what is cut off then is rolled back.
pub async fn run(pool: PgPool, vault: Arc<Vault>, stop: CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = work(&pool, &vault) => {}
    }
}

async fn work(pool: &PgPool, vault: &Arc<Vault>) {
    let mut last = None;
    loop {
        let now = Utc::now();
        match work_when_due(pool, vault, last, now).await {
            Ok(true) => last = Some(now),
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(%error, "Retention could not finish; trying again");
            }
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}

/// Gives whether a pass was made, by whomever.
async fn work_when_due(
    pool: &PgPool,
    vault: &Arc<Vault>,
    last: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let mut conn = pool.acquire().await?;
    heartbeats::mark_seen(&mut conn, Service::Retention).await?;
    let changed_at = db::changed_at(&mut conn).await?;
    drop(conn);
    if last.is_some_and(|last| changed_at < last && now - last < PASS_INTERVAL) {
        return Ok(false);
    }
    let Some(passed) = pass(pool, vault, now).await? else {
        return Ok(true);
    };
    if passed.snapshots > 0 || passed.runs > 0 {
        tracing::info!(
            snapshots = passed.snapshots,
            runs = passed.runs,
            stuck_devices = passed.stuck_devices,
            "Retention deleted what was to go"
        );
    }
    Ok(true)
}
