//! What a restore of a checked archive would make here, or why it is refused: looked at before
//! anybody says yes, and once more in the transaction that writes.

use std::collections::BTreeSet;

use sqlx::PgConnection;

use super::check::{CheckError, Checked};
use super::manifest::Counts;
use super::rules;
use super::settings::{self, PlannedSettings, SettingsValues};
use crate::db::archives::{self as db, Existing};
use crate::db::snapshots::BodyError;
use crate::model::Target;
use crate::plural::counted;

/// Why an archive was not restored; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// It is no longer what was checked.
    #[error(transparent)]
    Check(#[from] CheckError),
    /// It lacks what a restore needs.
    #[error(
        "This archive is for reading and can not be restored: {0}. Make one of everything, with \
         secrets."
    )]
    ForReading(&'static str),
    /// The name of the only site of the archive is there.
    #[error(
        "Nothing was restored: there is a site {0} already, archived or not, and what is there is \
         never merged with what an archive holds. Restore it under another name."
    )]
    Taken(String),
    /// The name of one of its sites is there, and only the only one can get another.
    #[error(
        "Nothing was restored: there is a site {0} already, archived or not, and what is there is \
         never merged with what an archive holds. An archive of several sites is restored where \
         none of them is; to bring one site back, restore an archive of that site."
    )]
    OneTaken(String),
    /// Another name for an archive of several sites.
    #[error("This archive has {0} sites: only one of a single site can get another name.")]
    SeveralSites(usize),
    /// A value that could not have been typed here either.
    #[error("This archive can not be restored: {0}.")]
    Wrong(String),
    /// What was written is not what the archive holds.
    #[error("Nothing was restored: {0}.")]
    Counts(String),
    #[error("Nothing was restored: the database failed: {0}")]
    Database(#[from] sqlx::Error),
    #[error("Nothing was restored: {0}")]
    Body(#[from] BodyError),
}

/// What a restore would do.
#[derive(Debug)]
pub struct Plan {
    pub sites: Vec<PlannedSite>,
    pub counts: Counts,
    /// Credentials that are made, and that are there and stay as they are.
    pub new_credentials: Vec<String>,
    pub kept_credentials: Vec<String>,
    /// People who are made without access, and who are there and stay as they are.
    pub new_users: Vec<String>,
    pub kept_users: Vec<String>,
    /// Schedules, maintenance windows, retention rules and archive plans.
    pub settings: PlannedSettings,
    /// What the archive itself says that it lacks.
    pub left_out: Vec<String>,
}

impl Plan {
    /// What would be made and what stays, a line each.
    #[must_use]
    pub fn in_words(&self) -> Vec<String> {
        let sites = self.sites.iter().map(|site| {
            let devices = counted(site.devices, "device");
            let backups = counted(site.snapshots as usize, "backup");
            format!(
                "site {} ({}) would be made: {devices}, {backups}",
                site.slug, site.name
            )
        });
        let named = |names: &[String], what: &str, end: &str| {
            let many = names.join(", ");
            (!names.is_empty()).then(|| format!("{} {end}: {many}", counted(names.len(), what)))
        };
        let made = "would be made";
        let kept = "would stay as here";
        let others = [
            named(&self.new_credentials, "credential", made),
            named(&self.kept_credentials, "credential", kept),
            named(&self.new_users, "user", "would be made without access"),
            named(&self.kept_users, "user", kept),
        ];
        let lacks = self
            .left_out
            .iter()
            .map(|sentence| format!("lacking in it: {sentence}"));
        sites
            .chain(others.into_iter().flatten())
            .chain(self.settings.in_words())
            .chain(lacks)
            .collect()
    }
}

/// A site that would be made.
#[derive(Debug)]
pub struct PlannedSite {
    /// As it would be here.
    pub slug: String,
    pub name: String,
    pub devices: usize,
    pub snapshots: u32,
}

/// What would be made of an archive, under `new_slug` if that is given.
///
/// # Errors
/// Why it would be refused.
pub async fn plan(
    conn: &mut PgConnection,
    archive: &Checked,
    new_slug: Option<&str>,
) -> Result<Plan, RestoreError> {
    if !archive.manifest.choice.is_restorable() {
        return Err(RestoreError::ForReading(
            "settings or secrets are left out of it",
        ));
    }
    if new_slug.is_some() && archive.sites.len() != 1 {
        return Err(RestoreError::SeveralSites(archive.sites.len()));
    }
    rules::check(archive, new_slug).map_err(RestoreError::Wrong)?;
    let settings = settings_of(archive, new_slug)?;
    let slugs: Vec<String> = archive
        .sites
        .iter()
        .map(|site| slug(&site.record.slug, new_slug))
        .collect();
    let credentials: Vec<String> = archive
        .credentials
        .iter()
        .map(|one| one.name.clone())
        .collect();
    let people: Vec<String> = archive.users.iter().map(|one| one.name.clone()).collect();
    let existing = db::get_existing(conn, &slugs, &credentials, &people).await?;
    if let Some(taken) = existing.sites.first() {
        let taken = taken.clone();
        return Err(match slugs.len() {
            1 => RestoreError::Taken(taken),
            _ => RestoreError::OneTaken(taken),
        });
    }
    let settings = settings::plan(conn, settings).await?;
    let Existing {
        credentials: kept,
        users,
        ..
    } = existing;
    let kept: BTreeSet<String> = kept.into_iter().collect();
    let users: BTreeSet<String> = users.into_iter().collect();
    let (kept_credentials, new_credentials) = credentials
        .into_iter()
        .partition(|name| kept.contains(name));
    let (kept_users, new_users) = people
        .into_iter()
        .partition(|name| users.contains(&name.to_lowercase()));
    let sites = archive
        .sites
        .iter()
        .zip(slugs)
        .map(|(site, slug)| PlannedSite {
            slug,
            name: site.record.name.clone(),
            devices: site.devices.len(),
            snapshots: site.devices.iter().map(|device| device.snapshots).sum(),
        });
    Ok(Plan {
        sites: sites.collect(),
        counts: archive.manifest.counts,
        new_credentials,
        kept_credentials,
        new_users,
        kept_users,
        settings,
        left_out: archive.manifest.left_out.clone(),
    })
}

/// What is set in the archive, for sites as they would be called here.
fn settings_of(archive: &Checked, new_slug: Option<&str>) -> Result<SettingsValues, RestoreError> {
    let mut there = BTreeSet::new();
    for site in &archive.sites {
        let slug = &site.record.slug;
        let devices = site.devices.iter().map(|device| device.record.name.clone());
        there.extend(devices.map(|name| Target::Device(slug.clone(), name)));
        there.insert(Target::Site(slug.clone()));
    }
    let values = SettingsValues::check(&archive.settings, &there).map_err(RestoreError::Wrong)?;
    Ok(match (new_slug, archive.sites.first()) {
        (Some(new), Some(site)) => values.moved(&site.record.slug, new),
        _ => values,
    })
}

fn slug(own: &str, new: Option<&str>) -> String {
    new.unwrap_or(own).to_owned()
}
