//! When something is due. The ticks come from tokio-cron-scheduler; what is due is decided from
//! the database, so that a night that was missed is caught up after a restart, once, and any
//! number of schedulers may run.

mod due;

pub use due::{NIGHTLY, next_due};

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sqlx::{Connection, PgConnection, PgPool};
use tokio::sync::Mutex;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};
use tokio_util::sync::CancellationToken;

use crate::access::session;
use crate::db::batches::{self, DeviceScope, NewBatch};
use crate::db::schedule::{self, DueSite};
use crate::model::Trigger;

/// How often the database is asked what is due.
const TICK_INTERVAL: Duration = Duration::from_secs(5);

/// How long that may take.
const TICK_TIMEOUT: Duration = Duration::from_secs(60);

/// How many sites are planned in one transaction.
const SITES_PER_TRANSACTION: i64 = 100;

/// Ticks until `stop`.
///
/// # Errors
/// When the ticking can not be set up.
pub async fn run(pool: PgPool, stop: CancellationToken) -> Result<(), JobSchedulerError> {
    let mut ticks = JobScheduler::new().await?;
    // A tick that takes longer than the interval is not joined by the next one.
    let busy = Arc::new(Mutex::new(()));
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
        Ok(batches) => tracing::info!(batches, "Nightly backups are due and queued"),
        Err(error) => tracing::warn!(%error, "The schedule could not be looked at; trying again"),
    }
}

/// Queues the batches that are due at `now`, plans the next ones, removes sessions that ended,
/// and notes that this was looked at; gives how many were queued.
///
/// # Errors
/// When the database fails; what was planned before stays.
pub async fn tick(pool: &PgPool, now: DateTime<Utc>) -> Result<usize, sqlx::Error> {
    let mut conn = pool.acquire().await?;
    let mut queued = 0;
    loop {
        let mut tx = conn.begin().await?;
        let sites = schedule::list_due(&mut tx, now, SITES_PER_TRANSACTION).await?;
        if sites.is_empty() {
            break;
        }
        for site in &sites {
            queued += usize::from(queue(&mut tx, site).await?);
            schedule::mark_planned(&mut tx, site.id, plan(site, now)).await?;
        }
        tx.commit().await?;
    }
    session::sweep(&mut conn, now).await?;
    schedule::mark_scheduler_seen(&mut conn).await?;
    Ok(queued)
}

/// Queues the batch of a site that was planned; a new site has nothing to catch up with.
async fn queue(conn: &mut PgConnection, site: &DueSite) -> Result<bool, sqlx::Error> {
    let Some(due_at) = site.next_due_at else {
        return Ok(false);
    };
    let new = NewBatch {
        trigger: Trigger::Scheduled,
        requested_by: None,
        site: Some(site.id),
        due_at: Some(due_at),
        scope: DeviceScope::Site(site.id),
    };
    Ok(batches::request(conn, &new).await?.batch.is_some())
}

fn plan(site: &DueSite, now: DateTime<Utc>) -> DateTime<Utc> {
    let timezone = site.timezone.parse().unwrap_or_else(|_| {
        tracing::error!(
            site = site.slug,
            timezone = site.timezone,
            "Unknown time zone; reckoning in UTC"
        );
        Tz::UTC
    });
    next_due(timezone, site.id, now).unwrap_or(DateTime::<Utc>::MAX_UTC)
}
