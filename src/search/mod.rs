//! The indexer: takes verified snapshots into the search index, one after the other.
//!
//! It stands beside the collector and not in it, so that a backup never waits for the index: it
//! works through what is not indexed yet, at most half of the time, and whatever a kill cuts off
//! is rolled back and done again. Any number may run; one works at a time.

mod lines;

pub use lines::{MAX_LINE_BYTES, lines};

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use sqlx::PgPool;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use crate::db::search::{self as db, Lines, Waiting};
use crate::db::snapshots::{self, BodyError, Sealed};
use crate::vault::Vault;

/// How often it is looked for new snapshots.
const POLL_INTERVAL: Duration = Duration::from_secs(3);

/// How long one snapshot may take.
const STEP_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a rest between two snapshots is at most; else it is as long as the work was.
const LONGEST_REST: Duration = Duration::from_millis(200);

/// How many snapshots pass between two heartbeats while there is work.
const STEPS_PER_HEARTBEAT: usize = 100;

/// Indexes until `stop`.
pub async fn run(pool: PgPool, vault: Arc<Vault>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = work_off(&pool, &vault, &stop).await {
            tracing::warn!("Search could not be brought up to date; trying again: {error:#}");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(POLL_INTERVAL) => {}
        }
    }
}

/// Indexes what waits, with rests, and says that it is alive.
async fn work_off(
    pool: &PgPool,
    vault: &Arc<Vault>,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    for step in 0.. {
        if step % STEPS_PER_HEARTBEAT == 0 {
            within(STEP_TIMEOUT, mark_alive(pool)).await?;
        }
        let begun = Instant::now();
        if !within(STEP_TIMEOUT, index_next(pool, vault)).await? {
            if step > 0 {
                within(STEP_TIMEOUT, merge_new_lines(pool)).await?;
            }
            break;
        }
        let rest = begun.elapsed().min(LONGEST_REST);
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(rest) => {}
        }
    }
    Ok(())
}

async fn mark_alive(pool: &PgPool) -> anyhow::Result<()> {
    Ok(db::mark_alive(&mut *pool.acquire().await?).await?)
}

async fn merge_new_lines(pool: &PgPool) -> anyhow::Result<()> {
    Ok(db::merge_new_lines(&mut *pool.acquire().await?).await?)
}

async fn within<T>(
    limit: Duration,
    work: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<T> {
    timeout(limit, work).await.context("It took too long")?
}

/// Takes the oldest snapshot that is not indexed yet into the index, in one transaction; false
/// when there is none, or another indexer is at work.
///
/// A snapshot whose body can not be read is marked, said in the log once, and left out.
///
/// # Errors
/// When the database fails; nothing was changed.
pub async fn index_next(pool: &PgPool, vault: &Arc<Vault>) -> anyhow::Result<bool> {
    let mut tx = pool.begin().await?;
    if !db::try_lock(&mut tx).await? {
        return Ok(false);
    }
    let Some(waiting) = db::get_waiting(&mut tx).await? else {
        return Ok(false);
    };
    let newest = db::get_newest(&mut tx, waiting.device).await?;
    if newest.is_some_and(|newest| newest > waiting.snapshot) {
        // One that is older than what the index knows: its lines begin earlier than it says.
        db::rebuild(&mut tx, waiting.device).await?;
    } else if let Some(sealed) = snapshots::get_sealed(&mut tx, waiting.snapshot).await? {
        match read(sealed, vault, waiting).await? {
            Ok(lines) => db::insert(&mut tx, waiting, newest, &lines).await?,
            Err(error) => {
                tracing::error!(snapshot = %waiting.snapshot, %error, "A stored snapshot can not be read; search leaves it out");
                db::mark_failed(&mut tx, waiting.snapshot).await?;
            }
        }
    }
    tx.commit().await?;
    Ok(true)
}

/// Opens, masks and cuts into lines, on a thread where it holds nobody up.
async fn read(
    sealed: Sealed,
    vault: &Arc<Vault>,
    waiting: Waiting,
) -> anyhow::Result<Result<Lines, BodyError>> {
    let vault = Arc::clone(vault);
    let read = tokio::task::spawn_blocking(move || sealed.open(&vault).map(|body| lines(&body)));
    let (lines, left_out) = match read.await.context("Cannot read a snapshot")? {
        Ok(read) => read,
        Err(error) => return Ok(Err(error)),
    };
    if left_out {
        tracing::warn!(snapshot = %waiting.snapshot, "A snapshot has more lines than search keeps; the last ones are left out");
    }
    Ok(Ok(lines))
}
