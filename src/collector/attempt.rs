//! One claimed run: the attempt itself, within a last deadline, and what is recorded of it.

use std::sync::Arc;
use std::time::Duration;

use crate::db::jobs::{Job, KnownSnapshot};
use crate::model::{Failure, FailureCode, RunId, Verdict};
use crate::platform::{self, Attempt, Attempted, Export, Knowledge, Purpose, Trail};
use crate::ssh::{HostKey, Peer};

use super::{Flight, Shared, record, unfinished};

/// How much longer than its own deadlines an attempt may take before it is given up as hung.
const LAST_DEADLINE_MARGIN: Duration = Duration::from_secs(10);

/// Executes a run and records what came of it. A person who cancels it stops the attempt, and
/// not the recording of one that is over.
pub(super) async fn execute(shared: Arc<Shared>, flight: Arc<Flight>) -> RunId {
    let mut attempted = Attempted::default();
    let attempt = back_up(&shared, &flight.job, &flight.trail, &mut attempted);
    let result = flight.cancel.run_until_cancelled(attempt).await;
    flight.trail.mark_recording();
    match result {
        Some(result) => record::record(&shared, &flight, attempted, result).await,
        None => unfinished::cancelled(&shared, &flight).await,
    }
    flight.claim.run
}

async fn back_up(
    shared: &Shared,
    job: &Job,
    trail: &Trail,
    attempted: &mut Attempted,
) -> Result<Export, Failure> {
    let login = shared
        .credentials
        .login(&shared.vault, &job.credential)
        .await?;
    let attempt = Attempt {
        purpose: Purpose::BackUp,
        platform: job.platform,
        peer: Peer {
            address: job.address.clone(),
            port: job.port,
            legacy_ssh: job.legacy_ssh,
            pinned: pinned(&job.host_keys)?,
            connect_timeout: job.connect_timeout,
        },
        login,
        export_timeout: job.export_timeout,
        idle_timeout: shared.settings.idle_timeout,
        known: Known {
            version: job.version.as_deref(),
            answers_sentinel: job.answers_sentinel,
            last_verified: job.last_verified.as_ref(),
            newest: job.newest.as_ref(),
        }
        .knowledge(),
    };
    within_deadlines(&attempt, trail, attempted).await
}

/// The attempt, given up as hung when it takes longer than its own deadlines.
pub(super) async fn within_deadlines(
    attempt: &Attempt,
    trail: &Trail,
    attempted: &mut Attempted,
) -> Result<Export, Failure> {
    let last_deadline =
        2 * attempt.peer.connect_timeout + attempt.export_timeout + LAST_DEADLINE_MARGIN;
    tokio::time::timeout(last_deadline, platform::attempt(attempt, trail, attempted))
        .await
        .unwrap_or_else(|_| {
            Err(Failure::new(
                FailureCode::Timeout,
                "The backup passed all of its deadlines and was given up. Check the router's load.",
            ))
        })
}

/// The pinned keys. Without one that can not be read, any key would pass for the first of its
/// type, so nothing is sent then.
pub(super) fn pinned(host_keys: &[Vec<u8>]) -> Result<Vec<HostKey>, Failure> {
    let keys = host_keys.iter().map(|key| HostKey::from_wire(key));
    keys.collect::<Option<_>>().ok_or_else(|| {
        Failure::new(
            FailureCode::HostKeyChanged,
            "A pinned host key of this device is damaged in the database, so nothing was sent to it. Run `routervault trust SITE/DEVICE` if the router is the right one.",
        )
    })
}

/// What earlier runs taught of a device.
pub(super) struct Known<'a> {
    pub version: Option<&'a str>,
    pub answers_sentinel: Option<bool>,
    pub last_verified: Option<&'a KnownSnapshot>,
    pub newest: Option<&'a KnownSnapshot>,
}

impl Known<'_> {
    /// What of it binds the judgement.
    pub fn knowledge(self) -> Knowledge {
        let verified = self.last_verified.filter(|known| known.binds);
        let suspect = self
            .newest
            .filter(|known| known.binds && known.verdict == Verdict::Suspect);
        let menus = |known: &KnownSnapshot| known.error_menus.clone();
        Knowledge {
            version: self.version.map(str::to_owned),
            answers_sentinel: self.answers_sentinel,
            serial: verified.and_then(|known| known.serial.clone()),
            had_secrets: verified.is_some_and(|known| known.has_secrets),
            last_verified_size_bytes: verified.map(|known| known.size_bytes),
            accepted_error_menus: verified.map(menus).unwrap_or_default(),
            recurring_error_menus: match verified {
                Some(_) => None,
                None => suspect.map(menus),
            },
        }
    }
}
