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
use crate::model::LineId;
use crate::vault::Vault;

/// How often it is looked for new snapshots.
const POLL_INTERVAL: Duration = Duration::from_secs(3);

/// How often it is looked for lines that no snapshot has any more, for some were deleted.
const SWEEP_INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);

/// How long one step may take: a snapshot, or a part of the sweep.
const STEP_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a rest between two steps is at most; else it is as long as the work was.
const LONGEST_REST: Duration = Duration::from_millis(200);

/// How many snapshots pass between two heartbeats while there is work.
const STEPS_PER_HEARTBEAT: usize = 100;

/// Indexes until `stop`; what is cut off then is rolled back.
pub async fn run(pool: PgPool, vault: Arc<Vault>, stop: CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = work(&pool, &vault) => {}
    }
}

async fn work(pool: &PgPool, vault: &Arc<Vault>) {
    let mut next_sweep = Instant::now();
    loop {
        let mut worked = work_off(pool, vault).await;
        if worked.is_ok() && Instant::now() >= next_sweep {
            worked = sweep(pool).await;
            next_sweep = Instant::now() + SWEEP_INTERVAL;
        }
        if let Err(error) = worked {
            tracing::warn!("Search could not be brought up to date; trying again: {error:#}");
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}

/// Indexes what waits, with rests, and says that it is alive.
async fn work_off(pool: &PgPool, vault: &Arc<Vault>) -> anyhow::Result<()> {
    for step in 0.. {
        if step % STEPS_PER_HEARTBEAT == 0 {
            within(mark_alive(pool)).await?;
        }
        let begun = Instant::now();
        if !within(index_next(pool, vault)).await? {
            if step > 0 {
                within(merge_new_lines(pool)).await?;
            }
            break;
        }
        rest_since(begun).await;
    }
    Ok(())
}

/// Deletes the lines that no snapshot has any more, part by part.
///
/// # Errors
/// When the database fails; the parts before stay done.
pub async fn sweep(pool: &PgPool) -> anyhow::Result<()> {
    let mut done_to = Some(LineId(0));
    while let Some(after) = done_to {
        let begun = Instant::now();
        done_to = within(sweep_part(pool, after)).await?;
        rest_since(begun).await;
    }
    Ok(())
}

/// Gives the last line that was looked at; `None` when there are none behind it.
async fn sweep_part(pool: &PgPool, after: LineId) -> anyhow::Result<Option<LineId>> {
    let mut tx = pool.begin().await?;
    db::lock(&mut tx).await?;
    let last = db::delete_unused(&mut tx, after).await?;
    tx.commit().await?;
    Ok(last)
}

/// Rests as long as the work since `begun` took.
async fn rest_since(begun: Instant) {
    tokio::time::sleep(begun.elapsed().min(LONGEST_REST)).await;
}

async fn mark_alive(pool: &PgPool) -> anyhow::Result<()> {
    Ok(db::mark_alive(&mut *pool.acquire().await?).await?)
}

async fn merge_new_lines(pool: &PgPool) -> anyhow::Result<()> {
    Ok(db::merge_new_lines(&mut *pool.acquire().await?).await?)
}

async fn within<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    timeout(STEP_TIMEOUT, work)
        .await
        .context("It took too long")?
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
        // At once: a transaction that is only dropped holds the lock for a moment longer.
        tx.rollback().await?;
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
    let read = read.await.context("Cannot read a snapshot")?;
    if read.as_ref().is_ok_and(|lines| lines.left_out) {
        tracing::warn!(snapshot = %waiting.snapshot, "A snapshot has more lines than search keeps; the last ones are left out");
    }
    Ok(read)
}
