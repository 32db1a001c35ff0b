//! Brings a checked archive into the database, in one transaction: everything or nothing. A name
//! that is there is refused, never merged; credentials and people of a name that is there stay as
//! they are, and those that are missing are made, people without access.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use secrecy::ExposeSecret as _;
use sqlx::{PgConnection, PgPool};

use super::check::Checked;
use super::manifest::Counts;
use super::plan::{Plan, RestoreError, plan};
use super::rules;
use super::settings;
use super::tree::{FoundDevice, lines};
use crate::db::archives as db;
use crate::db::archives::records::{CredentialRecord, SnapshotRecord, UserRecord};
use crate::db::audit::{self, Actor, Entry};
use crate::db::snapshots::{BodyError, NewSnapshot};
use crate::db::{inventory, is_unwritable, schedules};
use crate::model::{AuditAction, DeviceId, SiteId, SnapshotId};
use crate::platform::routeros::text;
use crate::plural::counted;
use crate::vault::{Secret, Vault, credential_context};

/// What was restored.
#[derive(Debug)]
pub struct Restored {
    /// What was counted in the database afterwards; equal to those of the archive. Credentials,
    /// users, schedules, windows, rules and archive plans that were there before count as if they were
    /// its.
    pub counts: Counts,
    /// What was done, a line each.
    pub log: Vec<String>,
}

/// Restores an archive, with its entry in the audit.
///
/// # Errors
/// Why it was refused; nothing was changed then.
pub async fn restore(
    pool: &PgPool,
    vault: &Vault,
    archive: &mut Checked,
    new_slug: Option<&str>,
    (actor, now): (&Actor, DateTime<Utc>),
) -> Result<Restored, RestoreError> {
    let mut tx = pool.begin().await?;
    inventory::lock(&mut tx).await?;
    let plan = plan(&mut tx, archive, new_slug).await?;
    let mut restoring = Restoring {
        conn: &mut tx,
        vault,
        log: Vec::new(),
    };
    let written = restoring
        .run(archive, &plan, now)
        .await
        .map_err(unwritable)?;
    let log = restoring.log;
    let entry = Entry {
        action: AuditAction::ArchiveRestored,
        site: written.only_site,
        subject: &plan
            .sites
            .iter()
            .map(|site| site.slug.as_str())
            .collect::<Vec<_>>()
            .join(", "),
        detail: &log.join("; "),
    };
    audit::record(&mut tx, actor, &entry, now).await?;
    tx.commit().await?;
    Ok(Restored {
        counts: written.counts,
        log,
    })
}

/// A NUL in a text is the fault of the archive, not of the database.
fn unwritable(error: RestoreError) -> RestoreError {
    match error {
        RestoreError::Database(error) | RestoreError::Body(BodyError::Database(error))
            if is_unwritable(&error) =>
        {
            RestoreError::Wrong("a text in it has a NUL character".to_owned())
        }
        error => error,
    }
}

struct Written {
    counts: Counts,
    /// The site, when there is one only.
    only_site: Option<SiteId>,
}

struct Restoring<'a> {
    conn: &'a mut PgConnection,
    vault: &'a Vault,
    log: Vec<String>,
}

impl Restoring<'_> {
    async fn run(
        &mut self,
        archive: &mut Checked,
        plan: &Plan,
        now: DateTime<Utc>,
    ) -> Result<Written, RestoreError> {
        self.credentials(&archive.credentials, plan).await?;
        let mut ids = Vec::new();
        let sites = std::mem::take(&mut archive.sites);
        for (site, planned) in sites.iter().zip(&plan.sites) {
            let id = db::insert_site(self.conn, &planned.slug, &site.record).await?;
            for device in &site.devices {
                self.device(archive, id, device).await?;
            }
            db::mark_devices_restored(self.conn, id).await?;
            self.log.push(format!(
                "site {}: {}, {}",
                planned.slug,
                counted(planned.devices, "device"),
                counted(planned.snapshots as usize, "backup"),
            ));
            ids.push(id);
        }
        self.settings(plan, &ids, now).await?;
        // What is restored is due from now on, as what is made by hand.
        schedules::resolve(self.conn).await?;
        self.users(archive, plan, &slugs(&sites, plan)).await?;
        let counts = self.counted(&ids, plan).await?;
        archive.sites = sites;
        let only_site = ids.first().copied().filter(|_| ids.len() == 1);
        Ok(Written { counts, only_site })
    }

    async fn credentials(
        &mut self,
        credentials: &[CredentialRecord],
        plan: &Plan,
    ) -> Result<(), RestoreError> {
        let new: BTreeSet<&str> = plan.new_credentials.iter().map(String::as_str).collect();
        for credential in credentials
            .iter()
            .filter(|one| new.contains(one.name.as_str()))
        {
            let secret = Secret::from_sealable_bytes(credential.secret.expose_secret().as_bytes());
            let secret = secret.map_err(|_| {
                RestoreError::Wrong(format!(
                    "the credential {} has no secret that is known",
                    credential.name
                ))
            })?;
            let context = credential_context(&credential.name);
            let sealed = self.vault.seal(&context, &secret.to_sealable_bytes());
            db::insert_credential(self.conn, credential, &sealed).await?;
        }
        self.note("credential", &plan.new_credentials, "made");
        self.note(
            "credential",
            &plan.kept_credentials,
            "there before, not changed",
        );
        Ok(())
    }

    async fn users(
        &mut self,
        archive: &Checked,
        plan: &Plan,
        slugs: &HashMap<String, String>,
    ) -> Result<(), RestoreError> {
        let new: BTreeSet<&str> = plan.new_users.iter().map(String::as_str).collect();
        let is_new = |user: &&UserRecord| new.contains(user.name.as_str());
        for user in archive.users.iter().filter(is_new) {
            let here = user
                .sites
                .iter()
                .filter_map(|slug| slugs.get(slug).cloned());
            db::insert_user(self.conn, user, &here.collect::<Vec<_>>()).await?;
        }
        self.note("user", &plan.new_users, "made without access");
        self.note("user", &plan.kept_users, "there before, not changed");
        Ok(())
    }

    async fn settings(
        &mut self,
        plan: &Plan,
        ids: &[SiteId],
        now: DateTime<Utc>,
    ) -> Result<(), RestoreError> {
        let slugs = plan.sites.iter().map(|site| site.slug.clone());
        let sites = slugs.zip(ids.iter().copied()).collect();
        settings::insert(self.conn, &plan.settings, &sites, now).await?;
        let (written, wanted) = settings::count_inserted(self.conn, &plan.settings).await?;
        if written != wanted {
            return Err(RestoreError::Counts(format!(
                "{written} of {wanted} schedules, maintenance windows, retention rules and archive plans \
                 were written"
            )));
        }
        self.log.extend(plan.settings.log());
        Ok(())
    }

    fn note(&mut self, what: &str, names: &[String], done: &str) {
        if !names.is_empty() {
            self.log
                .push(format!("{} {done}", counted(names.len(), what)));
        }
    }

    async fn device(
        &mut self,
        archive: &mut Checked,
        site: SiteId,
        device: &FoundDevice,
    ) -> Result<(), RestoreError> {
        let id = db::insert_device(self.conn, site, &device.record).await?;
        let json = archive
            .read(&format!("{}/snapshots.jsonl", device.folder))
            .await?;
        let snapshots: Vec<SnapshotRecord> = lines(&json).map_err(RestoreError::Wrong)?;
        let mut previous = None;
        for snapshot in &snapshots {
            rules::check_snapshot(snapshot).map_err(|wrong| {
                RestoreError::Wrong(format!("{}/{} {wrong}", device.folder, snapshot.file))
            })?;
            let bytes = archive
                .read(&format!("{}/{}", device.folder, snapshot.file))
                .await?;
            previous = Some(self.snapshot(id, snapshot, &bytes, previous).await?);
        }
        Ok(())
    }

    async fn snapshot(
        &mut self,
        device: DeviceId,
        record: &SnapshotRecord,
        bytes: &[u8],
        previous: Option<SnapshotId>,
    ) -> Result<SnapshotId, RestoreError> {
        let sha256 = hex::decode(&record.sha256).expect("equal to a SHA-256 that was written here");
        let new = NewSnapshot {
            device,
            batch: None,
            taken_at: record.taken_at,
            verdict: record.verdict,
            checks: &record.checks,
            fingerprint: &text::fingerprint(bytes),
            sha256: &sha256,
            export: bytes,
            line_count: i32::try_from(text::line_count(bytes)).unwrap_or(i32::MAX),
            version: record.version.as_deref(),
            model: record.model.as_deref(),
            serial: record.serial.as_deref(),
            has_secrets: record.has_secrets,
            error_menus: &record.error_menus,
        };
        Ok(db::insert_snapshot(self.conn, self.vault, (&new, record), previous).await?)
    }

    /// What the database has now, if that is what the archive has.
    async fn counted(&mut self, sites: &[SiteId], plan: &Plan) -> Result<Counts, RestoreError> {
        let written = db::count_restored(self.conn, sites).await?;
        let count = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
        let counts = Counts {
            sites: u32::try_from(sites.len()).unwrap_or(u32::MAX),
            devices: count(written.devices),
            snapshots: count(written.snapshots),
            ..plan.counts
        };
        if counts == plan.counts {
            return Ok(counts);
        }
        Err(RestoreError::Counts(format!(
            "{} devices and {} backups were written of {} and {}",
            counts.devices, counts.snapshots, plan.counts.devices, plan.counts.snapshots
        )))
    }
}

/// The slugs of the archive with those that they have here.
fn slugs(sites: &[super::tree::FoundSite], plan: &Plan) -> HashMap<String, String> {
    let pairs = sites.iter().zip(&plan.sites);
    pairs
        .map(|(site, planned)| (site.record.slug.clone(), planned.slug.clone()))
        .collect()
}
