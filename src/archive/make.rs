//! Writes an archive from the database. One body is in memory at a time; a device is read in one
//! transaction, so that what is said of it is what is there. What can not be read is left out and
//! said, so that one damaged row does not keep all others from being archived.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde::Serialize;
use sqlx::{PgConnection, PgPool};
use tokio::io::AsyncWrite;

use super::manifest::{Counts, Manifest};
use super::names::Names;
use super::readme::readme;
use super::settings::{ARCHIVE_PLANS, RETENTION_RULES, SCHEDULES, Settings, WINDOWS};
use super::writer::{WriteError, Writer};
use crate::db::archives::records::{CredentialRecord, DeviceRecord, SnapshotRecord};
use crate::db::archives::{self as db, ExportedCredential, ExportedSite, ExportedSnapshot};
use crate::db::snapshots;
use crate::model::{ArchiveChoice, ArchivedSecrets, Contents, DeviceId, SiteId, Target};
use crate::platform::routeros::text::masked;
use crate::vault::{Vault, credential_context};

/// How many snapshots of a device are read at once, without their bodies.
const PAGE: i64 = 200;

/// How a device is read: as it is at one moment, whatever is backed up meanwhile.
const AT_ONE_MOMENT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Why an archive could not be made.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// It was to be of a site that is not there.
    #[error("there is no site {0}")]
    NoSite(String),
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// It could not be written.
    #[error("it can not be written: {0}")]
    Write(#[from] WriteError),
    /// A stored credential does not open.
    #[error("the stored credential {0} does not open; save it anew")]
    Credential(String),
    /// The work on a body ended in a panic.
    #[error("the work on a backup failed: {0}")]
    Work(#[from] tokio::task::JoinError),
}

/// Where an archive comes from.
#[derive(Clone)]
pub struct Source {
    pub pool: PgPool,
    pub vault: Arc<Vault>,
    /// What it says about when it was made.
    pub now: DateTime<Utc>,
}

/// How many snapshots were written or read so far, to be looked at meanwhile.
#[derive(Debug, Default)]
pub struct Progress(AtomicU32);

impl Progress {
    /// One more.
    pub(super) fn add_one(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// How many there are.
    pub fn done(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Writes an archive of `choice` to `out`, and gives both back. To stop, drop it.
///
/// # Errors
/// [`MakeError`]; what was written is no archive then.
pub async fn make<W: AsyncWrite + Unpin>(
    source: &Source,
    choice: &ArchiveChoice,
    out: W,
    progress: &Progress,
) -> Result<(W, Manifest), MakeError> {
    let making = Making {
        source,
        choice,
        progress,
        writer: Writer::new(out, source.now),
        names: Names::default(),
        targets: HashSet::new(),
        counts: Counts::default(),
        left_out: Vec::new(),
    };
    making.run().await
}

struct Making<'a, W> {
    source: &'a Source,
    choice: &'a ArchiveChoice,
    progress: &'a Progress,
    writer: Writer<W>,
    names: Names,
    /// The sites and devices that are in it.
    targets: HashSet<Target>,
    counts: Counts,
    left_out: Vec<String>,
}

impl<W: AsyncWrite + Unpin> Making<'_, W> {
    async fn run(mut self) -> Result<(W, Manifest), MakeError> {
        let slug = self.choice.site.as_deref();
        let mut conn = self.source.pool.acquire().await?;
        let sites = db::list_sites(&mut conn, slug).await?;
        if let (Some(slug), []) = (slug, sites.as_slice()) {
            return Err(MakeError::NoSite(slug.to_owned()));
        }
        for site in &sites {
            self.site(&mut conn, site).await?;
        }
        let only = slug.and(sites.first()).map(|site| site.id);
        if self.choice.is_restorable() {
            self.credentials(&mut conn, only).await?;
        }
        if self.has_records() {
            let users = db::list_users(&mut conn, only).await?;
            self.counts.users = count(users.len());
            self.lines("users.jsonl", &users).await?;
            self.settings(&mut conn).await?;
        }
        let text = readme(
            self.choice,
            self.counts,
            &self.left_out,
            self.writer.made_at(),
        );
        let now = self.writer.made_at();
        self.writer
            .add("README.txt".to_owned(), now, text.into_bytes())
            .await?;
        let (choice, counts) = (self.choice.clone(), self.counts);
        Ok(self.writer.finish(choice, counts, self.left_out).await?)
    }

    /// Whether what is known goes in beside the configurations.
    const fn has_records(&self) -> bool {
        matches!(self.choice.contents, Contents::Everything)
    }

    async fn site(
        &mut self,
        conn: &mut PgConnection,
        site: &ExportedSite,
    ) -> Result<(), MakeError> {
        let folder = self.names.path("sites", &site.record.slug, "");
        self.targets.insert(Target::Site(site.record.slug.clone()));
        let devices = db::list_devices(conn, site.id).await?;
        let before = self.counts.devices;
        if self.has_records() {
            let path = self.names.path(&folder, "site", ".json");
            self.record(path, &site.record).await?;
        }
        for device in devices {
            self.device(&folder, device).await?;
        }
        if self.has_records() || self.counts.devices > before {
            self.counts.sites += 1;
        }
        Ok(())
    }

    async fn device(&mut self, site_folder: &str, id: DeviceId) -> Result<(), MakeError> {
        let mut tx = self.source.pool.begin_with(AT_ONE_MOMENT).await?;
        let Some(record) = db::get_device(&mut tx, id).await? else {
            return Ok(());
        };
        let folder = self.names.path(site_folder, &record.name, "");
        let target = Target::Device(record.site.clone(), record.name.clone());
        self.targets.insert(target);
        let (mut kept, mut last) = (Vec::new(), None::<ExportedSnapshot>);
        loop {
            let history = self.choice.history;
            let mut rows = db::list_snapshots(&mut tx, id, history, last.as_ref(), PAGE).await?;
            for row in &mut rows {
                if self.snapshot(&mut tx, (&folder, &record), row).await? {
                    kept.push(row.record.clone());
                }
            }
            last = rows.pop();
            if last.is_none() {
                break;
            }
        }
        tx.rollback().await?;
        self.device_records(&folder, &record, &kept).await
    }

    async fn device_records(
        &mut self,
        folder: &str,
        record: &DeviceRecord,
        kept: &[SnapshotRecord],
    ) -> Result<(), MakeError> {
        self.counts.snapshots += count(kept.len());
        if self.has_records() {
            self.lines(&format!("{folder}/snapshots.jsonl"), kept)
                .await?;
            self.record(format!("{folder}/device.json"), record).await?;
        }
        if self.has_records() || !kept.is_empty() {
            self.counts.devices += 1;
        }
        Ok(())
    }

    /// Adds the file of a snapshot, and tells the record its name; false when it can not be read.
    async fn snapshot(
        &mut self,
        conn: &mut PgConnection,
        (folder, device): (&str, &DeviceRecord),
        snapshot: &mut ExportedSnapshot,
    ) -> Result<bool, MakeError> {
        let record = &mut snapshot.record;
        let Some(sealed) = snapshots::get_sealed(conn, snapshot.id).await? else {
            return Ok(false);
        };
        let (vault, secrets) = (Arc::clone(&self.source.vault), self.choice.secrets);
        let opening = move || {
            sealed.open(&vault).map(|body| match secrets {
                ArchivedSecrets::Exact => body,
                ArchivedSecrets::Masked => masked(&body),
            })
        };
        let text = match tokio::task::spawn_blocking(opening).await? {
            Ok(text) => text,
            Err(error) => {
                tracing::error!(snapshot = %snapshot.id, %error, "A stored snapshot can not be read; the archive leaves it out");
                let place = format!("{}/{}", device.site, device.name);
                self.left_out
                    .push(format!("{place}, taken {}: {error}", record.taken_at));
                return Ok(false);
            }
        };
        let path = self.names.path(folder, &file_name(record, secrets), ".rsc");
        let name = path.rsplit('/').next().unwrap_or_default();
        name.clone_into(&mut record.file);
        self.writer.add(path, record.taken_at, text).await?;
        self.progress.add_one();
        Ok(true)
    }

    async fn credentials(
        &mut self,
        conn: &mut PgConnection,
        site: Option<SiteId>,
    ) -> Result<(), MakeError> {
        let mut records = Vec::new();
        for credential in db::list_credentials(conn, site).await? {
            records.push(opened(&self.source.vault, credential)?);
        }
        self.counts.credentials = count(records.len());
        self.lines("credentials.jsonl", &records).await
    }

    /// Adds what is set for everything and by tags, and of sites and devices for those in it alone:
    /// one that was made meanwhile is not.
    async fn settings(&mut self, conn: &mut PgConnection) -> Result<(), MakeError> {
        let is_of_all = self.choice.site.is_none();
        let settings = Settings::load(conn, |target| match target {
            Target::Everything | Target::Tag(_) => is_of_all,
            Target::Site(_) | Target::Device(..) => self.targets.contains(target),
        });
        let settings = settings.await?;
        self.counts.schedules = count(settings.schedules.len());
        self.counts.maintenance_windows = count(settings.windows.len());
        self.counts.retention_rules = count(settings.retention.len());
        self.counts.archive_plans = count(settings.plans.len());
        self.lines(SCHEDULES, &settings.schedules).await?;
        self.lines(WINDOWS, &settings.windows).await?;
        self.lines(RETENTION_RULES, &settings.retention).await?;
        self.lines(ARCHIVE_PLANS, &settings.plans).await
    }

    async fn record(&mut self, path: String, record: &impl Serialize) -> Result<(), MakeError> {
        let mut json = serde_json::to_vec_pretty(record).expect("records become JSON");
        json.push(b'\n');
        let at = self.writer.made_at();
        Ok(self.writer.add(path, at, json).await?)
    }

    async fn lines(&mut self, path: &str, records: &[impl Serialize]) -> Result<(), MakeError> {
        let mut lines = Vec::new();
        for record in records {
            serde_json::to_writer(&mut lines, record).expect("records become JSON");
            lines.push(b'\n');
        }
        let at = self.writer.made_at();
        Ok(self.writer.add(path.to_owned(), at, lines).await?)
    }
}

fn opened(vault: &Vault, credential: ExportedCredential) -> Result<CredentialRecord, MakeError> {
    let unusable = || MakeError::Credential(credential.name.clone());
    let context = credential_context(&credential.name);
    let secret = vault
        .open(&context, &credential.sealed)
        .map_err(|_| unusable())?;
    let secret = std::str::from_utf8(&secret).map_err(|_| unusable())?;
    let secret = SecretString::from(secret);
    Ok(CredentialRecord {
        name: credential.name,
        username: credential.username,
        public_key: credential.public_key,
        archived_at: credential.archived_at,
        secret,
    })
}

/// Something stands before the ending, so that no name ends in `.auto.rsc`, which RouterOS
/// executes when it is uploaded.
fn file_name(snapshot: &SnapshotRecord, secrets: ArchivedSecrets) -> String {
    let at = snapshot.taken_at.format("%Y-%m-%dT%H%M%SZ");
    let mark = match secrets {
        ArchivedSecrets::Exact => "",
        ArchivedSecrets::Masked => "_masked",
    };
    format!("{at}_{}{mark}", snapshot.verdict)
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
