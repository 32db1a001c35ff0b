//! Recording what came of an attempt: the snapshot and the run's end in one transaction.

use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDate, Utc};
use sha2::{Digest, Sha256};
use sqlx::{Connection, PgConnection};

use crate::db;
use crate::db::devices::{self, Found};
use crate::db::host_key_changes::{self, SeenKey};
use crate::db::host_keys::{self, NewHostKey};
use crate::db::jobs::{Job, KnownSnapshot};
use crate::db::runs::{self, Claim, EndResult, Ending};
use crate::db::snapshots::{self, BodyError, NewSnapshot};
use crate::model::{DayMark, Failure, Outcome, SnapshotId, Step, Verdict, day_in};
use crate::platform::{Attempted, Export, Trail};
use crate::ssh::HostKey;

use super::{Flight, Shared, counting, unfinished};

/// How long to wait before recording is tried again while the database is away.
const RETRY_INTERVAL: Duration = Duration::from_secs(1);

/// How long that is done before the run is left to its lease.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// How long the transaction may take; patches of large exports take seconds.
const TRANSACTION_TIMEOUT: Duration = Duration::from_secs(60);

/// Records a run's end. While the database is away, what was fetched is kept and tried again;
/// when it stays away, the lease runs out and the device is backed up once more.
pub(super) async fn record(
    shared: &Shared,
    flight: &Flight,
    attempted: Attempted,
    result: Result<Export, Failure>,
) {
    let Flight {
        claim, job, trail, ..
    } = flight;
    let ended = Ended {
        shared,
        claim: *claim,
        job,
        attempted: &attempted,
        duration: trail.elapsed(),
        // As of its begin, and by the database's clock: a device that a person calls replaced
        // while it is backed up is not bound by what that backup finds.
        now: job.started_at,
    };
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        let recording = ended.try_record(trail, &result);
        let recorded = tokio::time::timeout(TRANSACTION_TIMEOUT, recording)
            .await
            .unwrap_or(Err(BodyError::Database(sqlx::Error::PoolTimedOut)));
        match recorded {
            Ok(Recorded::Done(end)) => {
                counting::count(&end, ended.duration);
                return log(job, &end);
            }
            Ok(Recorded::NotOurs) => {
                tracing::info!(run_id = %claim.run, "The run was taken over; its result is dropped");
                return;
            }
            Err(BodyError::Database(error)) if db::is_away(&error) => {
                tracing::debug!(run_id = %claim.run, %error, "Not recorded yet");
            }
            Err(error) => {
                tracing::error!(run_id = %claim.run, %error, "A backup could not be stored");
                return unfinished::fault(shared, flight).await;
            }
        }
        tokio::time::sleep(RETRY_INTERVAL).await;
    }
    tracing::error!(run_id = %claim.run, "The database stayed away; the result is dropped and the run tried again");
}

enum Recorded {
    Done(EndResult),
    /// Another collector has the run now.
    NotOurs,
}

struct Ended<'a> {
    shared: &'a Shared,
    claim: Claim,
    job: &'a Job,
    attempted: &'a Attempted,
    duration: Duration,
    now: DateTime<Utc>,
}

/// What storing an export came to.
struct Stored {
    outcome: Outcome,
    snapshot: SnapshotId,
    /// Whether a row was inserted.
    is_new: bool,
}

impl Ended<'_> {
    async fn try_record(
        &self,
        trail: &Trail,
        result: &Result<Export, Failure>,
    ) -> Result<Recorded, BodyError> {
        let mut conn = self.shared.pool.acquire().await?;
        let mut tx = conn.begin().await?;
        let mut found = self.found();
        let mut steps = trail.steps();
        let end = match result {
            Ok(export) => {
                let stored = self.store(&mut tx, export).await?;
                steps.push(self.stored_step(&stored));
                self.note_snapshot(&mut found, export.verdict, &stored);
                EndResult::Succeeded {
                    outcome: stored.outcome,
                    verdict: export.verdict,
                    snapshot: stored.snapshot,
                }
            }
            Err(failure) => self.failed(failure),
        };
        if let Some(mark) = day_mark(&end) {
            found.ended_run = Some(self.claim.run);
            found.day = Some((self.day(), mark));
        }
        let ending = Ending {
            duration: self.duration,
            steps,
            checks: self.attempted.checks.clone(),
            size_bytes: self.size_bytes(result),
            sha256: result.as_ref().ok().map(|export| sha256(&export.bytes)),
            result: end,
        };
        if !runs::mark_ended(&mut tx, &self.shared.name, self.claim, &ending).await? {
            tx.rollback().await?;
            return Ok(Recorded::NotOurs);
        }
        self.note_host_key(&mut tx).await?;
        devices::mark_found(&mut tx, self.job.device, &found).await?;
        tx.commit().await?;
        Ok(Recorded::Done(ending.result))
    }

    /// Extends the snapshot that says the same, or inserts a new one. A suspect export extends
    /// nothing but a suspect snapshot, so that it never counts as good.
    async fn store(&self, conn: &mut PgConnection, export: &Export) -> Result<Stored, BodyError> {
        let is_same = |known: &&KnownSnapshot| {
            known.fingerprint == export.fingerprint && known.verdict == export.verdict
        };
        let verified = self.job.last_verified.as_ref();
        let same = match export.verdict {
            Verdict::Verified => verified.filter(is_same),
            Verdict::Suspect => self.job.newest.as_ref().filter(is_same),
        };
        if let Some(known) = same
            && self.is_readable(conn, known.id).await?
            && snapshots::mark_seen(conn, self.job.device, known.id, self.now).await?
        {
            return Ok(Stored {
                outcome: Outcome::Unchanged,
                snapshot: known.id,
                is_new: false,
            });
        }
        let snapshot = self.insert(conn, export).await?;
        let outcome = match verified {
            Some(known) if known.fingerprint == export.fingerprint => Outcome::Unchanged,
            _ => Outcome::Changed,
        };
        Ok(Stored {
            outcome,
            snapshot,
            is_new: true,
        })
    }

    /// Whether the body that is to be vouched for once more is still there. One that is not is
    /// said in the log, and what was just fetched is stored anew.
    async fn is_readable(
        &self,
        conn: &mut PgConnection,
        id: SnapshotId,
    ) -> Result<bool, BodyError> {
        match snapshots::load_body(conn, &self.shared.vault, id).await {
            Ok(body) => Ok(body.is_some()),
            Err(error @ BodyError::Database(_)) => Err(error),
            Err(error) => {
                tracing::error!(snapshot = %id, %error, "A stored snapshot can not be read; storing the export anew");
                Ok(false)
            }
        }
    }

    async fn insert(
        &self,
        conn: &mut PgConnection,
        export: &Export,
    ) -> Result<SnapshotId, BodyError> {
        let new = NewSnapshot {
            device: self.job.device,
            batch: Some(self.job.batch),
            taken_at: self.now,
            verdict: export.verdict,
            checks: &self.attempted.checks,
            fingerprint: &export.fingerprint,
            sha256: &sha256(&export.bytes),
            export: &export.bytes,
            line_count: i32::try_from(export.line_count).unwrap_or(i32::MAX),
            version: export.version.as_deref(),
            model: export.model.as_deref(),
            serial: export.serial.as_deref(),
            has_secrets: export.has_secrets,
            error_menus: &export.error_menus,
        };
        let previous = self.job.newest.as_ref().map(|known| known.id);
        snapshots::insert(conn, &self.shared.vault, &new, previous).await
    }

    fn failed(&self, failure: &Failure) -> EndResult {
        let retry = &self.shared.settings.retry;
        let failure = failure.clone();
        match retry.retry_in(self.job.trigger, &failure, self.claim.attempt) {
            Some(retry_in) => EndResult::TryAgain { failure, retry_in },
            None => EndResult::Failed(failure),
        }
    }

    fn found(&self) -> Found {
        let facts = &self.attempted.facts;
        Found {
            identity: facts.identity.clone(),
            model: facts.model.clone(),
            serial: facts.serial.clone(),
            version: facts.version.clone(),
            answers_sentinel: self.attempted.answers_sentinel,
            ..Found::default()
        }
    }

    fn note_snapshot(&self, found: &mut Found, verdict: Verdict, stored: &Stored) {
        if verdict == Verdict::Verified {
            found.verified = Some((stored.snapshot, self.now));
        }
        if stored.is_new {
            found.newest = Some(stored.snapshot);
        }
    }

    /// What day it is at the site, by the database's clock.
    fn day(&self) -> NaiveDate {
        day_in(&self.job.timezone, self.now + self.duration)
    }

    fn stored_step(&self, stored: &Stored) -> Step {
        let text = match (stored.is_new, stored.outcome) {
            (true, Outcome::Changed) => "stored as a new backup",
            (true, Outcome::Unchanged) => "stored beside the verified backup, which says the same",
            (false, _) => "unchanged: the backup is valid until now",
        };
        Step {
            at_ms: u64::try_from(self.duration.as_millis()).unwrap_or(u64::MAX),
            text: text.to_owned(),
        }
    }

    fn size_bytes(&self, result: &Result<Export, Failure>) -> Option<i64> {
        let size = match result {
            Ok(export) => Some(export.bytes.len()),
            Err(_) => self.attempted.size_bytes,
        };
        size.and_then(|size| size.try_into().ok())
    }

    /// Pins a key that is the first of its type; one in place of a pinned one waits for a person.
    async fn note_host_key(&self, conn: &mut PgConnection) -> Result<(), sqlx::Error> {
        if let Some(key) = &self.attempted.new_host_key {
            host_keys::insert(conn, self.job.device, &new_key(key)).await?;
        }
        if let Some((shown, trusted)) = &self.attempted.changed_host_key {
            let seen = SeenKey {
                shown: new_key(shown),
                trusted_fingerprint: trusted.fingerprint.clone(),
            };
            host_key_changes::note(conn, self.job.device, &seen, self.now).await?;
        }
        Ok(())
    }
}

fn new_key(key: &HostKey) -> NewHostKey {
    NewHostKey {
        algorithm: key.algorithm.clone(),
        public_key: key.public_key.clone(),
        fingerprint: key.fingerprint.clone(),
    }
}

/// What an end makes of the device's day; `None` for one that says nothing of it.
const fn day_mark(end: &EndResult) -> Option<DayMark> {
    match end {
        EndResult::Succeeded {
            verdict: Verdict::Suspect,
            ..
        } => Some(DayMark::Suspect),
        EndResult::Succeeded {
            outcome: Outcome::Changed,
            ..
        } => Some(DayMark::Changed),
        EndResult::Succeeded {
            outcome: Outcome::Unchanged,
            ..
        } => Some(DayMark::Unchanged),
        EndResult::Failed(_) => Some(DayMark::Failed),
        EndResult::TryAgain { .. } | EndResult::Cancelled => None,
    }
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

/// One line for a changed device or a failure, and none for the many that are unchanged.
fn log(job: &Job, end: &EndResult) {
    let (site, device) = (job.site_slug.as_str(), job.device_name.as_str());
    let run_id = job.run.0;
    match end {
        EndResult::Succeeded {
            verdict: Verdict::Suspect,
            ..
        } => tracing::warn!(
            site,
            device,
            run_id,
            "The export is suspect: kept, and not counted as a backup"
        ),
        EndResult::Succeeded {
            outcome: Outcome::Changed,
            ..
        } => tracing::info!(site, device, run_id, "A new snapshot was stored"),
        EndResult::Succeeded { .. } => tracing::debug!(site, device, run_id, "Unchanged"),
        EndResult::Failed(failure) => {
            tracing::warn!(site, device, run_id, code = %failure.code, "The backup failed: {failure}");
        }
        EndResult::Cancelled => tracing::info!(site, device, run_id, "The backup was cancelled"),
        EndResult::TryAgain { failure, retry_in } => {
            tracing::info!(site, device, run_id, code = %failure.code, retry_secs = retry_in.as_secs(), "The backup failed and is tried again: {failure}");
        }
    }
}
