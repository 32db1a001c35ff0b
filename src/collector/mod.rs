//! The collector: claims runs, executes them within bounds, and records what came of each;
//! connection tests beside them.
//!
//! It talks to schedulers and pages through the database only. Killed at any moment, it loses
//! nothing that was recorded: its leases run out, and the runs are claimed again.

mod attempt;
mod connection_tests;
mod counting;
mod credentials;
mod queue;
mod record;
mod retry;
mod unfinished;
mod wake;

pub use retry::RetryPolicy;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::db::jobs::Job;
use crate::db::runs::Claim;
use crate::model::RunId;
use crate::platform::Trail;
use crate::vault::Vault;

/// How many devices are backed up at once by default.
pub const DEFAULT_CONCURRENCY: usize = 64;

/// How many devices of one site are backed up at once by default, over all collectors.
pub const DEFAULT_PER_SITE: usize = 16;

/// How long a claim is believed without a heartbeat.
const LEASE: Duration = Duration::from_secs(15);

/// How often leases are prolonged, lost ones of others given back, and step trails shown.
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(1);

/// How often the queue is looked at without being woken: what waits for its back-off wakes
/// nobody.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// How long slots that become free are gathered before the next claim, so that a thousand short
/// runs do not cost a thousand claims.
const CLAIM_PAUSE: Duration = Duration::from_millis(20);

/// How a collector works.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How many devices at once.
    pub concurrency: usize,
    /// How many of one site at once, over all collectors.
    pub per_site: usize,
    /// How long a router may stay silent.
    pub idle_timeout: Duration,
    /// Whether and when a failed run is tried again in its batch.
    pub retry: RetryPolicy,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            concurrency: DEFAULT_CONCURRENCY,
            per_site: DEFAULT_PER_SITE,
            idle_timeout: Duration::from_secs(60),
            retry: RetryPolicy::default(),
        }
    }
}

/// What every run of a collector shares.
struct Shared {
    pool: PgPool,
    vault: Arc<Vault>,
    /// Names this collector in leases.
    name: String,
    settings: Settings,
    credentials: credentials::Cache,
}

/// A claimed run on its way to its end.
struct Flight {
    claim: Claim,
    job: Job,
    trail: Trail,
    /// Cancelled when a person asked to stop the run.
    cancel: CancellationToken,
}

/// A flight and the task that executes it.
struct InFlight {
    flight: Arc<Flight>,
    task: AbortHandle,
}

/// A collector, to be run once.
pub struct Collector {
    shared: Arc<Shared>,
    tasks: JoinSet<RunId>,
    in_flight: HashMap<RunId, InFlight>,
    tests: connection_tests::Tests,
    database: queue::Health,
}

impl Collector {
    /// A collector on this database.
    #[must_use]
    pub fn new(pool: PgPool, vault: Arc<Vault>, settings: Settings) -> Self {
        let shared = Arc::new(Shared {
            pool,
            vault,
            name: unique_name(),
            settings,
            credentials: credentials::Cache::default(),
        });
        Self {
            tests: connection_tests::Tests::new(Arc::clone(&shared)),
            shared,
            tasks: JoinSet::new(),
            in_flight: HashMap::new(),
            database: queue::Health::default(),
        }
    }

    /// Works until `stop` is cancelled; then gives its runs back at once.
    pub async fn run(mut self, stop: CancellationToken) {
        let woken = wake::listen(self.shared.pool.clone(), stop.clone());
        let mut heartbeat = interval(HEARTBEAT_INTERVAL);
        let mut poll = interval(POLL_INTERVAL);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut claim_at = Some(Instant::now());
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                Some(ended) = self.tasks.join_next_with_id() => {
                    self.end(ended).await;
                    claim_at.get_or_insert_with(|| Instant::now() + CLAIM_PAUSE);
                }
                () = self.tests.end_next() => {
                    claim_at.get_or_insert_with(|| Instant::now() + CLAIM_PAUSE);
                }
                () = woken.notified() => claim_at = Some(Instant::now()),
                _ = poll.tick() => claim_at = Some(Instant::now()),
                _ = heartbeat.tick() => {
                    self.beat().await;
                    self.beat_tests().await;
                }
                () = at(claim_at) => {
                    self.claim_tests().await;
                    self.claim().await;
                    claim_at = None;
                }
            }
        }
        self.give_back().await;
    }

    /// Starts a task for a claimed run.
    fn start(&mut self, claim: Claim, job: Job) {
        let flight = Arc::new(Flight {
            claim,
            job,
            trail: Trail::default(),
            cancel: CancellationToken::new(),
        });
        let task = self.tasks.spawn(attempt::execute(
            Arc::clone(&self.shared),
            Arc::clone(&flight),
        ));
        self.in_flight.insert(claim.run, InFlight { flight, task });
    }

    /// Forgets an ended run; one that ended by a fault of ours is recorded here.
    async fn end(&mut self, ended: Result<(tokio::task::Id, RunId), tokio::task::JoinError>) {
        let (id, fault) = match &ended {
            Ok((id, _)) => (*id, None),
            Err(error) => (error.id(), Some(error)),
        };
        let Some(run) = self
            .in_flight
            .iter()
            .find_map(|(run, ours)| (ours.task.id() == id).then_some(*run))
        else {
            return;
        };
        let Some(InFlight { flight, .. }) = self.in_flight.remove(&run) else {
            return;
        };
        if let Some(error) = fault.filter(|error| error.is_panic()) {
            tracing::error!(run_id = %run, %error, "A backup ended by a fault of our own");
            unfinished::fault(&self.shared, &flight).await;
        }
        let is_last = !self
            .in_flight
            .values()
            .any(|other| other.flight.job.batch == flight.job.batch);
        if is_last {
            self.close_batch(flight.job.batch).await;
        }
    }
}

/// Waits for that moment, or for ever.
async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

/// A name that no other collector has, nor this one after a restart: what an earlier process of
/// the same machine claimed is not ours.
fn unique_name() -> String {
    use rand::Rng as _;
    let host = nix::unistd::gethostname()
        .ok()
        .and_then(|name| name.into_string().ok())
        .unwrap_or_else(|| "unknown".to_owned());
    format!(
        "{host}:{}:{:08x}",
        std::process::id(),
        rand::rng().next_u32()
    )
}
