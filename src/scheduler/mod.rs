//! When something is due. The ticks come from tokio-cron-scheduler; what is due is decided from
//! the database, so that a time that was missed is caught up after a restart, once, and any
//! number of schedulers may run. `rhythm` and `window` are pure: they reckon with the time that
//! they are given.

mod archives;
mod held;
mod maintenance;
mod planning;
mod rhythm;
mod window;

#[cfg(test)]
mod tests;

pub use rhythm::{Clock, check_pattern, place};
pub use window::{is_open, is_over};

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use tokio::sync::Mutex;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};
use tokio_util::sync::CancellationToken;

use crate::access::session;
use crate::db::heartbeats::{self, Service};
use maintenance::Maintenance;

/// How often the database is asked what is due.
const TICK_INTERVAL: Duration = Duration::from_secs(5);

/// How long that may take.
const TICK_TIMEOUT: Duration = Duration::from_secs(60);

/// Ticks until `stop`, at once for the first time.
///
/// # Errors
/// When the ticking can not be set up.
pub async fn run(pool: PgPool, stop: CancellationToken) -> Result<(), JobSchedulerError> {
    let mut ticks = JobScheduler::new().await?;
    // A tick that takes longer than the interval is not joined by the next one.
    let busy = Arc::new(Mutex::new(()));
    tick_and_log(&pool).await;
    let job = Job::new_repeated_async(TICK_INTERVAL, move |_, _| {
        let (pool, busy) = (pool.clone(), Arc::clone(&busy));
        Box::pin(async move {
            if let Ok(_guard) = busy.try_lock() {
                tick_and_log(&pool).await;
            }
        })
    })?;
    ticks.add(job).await?;
    ticks.start().await?;
    stop.cancelled().await;
    ticks.shutdown().await
}

async fn tick_and_log(pool: &PgPool) {
    let ticked = tokio::time::timeout(TICK_TIMEOUT, tick(pool, Utc::now()));
    match ticked.await.unwrap_or(Err(sqlx::Error::PoolTimedOut)) {
        Ok(0) => {}
        Ok(batches) => tracing::info!(batches, "Scheduled backups are due and queued"),
        Err(error) => tracing::warn!(%error, "The schedule could not be looked at; trying again"),
    }
}

/// Queues the batches that are due at `now`, plans the next ones, holds back what a maintenance
/// window forbids and queues what it no longer does, queues the archives that are due, removes
/// sessions that ended, and notes that this was looked at; gives how many batches were queued.
///
/// # Errors
/// When the database fails; what was planned before stays.
pub async fn tick(pool: &PgPool, now: DateTime<Utc>) -> Result<usize, sqlx::Error> {
    let mut conn = pool.acquire().await?;
    let maintenance = Maintenance::load(&mut conn, now).await?;
    held::withdraw(&mut conn, &maintenance).await?;
    let mut queued = planning::queue_due(&mut conn, &maintenance, now).await?;
    queued += held::queue_ended(&mut conn, &maintenance, now).await?;
    archives::queue_due(&mut conn, now).await?;
    session::sweep(&mut conn, now).await?;
    heartbeats::mark_seen(&mut conn, Service::Scheduler).await?;
    Ok(queued)
}
