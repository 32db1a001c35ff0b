//! Makes the archives that were asked for, one at a time, beside everything else. A row that is
//! being made is leased; a file has its name only when it is whole; so whatever is killed when, no
//! half archive is listed, and none is left for ever.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use chrono::Utc;
use sqlx::PgPool;
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

use super::file::{WrittenFile, write_file};
use super::folder;
use super::make::{Progress, Source};
use crate::db::archives::{self as db, Claimed, Finished};
use crate::db::audit::{self, Actor, Entry};
use crate::model::AuditAction;
use crate::vault::Vault;

/// How often it is looked for archives to make.
const POLL_INTERVAL: Duration = Duration::from_secs(2);

/// How often a lease is prolonged, and how long it is.
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(1);
const LEASE: Duration = Duration::from_secs(30);

/// How often it is looked for what has expired and what nobody lists.
const SWEEP_INTERVAL: Duration = Duration::from_secs(60);

/// How often the end of an archive is recorded again while the database is away.
const RECORD_ATTEMPTS: u32 = 20;

/// Makes archives into a folder.
pub struct Worker {
    pool: PgPool,
    vault: Arc<Vault>,
    folder: PathBuf,
    name: String,
}

impl Worker {
    /// A worker with a name of its own.
    #[must_use]
    pub fn new(pool: PgPool, vault: Arc<Vault>, folder: PathBuf) -> Self {
        let name = format!("archives-{}", hex::encode(rand::random::<[u8; 8]>()));
        Self {
            pool,
            vault,
            folder,
            name,
        }
    }

    /// Makes what is asked for until `stop`; what is cut off then is begun anew by whoever is next.
    pub async fn run(self, stop: CancellationToken) {
        stop.run_until_cancelled(self.work()).await;
        let released = async { db::release(&mut *self.pool.acquire().await?, &self.name).await };
        if let Err(error) = released.await {
            tracing::warn!(%error, "An archive that was being made could not be given back; its lease runs out");
        }
    }

    async fn work(&self) {
        let mut sweeps = interval(SWEEP_INTERVAL);
        sweeps.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = sweeps.tick() => {
                    if let Err(error) = self.sweep().await {
                        tracing::warn!("The folder of archives could not be swept; trying again: {error:#}");
                    }
                }
                () = sleep(POLL_INTERVAL) => {}
            }
            while let Some(true) = self.step_and_log().await {}
        }
    }

    async fn step_and_log(&self) -> Option<bool> {
        let stepped = self.make_next().await;
        stepped
            .inspect_err(|error| {
                tracing::warn!("No archive could be made; trying again: {error:#}")
            })
            .ok()
    }

    /// Takes away what has expired, rows and files, and queues what a lost worker had.
    ///
    /// # Errors
    /// When the database or the folder fails.
    pub async fn sweep(&self) -> anyhow::Result<()> {
        let mut conn = self.pool.acquire().await?;
        for (archive, state) in db::sweep(&mut conn, Utc::now()).await? {
            tracing::warn!(%archive, %state, "The maker of an archive fell silent; the archive was taken over");
        }
        let listed = db::list_file_names(&mut conn).await?.into_iter().collect();
        drop(conn);
        self.thin().await?;
        let path = self.folder.clone();
        let sweeping = move || match path.exists() {
            true => folder::sweep(&path, &listed, SystemTime::now()),
            false => Ok(0),
        };
        let swept = tokio::task::spawn_blocking(sweeping).await?;
        swept.context("Cannot sweep the folder of archives")?;
        Ok(())
    }

    /// Deletes what plans have above what they keep.
    async fn thin(&self) -> anyhow::Result<()> {
        let mut tx = self.pool.begin().await?;
        let surplus = db::delete_surplus(&mut tx).await?;
        for one in &surplus {
            let actor = Actor {
                name: one.plan.clone(),
                ..Actor::default()
            };
            let of = one.site.as_deref().unwrap_or("everything");
            let entry = Entry {
                action: AuditAction::ArchiveDeleted,
                site: None,
                subject: &format!("archive {} of {of}", one.id),
                detail: "its plan keeps newer ones",
            };
            audit::record(&mut tx, &actor, &entry, Utc::now()).await?;
        }
        tx.commit().await?;
        for name in surplus.iter().filter_map(|one| one.file_name.as_ref()) {
            if let Err(error) = tokio::fs::remove_file(self.folder.join(name)).await {
                // No row names it any more, so the sweep takes it away.
                tracing::warn!(file = name, %error, "The file of a deleted archive could not be deleted");
            }
        }
        Ok(())
    }

    /// Makes the archive that waits longest; false when none does.
    ///
    /// # Errors
    /// When the database fails; an archive that can not be made is noted in its row.
    pub async fn make_next(&self) -> anyhow::Result<bool> {
        let suffix = hex::encode(rand::random::<[u8; 6]>());
        let mut tx = self.pool.begin().await?;
        let claimed = db::claim(&mut tx, &self.name, &suffix, LEASE).await?;
        tx.commit().await?;
        let Some(claimed) = claimed else {
            return Ok(false);
        };
        match self.make(&claimed).await {
            Ok(Some(written)) => {
                self.complete(&claimed, &written).await?;
                self.thin().await?;
            }
            Ok(None) => {
                tracing::info!(archive = %claimed.id, "The archive was cancelled or taken over")
            }
            Err(error) => {
                let sentence = format!("It could not be made: {error:#}.");
                tracing::error!(archive = %claimed.id, "An archive failed: {error:#}");
                let mut conn = self.pool.acquire().await?;
                db::mark_failed(&mut conn, &self.name, claimed.id, &sentence).await?;
            }
        }
        Ok(true)
    }

    /// Writes the file; `None` when it is no longer this worker's to make.
    async fn make(&self, claimed: &Claimed) -> anyhow::Result<Option<WrittenFile>> {
        let (folder, bytes) = (self.folder.clone(), folder::expected_bytes(&claimed.size));
        tokio::task::spawn_blocking(move || folder::prepare(&folder, bytes)).await??;
        let source = Source {
            pool: self.pool.clone(),
            vault: Arc::clone(&self.vault),
            now: Utc::now(),
        };
        let path = self.folder.join(&claimed.file_name);
        let progress = Progress::default();
        let writing = write_file(&source, &claimed.choice, &path, &progress);
        tokio::select! {
            written = writing => Ok(Some(written?)),
            () = self.beat_until_lost(claimed, &progress) => Ok(None),
        }
    }

    async fn beat_until_lost(&self, claimed: &Claimed, progress: &Progress) {
        let mut beats = interval(HEARTBEAT_INTERVAL);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            beats.tick().await;
            let beat = async {
                let mut conn = self.pool.acquire().await?;
                db::heartbeat(&mut conn, &self.name, claimed.id, progress.done(), LEASE).await
            };
            match beat.await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => tracing::debug!(%error, "The lease of an archive was not prolonged"),
            }
        }
    }

    /// Lists the file; one that is no longer wanted goes.
    async fn complete(&self, claimed: &Claimed, written: &WrittenFile) -> anyhow::Result<()> {
        let finished = finished(written);
        let mut recorded = Err(sqlx::Error::PoolTimedOut);
        for attempt in 0..RECORD_ATTEMPTS {
            if attempt > 0 {
                sleep(HEARTBEAT_INTERVAL).await;
            }
            let recording = async {
                let mut conn = self.pool.acquire().await?;
                db::mark_completed(&mut conn, &self.name, claimed.id, &finished).await
            };
            recorded = recording.await;
            if recorded.is_ok() {
                break;
            }
        }
        if matches!(recorded, Ok(true)) {
            tracing::info!(archive = %claimed.id, snapshots = finished.snapshots, size_bytes = finished.size_bytes, "An archive was made");
            return Ok(());
        }
        tokio::fs::remove_file(self.folder.join(&claimed.file_name)).await?;
        recorded
            .map(drop)
            .context("Cannot list an archive that was made")
    }
}

/// What the list says of a file.
#[must_use]
pub fn finished(written: &WrittenFile) -> Finished<'_> {
    let counts = written.manifest.counts;
    Finished {
        size_bytes: written.size_bytes,
        sha256: &written.sha256,
        sites: counts.sites,
        devices: counts.devices,
        snapshots: counts.snapshots,
        left_out: written.manifest.left_out.len(),
    }
}
