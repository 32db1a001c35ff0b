//! Connection tests: the whole attempt for a person who waits for it, of which only the result is
//! recorded. They have slots of their own, so that neither they nor backups wait for each other.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use sqlx::PgPool;
use tokio::task::{AbortHandle, JoinError, JoinSet};

use super::{LEASE, Shared, attempt};
use crate::db::connection_tests::{self as db, Ended, Job, SeenKey};
use crate::model::{ConnectionTestId, Failure, FailureCode, KeyStanding, Step, Verdict};
use crate::platform::routeros::policies;
use crate::platform::{Attempt, Attempted, Export, Purpose, Trail};
use crate::ssh::{Login, Peer, Proof};

/// How many tests one collector makes at once.
const SLOTS: usize = 4;

/// The tests of a collector.
pub(super) struct Tests {
    shared: Arc<Shared>,
    tasks: JoinSet<ConnectionTestId>,
    in_flight: HashMap<ConnectionTestId, InFlight>,
}

struct InFlight {
    trail: Arc<Trail>,
    task: AbortHandle,
}

impl Tests {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            tasks: JoinSet::new(),
            in_flight: HashMap::new(),
        }
    }

    /// Waits for the next test to end, and forgets it; for ever while there is none.
    pub(super) async fn end_next(&mut self) {
        let Some(ended) = self.tasks.join_next_with_id().await else {
            return std::future::pending().await;
        };
        let id = ended.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
        self.in_flight.retain(|_, ours| ours.task.id() != id);
        if let Err(error) = ended.as_ref()
            && error.is_panic()
        {
            // Nothing prolongs its lease now, so it is told as lost.
            tracing::error!(%error, "A connection test ended by a fault of our own");
        }
    }

    /// Claims as many tests as there are free slots, and starts them.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn claim(&mut self) -> Result<(), sqlx::Error> {
        let free = SLOTS.saturating_sub(self.in_flight.len());
        if free == 0 {
            return Ok(());
        }
        let slots = i64::try_from(free).unwrap_or(i64::MAX);
        let mut tx = self.shared.pool.begin().await?;
        let jobs = db::claim(&mut tx, &self.shared.name, slots, LEASE).await?;
        tx.commit().await?;
        for job in jobs {
            let trail = Arc::new(Trail::default());
            let test = job.test;
            let work = execute(Arc::clone(&self.shared), job, Arc::clone(&trail));
            let task = self.tasks.spawn(work);
            self.in_flight.insert(test, InFlight { trail, task });
        }
        Ok(())
    }

    /// The steps so far of what goes on.
    pub(super) fn mine(&self) -> Vec<(ConnectionTestId, Vec<Step>)> {
        let flights = self.in_flight.iter();
        flights
            .map(|(test, ours)| (*test, ours.trail.steps()))
            .collect()
    }

    /// Stops those of `mine` that are no longer ours: a person cancelled them.
    pub(super) fn keep(&self, mine: &[ConnectionTestId], owned: &[ConnectionTestId]) {
        let owned: HashSet<_> = owned.iter().collect();
        for test in mine.iter().filter(|test| !owned.contains(test)) {
            if let Some(ours) = self.in_flight.get(test)
                && !ours.trail.is_recording()
            {
                ours.task.abort();
            }
        }
    }

    /// Stops what goes on.
    pub(super) async fn shutdown(&mut self) {
        self.tasks.shutdown().await;
        self.in_flight.clear();
    }
}

/// Prolongs the leases of these tests, and sweeps. Gives those that are still the collector's.
///
/// # Errors
/// When the database fails.
pub(super) async fn beat(
    pool: &PgPool,
    name: &str,
    mine: &[(ConnectionTestId, Vec<Step>)],
) -> Result<Vec<ConnectionTestId>, sqlx::Error> {
    let mut conn = pool.acquire().await?;
    let owned = match mine {
        [] => Vec::new(),
        _ => db::heartbeat(&mut conn, name, mine, LEASE).await?,
    };
    db::sweep(&mut conn).await?;
    Ok(owned)
}

async fn execute(shared: Arc<Shared>, job: Job, trail: Arc<Trail>) -> ConnectionTestId {
    let mut attempted = Attempted::default();
    let mut public_key = None;
    let login = shared
        .credentials
        .login(&shared.vault, &job.credential)
        .await;
    let result = match login {
        Ok(login) => {
            public_key = public_half(&login);
            try_out(&shared, &job, login, &trail, &mut attempted).await
        }
        Err(error) => Err(error.into()),
    };
    trail.mark_recording();
    let ended = Ended {
        public_key,
        ..ended(result, attempted, &trail)
    };
    record(&shared, &job, &ended).await;
    job.test
}

async fn try_out(
    shared: &Shared,
    job: &Job,
    login: Login,
    trail: &Trail,
    attempted: &mut Attempted,
) -> Result<Export, Failure> {
    let attempt = Attempt {
        purpose: Purpose::Test,
        platform: job.platform,
        peer: Peer {
            address: job.address.clone(),
            port: job.port,
            legacy_ssh: job.legacy_ssh,
            pinned: attempt::pinned(&job.host_keys)?,
            connect_timeout: job.connect_timeout,
        },
        login,
        export_timeout: job.export_timeout,
        idle_timeout: shared.settings.idle_timeout,
        known: attempt::Known {
            version: job.version.as_deref(),
            answers_sentinel: job.answers_sentinel,
            last_verified: job.last_verified.as_ref(),
            newest: None,
        }
        .knowledge(),
    };
    attempt::within_deadlines(&attempt, trail, attempted).await
}

/// The public half of a key, in OpenSSH form; `None` for a password.
fn public_half(login: &Login) -> Option<String> {
    match &login.proof {
        Proof::Password(_) => None,
        Proof::PrivateKey(key) => key.public_key().to_openssh().ok(),
    }
}

/// What came of it: of the export, its size and its verdict and no byte more.
fn ended(result: Result<Export, Failure>, attempted: Attempted, trail: &Trail) -> Ended {
    let standing = match &result {
        Err(failure) if failure.code == FailureCode::HostKeyChanged => KeyStanding::Changed,
        _ if attempted.new_host_key.is_some() => KeyStanding::New,
        _ => KeyStanding::Pinned,
    };
    let export = result.as_ref().ok();
    let (header_version, has_secrets) = (
        export.and_then(|export| export.version.clone()),
        export.map(|export| export.has_secrets),
    );
    Ended {
        duration: trail.elapsed(),
        steps: trail.steps(),
        size_bytes: export
            .map(|export| export.bytes.len())
            .or(attempted.size_bytes),
        has_secrets,
        result: result.and_then(|export| verdict(&export, attempted.policies.as_deref())),
        checks: attempted.checks,
        identity: attempted.facts.identity,
        model: attempted.facts.model,
        serial: attempted.facts.serial,
        version: attempted.facts.version.or(header_version),
        policies: attempted.policies,
        host_key: attempted.host_key.map(|key| SeenKey {
            algorithm: key.algorithm,
            fingerprint: key.fingerprint,
            standing,
        }),
        public_key: None,
    }
}

/// An export may look whole and lack what the account may not see: the router does not say so.
fn verdict(export: &Export, policies: Option<&[String]>) -> Result<Verdict, Failure> {
    let lacking = policies.map(|policies| policies::rate(policies).lacking_names());
    match lacking {
        Some(names) if !names.is_empty() => Err(Failure::new(
            FailureCode::PolicyMissing,
            format!(
                "The router can be backed up, but not whole: the group of the user lacks {names}. Give the group what it lacks, and test again."
            ),
        )),
        _ => Ok(export.verdict),
    }
}

/// Records the result. Where that fails, the lease runs out and the test is told as lost.
async fn record(shared: &Shared, job: &Job, ended: &Ended) {
    let recorded = async {
        let mut conn = shared.pool.acquire().await?;
        db::mark_ended(&mut conn, &shared.name, job.test, ended).await
    };
    match recorded.await {
        Ok(_) => tracing::debug!(test = %job.test, "A connection test has ended"),
        Err(error) => {
            tracing::error!(test = %job.test, %error, "The result of a connection test could not be recorded");
        }
    }
}
