//! The collector's side of the queue: claiming, heartbeats, giving back. A database that is
//! away is said once and tried again; nothing in flight is lost by it.

use std::collections::HashMap;
use std::time::Duration;

use sqlx::{PgConnection, PgPool};

use crate::db::runs::{ClaimLimits, Owned};
use crate::db::{self, batches, heartbeats, jobs, runs};
use crate::model::{BatchId, RunId};

use super::{Collector, InFlight, LEASE, connection_tests};

/// How long the database may take for a step of the queue.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(20);

/// After how many attempts a run whose collectors vanish is given up.
const MAX_LOST_ATTEMPTS: i32 = 5;

/// Whether the database answered last time, so that an outage is one line in the log.
#[derive(Default)]
pub struct Health {
    is_away: bool,
}

impl Health {
    fn note<T>(&mut self, result: Result<T, sqlx::Error>) -> Option<T> {
        match result {
            Ok(value) => {
                if std::mem::take(&mut self.is_away) {
                    tracing::info!("The database answers again");
                }
                Some(value)
            }
            Err(error) => {
                if !std::mem::replace(&mut self.is_away, true) {
                    tracing::error!(
                        %error,
                        "The database does not answer; trying again every second"
                    );
                }
                None
            }
        }
    }
}

impl Collector {
    /// Claims as many runs as there are free slots, and starts them.
    pub(super) async fn claim(&mut self) {
        let free = self
            .shared
            .settings
            .concurrency
            .saturating_sub(self.in_flight.len());
        if free == 0 {
            return;
        }
        let limits = ClaimLimits {
            slots: i64::try_from(free).unwrap_or(i64::MAX),
            per_site: i64::try_from(self.shared.settings.per_site).unwrap_or(i64::MAX),
            lease: LEASE,
        };
        let result = within(claim_jobs(&self.shared.pool, &self.shared.name, limits)).await;
        let Some(mut claimed) = self.database.note(result) else {
            return;
        };
        for (claim, job) in claimed.drain(..) {
            self.start(claim, job);
        }
    }

    /// Claims as many connection tests as there are free slots, and starts them.
    pub(super) async fn claim_tests(&mut self) {
        let result = within(self.tests.claim()).await;
        self.database.note(result);
    }

    /// Prolongs the leases of our connection tests, stops those that were cancelled, and sweeps
    /// what is old.
    pub(super) async fn beat_tests(&mut self) {
        let mine = self.tests.mine();
        let beating = connection_tests::beat(&self.shared.pool, &self.shared.name, &mine);
        let result = within(beating).await;
        if let Some(owned) = self.database.note(result) {
            let mine: Vec<_> = mine.into_iter().map(|(test, _)| test).collect();
            self.tests.keep(&mine, &owned);
        }
    }

    /// Prolongs our leases and shows the step trails; stops what is no longer ours, and gives
    /// back what other collectors left behind.
    pub(super) async fn beat(&mut self) {
        let mine: Vec<_> = self
            .in_flight
            .values()
            .map(|ours| (ours.flight.claim, ours.flight.trail.steps()))
            .collect();
        let result = within(beat(&self.shared.pool, &self.shared.name, &mine)).await;
        let Some(owned) = self.database.note(result) else {
            return;
        };
        let owned: HashMap<RunId, Owned> = owned.into_iter().map(|run| (run.run, run)).collect();
        for (claim, _) in &mine {
            let Some(InFlight { flight, task }) = self.in_flight.get(&claim.run) else {
                continue;
            };
            match owned.get(&claim.run) {
                Some(run) if run.is_cancelled => flight.cancel.cancel(),
                Some(_) => {}
                None if task.is_finished() || flight.trail.is_recording() => {}
                None => {
                    tracing::info!(run_id = %claim.run, "The run was taken over; stopping it");
                    task.abort();
                }
            }
        }
    }

    /// Marks a batch ended if its last run has.
    pub(super) async fn close_batch(&mut self, batch: BatchId) {
        let result = within(async {
            let mut conn = self.shared.pool.acquire().await?;
            batches::mark_finished(&mut conn, &[batch]).await
        })
        .await;
        self.database.note(result);
    }

    /// Stops what is in flight and queues it again, for whoever comes next.
    pub(super) async fn give_back(&mut self) {
        self.tasks.shutdown().await;
        self.tests.shutdown().await;
        let result = within(async {
            let mut conn = self.shared.pool.acquire().await?;
            db::connection_tests::release(&mut conn, &self.shared.name).await?;
            let released = runs::release(&mut conn, &self.shared.name).await?;
            // Of runs that ended just now, too.
            batches::mark_all_finished(&mut conn).await?;
            heartbeats::delete_collector(&mut conn, &self.shared.name).await?;
            Ok(released)
        })
        .await;
        if let Some(released) = self.database.note(result)
            && released > 0
        {
            tracing::info!(
                runs = released,
                "Stopping: unfinished backups are queued again"
            );
        }
    }
}

/// A database that takes a statement and never answers is away, too.
async fn within<T>(work: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    tokio::time::timeout(STATEMENT_TIMEOUT, work)
        .await
        .unwrap_or(Err(sqlx::Error::PoolTimedOut))
}

async fn claim_jobs(
    pool: &PgPool,
    name: &str,
    limits: ClaimLimits,
) -> Result<Vec<(runs::Claim, jobs::Job)>, sqlx::Error> {
    let mut tx = pool.begin().await?;
    let claims = runs::claim(&mut tx, name, limits).await?;
    if claims.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = claims.iter().map(|claim| claim.run).collect();
    // In the same transaction: a claim that nobody executes would wait for its lease to end.
    let jobs = jobs::list(&mut tx, &ids).await?;
    tx.commit().await?;
    Ok(jobs
        .into_iter()
        .filter_map(|job| {
            let claim = claims.iter().find(|claim| claim.run == job.run)?;
            Some((*claim, job))
        })
        .collect())
}

async fn beat(
    pool: &PgPool,
    name: &str,
    mine: &[(runs::Claim, Vec<crate::model::Step>)],
) -> Result<Vec<Owned>, sqlx::Error> {
    let mut conn = pool.acquire().await?;
    let owned = match mine {
        [] => Vec::new(),
        _ => runs::heartbeat(&mut conn, name, mine, LEASE).await?,
    };
    heartbeats::mark_collector_seen(&mut conn, name).await?;
    housekeep(&mut conn).await?;
    Ok(owned)
}

/// What a killed collector left behind.
async fn housekeep(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    let lost = runs::requeue_lost(conn, MAX_LOST_ATTEMPTS).await?;
    if lost > 0 {
        tracing::warn!(
            runs = lost,
            "Backups were taken from collectors that fell silent"
        );
    }
    batches::mark_all_finished(conn).await
}
