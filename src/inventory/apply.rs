//! An inventory becomes what the database says, and the database keeps what left it. What was made
//! in the browser stays as it is, unless the file names it too: then the file has the say.
//!
//! Everything happens in the caller's transaction, so that nothing is ever half applied, and
//! only what differs is written, so that applying at every start costs next to nothing.

use std::collections::{BTreeSet, HashMap};

use sqlx::PgConnection;

use super::apply_archives::apply_archives;
use super::apply_retention::apply_retention;
use super::apply_schedules::{apply_schedules, apply_windows};
use super::{Credential, Inventory, Site};
use crate::db::inventory as db;
use crate::db::schedules::resolve;
use crate::model::{BatchId, CredentialId, SiteId};
use crate::vault::{Vault, credential_context};

/// How many rows of one table were written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// New ones.
    pub added: u64,
    /// Live ones that differed.
    pub changed: u64,
    /// Archived ones that came back.
    pub restored: u64,
    /// Ones of the file that left it.
    pub archived: u64,
    /// Those that were made in the browser and are in the file now, which has the say from now on;
    /// counted as changed or restored, too.
    pub taken_over: u64,
    /// Ones of the file that left it and are not kept: schedules, maintenance windows, rules of
    /// retention and archive plans.
    pub deleted: u64,
    /// Ones that left the file and are needed by what was made in the browser, where they are
    /// managed from now on.
    pub handed_over: u64,
}

impl Counts {
    /// `3 added, 1 archived`; empty when no row was written.
    fn in_words(self) -> String {
        let told = [
            (self.added, "added"),
            (self.changed, "changed"),
            (self.restored, "restored"),
            (self.archived, "archived"),
            (self.deleted, "deleted"),
            (self.handed_over, "managed in the browser from now on"),
        ];
        let told = told.iter().filter(|(count, _)| *count > 0);
        let told: Vec<String> = told
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        told.join(", ")
    }
}

/// What applying an inventory did; all zero when the database said the same already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    /// Rows of `sites`.
    pub sites: Counts,
    /// Rows of `devices`.
    pub devices: Counts,
    /// Rows of `credentials`.
    pub credentials: Counts,
    /// Rows of `schedules`.
    pub schedules: Counts,
    /// Rows of `maintenance_windows`.
    pub windows: Counts,
    /// Rows of `retention_rules`.
    pub retention: Counts,
    /// Rows of `archive_plans`.
    pub archives: Counts,
    /// Queued runs of devices that are archived or disabled now.
    pub runs_cancelled: usize,
    /// The batches of those runs, for [`mark_finished`](crate::db::batches::mark_finished)
    /// after the commit.
    pub batches: Vec<BatchId>,
}

impl Applied {
    /// `devices: 3 added, 1 archived; credentials: 1 changed`; empty when the database said the
    /// same already.
    #[must_use]
    pub fn in_words(&self) -> String {
        let tables = [
            ("sites", self.sites),
            ("devices", self.devices),
            ("credentials", self.credentials),
            ("schedules", self.schedules),
            ("maintenance windows", self.windows),
            ("rules of retention", self.retention),
            ("archive plans", self.archives),
        ];
        let told = tables.map(|(what, counts)| (what, counts.in_words()));
        let told = told.iter().filter(|(_, words)| !words.is_empty());
        let told: Vec<String> = told
            .map(|(what, words)| format!("{what}: {words}"))
            .collect();
        told.join("; ")
    }
}

/// Why an inventory could not be applied; the caller rolls back.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// A device names a credential that the inventory does not have. One that was read from a
    /// file never does.
    #[error("the device {site}/{device} names the credential `{credential}`, which is not there")]
    NoSuchCredential {
        /// The site's slug.
        site: String,
        /// The device's name.
        device: String,
        /// What it names.
        credential: String,
    },
    /// The database failed.
    #[error("the inventory could not be stored: {0}")]
    Database(#[from] sqlx::Error),
}

/// Brings the database in line with `inventory`. `conn` is in a transaction of the caller's,
/// which is rolled back on an error; several processes may apply at once, one waits for the
/// other.
///
/// # Errors
/// See [`ApplyError`].
pub async fn apply(
    conn: &mut PgConnection,
    inventory: &Inventory,
    vault: &Vault,
) -> Result<Applied, ApplyError> {
    db::lock(conn).await?;
    let mut credentials = apply_credentials(conn, &inventory.credentials, vault).await?;
    let sites = apply_sites(conn, &inventory.sites).await?;
    let devices = apply_devices(conn, inventory).await?;
    // Only now are the devices gone that used those that left.
    let names: Vec<&str> = inventory
        .credentials
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    let left = db::archive_credentials(conn, &names).await?;
    (credentials.archived, credentials.handed_over) = (left.archived, left.handed_over);
    let schedules = apply_schedules(conn, &inventory.schedules).await?;
    let windows = apply_windows(conn, &inventory.windows).await?;
    resolve(conn).await?;
    let site_ids = db::list_site_ids(conn).await?.into_iter().collect();
    let retention = apply_retention(conn, &inventory.retention, &site_ids).await?;
    let archives = apply_archives(conn, &inventory.archives).await?;
    let cancelled = db::cancel_runs_not_wanted(conn).await?;
    let batches: BTreeSet<i64> = cancelled.iter().map(|run| run.batch.0).collect();
    Ok(Applied {
        sites,
        devices,
        credentials,
        schedules,
        windows,
        retention,
        archives,
        runs_cancelled: cancelled.len(),
        batches: batches.into_iter().map(BatchId).collect(),
    })
}

async fn apply_credentials(
    conn: &mut PgConnection,
    wanted: &[Credential],
    vault: &Vault,
) -> Result<Counts, sqlx::Error> {
    let stored = db::list_credentials(conn).await?;
    let stored: HashMap<&str, &db::StoredCredential> =
        stored.iter().map(|row| (row.name.as_str(), row)).collect();
    let (mut new, mut changed) = (db::CredentialRows::default(), db::CredentialRows::default());
    let mut counts = Counts::default();
    for credential in wanted {
        let rows = match stored.get(credential.name.as_str()) {
            None => &mut new,
            Some(stored) if differs(stored, credential, vault) => {
                counts.restored += u64::from(stored.is_archived);
                counts.taken_over += u64::from(!stored.origin.is_file());
                &mut changed
            }
            Some(_) => continue,
        };
        let plain = credential.secret.to_sealable_bytes();
        rows.names.push(&credential.name);
        rows.usernames.push(&credential.username);
        rows.public_keys.push(credential.public_key.as_deref());
        rows.sealed
            .push(vault.seal(&credential_context(&credential.name), &plain));
    }
    counts.added = db::insert_credentials(conn, &new).await?;
    let updated = db::update_credentials(conn, &changed).await?;
    counts.changed = updated - counts.restored;
    Ok(counts)
}

/// Sealing the same secret twice gives different bytes, so the stored one is opened.
fn differs(stored: &db::StoredCredential, wanted: &Credential, vault: &Vault) -> bool {
    if stored.is_archived || !stored.origin.is_file() || stored.public_key != wanted.public_key {
        return true;
    }
    match vault.open(&credential_context(&stored.name), &stored.sealed) {
        Ok(plain) => {
            stored.username != wanted.username || plain != wanted.secret.to_sealable_bytes()
        }
        Err(error) => {
            tracing::warn!(
                credential = stored.name,
                %error,
                "A stored credential does not open; it is written anew from the inventory"
            );
            true
        }
    }
}

async fn apply_sites(conn: &mut PgConnection, sites: &[Site]) -> Result<Counts, sqlx::Error> {
    let mut rows = db::SiteRows::default();
    for site in sites {
        rows.slugs.push(&site.slug);
        rows.names.push(&site.name);
        rows.timezones.push(site.timezone.name());
        rows.tags.push(site.tags.join(","));
    }
    let updated = db::update_sites(conn, &rows).await?;
    let added = db::insert_sites(conn, &rows).await?;
    let left = db::archive_sites(conn, &rows.slugs).await?;
    Ok(Counts {
        added,
        changed: updated.changed,
        restored: updated.restored,
        archived: left.archived,
        deleted: 0,
        taken_over: updated.taken_over,
        handed_over: left.handed_over,
    })
}

async fn apply_devices(
    conn: &mut PgConnection,
    inventory: &Inventory,
) -> Result<Counts, ApplyError> {
    let sites = db::list_site_ids(conn).await?.into_iter().collect();
    let credentials = db::list_credentials(conn).await?;
    let credentials = credentials.into_iter().map(|row| (row.name, row.id));
    let rows = device_rows(inventory, &sites, &credentials.collect())?;
    let updated = db::update_devices(conn, &rows).await?;
    Ok(Counts {
        changed: updated.changed,
        restored: updated.restored,
        taken_over: updated.taken_over,
        added: db::insert_devices(conn, &rows).await?,
        archived: db::archive_devices(conn, &rows).await?,
        deleted: 0,
        handed_over: 0,
    })
}

fn device_rows<'a>(
    inventory: &'a Inventory,
    sites: &HashMap<String, SiteId>,
    credentials: &HashMap<String, CredentialId>,
) -> Result<db::DeviceRows<'a>, ApplyError> {
    let mut rows = db::DeviceRows::default();
    for site in &inventory.sites {
        let site_id = sites
            .get(&site.slug)
            .expect("every wanted site was just written");
        for device in &site.devices {
            let credential_id = credentials.get(&device.credential);
            let credential_id = credential_id.ok_or_else(|| ApplyError::NoSuchCredential {
                site: site.slug.clone(),
                device: device.name.clone(),
                credential: device.credential.clone(),
            })?;
            rows.site_ids.push(site_id.0);
            rows.names.push(&device.name);
            rows.addresses.push(&device.address);
            rows.ports.push(device.port.into());
            rows.platforms.push(device.platform.as_str());
            rows.credential_ids.push(credential_id.0);
            rows.tags.push(device.tags.join(","));
            rows.enabled.push(device.enabled);
            rows.legacy_ssh.push(device.legacy_ssh);
            rows.connect_timeout_secs
                .push(seconds(device.connect_timeout_secs));
            rows.export_timeout_secs
                .push(seconds(device.export_timeout_secs));
        }
    }
    Ok(rows)
}

/// Deadlines end at a day, far below what the column holds.
fn seconds(secs: u32) -> i32 {
    secs.try_into().unwrap_or(i32::MAX)
}
