//! What the files of an archive say together: put together file by file in any order, and looked at
//! as a whole at the end. Nothing that is written later is believed from here without it.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;

use super::manifest::{Counts, Manifest};
use super::settings::{ARCHIVE_PLANS, RETENTION_RULES, SCHEDULES, Settings, WINDOWS};
use crate::db::archives::records::{
    CredentialRecord, DeviceRecord, SiteRecord, SnapshotRecord, UserRecord,
};
use crate::model::{ArchivedSecrets, Contents};

/// What a path of an archive is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind<'a> {
    Readme,
    Credentials,
    Users,
    Schedules,
    Windows,
    RetentionRules,
    ArchivePlans,
    /// Of the site of this folder.
    Site(&'a str),
    /// Of the device of this folder.
    Device(&'a str),
    Snapshots(&'a str),
    /// A file of the device of this folder.
    Configuration(&'a str, &'a str),
}

impl<'a> Kind<'a> {
    /// `None` for a file that no archive has.
    pub fn of(path: &'a str) -> Option<Self> {
        let folder = |name: &str| path.get(..path.len() - name.len() - 1);
        let parts: Vec<&str> = path.split('/').collect();
        match parts.as_slice() {
            ["README.txt"] => Some(Self::Readme),
            ["credentials.jsonl"] => Some(Self::Credentials),
            ["users.jsonl"] => Some(Self::Users),
            [SCHEDULES] => Some(Self::Schedules),
            [WINDOWS] => Some(Self::Windows),
            [RETENTION_RULES] => Some(Self::RetentionRules),
            [ARCHIVE_PLANS] => Some(Self::ArchivePlans),
            ["sites", _, name @ "site.json"] => folder(name).map(Self::Site),
            ["sites", _, _, name @ "device.json"] => folder(name).map(Self::Device),
            ["sites", _, _, name @ "snapshots.jsonl"] => folder(name).map(Self::Snapshots),
            ["sites", _, _, name] if name.ends_with(".rsc") => {
                Some(Self::Configuration(folder(name)?, name))
            }
            _ => None,
        }
    }
}

/// A site of an archive with its devices, by folder.
#[derive(Debug)]
pub struct FoundSite {
    pub record: SiteRecord,
    pub devices: Vec<FoundDevice>,
}

/// A device of an archive.
#[derive(Debug)]
pub struct FoundDevice {
    pub folder: String,
    pub record: DeviceRecord,
    /// How many snapshots it has.
    pub snapshots: u32,
}

/// What was read of an archive so far.
#[derive(Default)]
pub struct Tree {
    sites: BTreeMap<String, SiteRecord>,
    devices: BTreeMap<String, DeviceRecord>,
    /// By folder: the files that the records name, with the SHA-256 of the exact bytes.
    named: BTreeMap<String, BTreeMap<String, String>>,
    /// By folder: the files that are there, with their SHA-256.
    there: BTreeMap<String, BTreeMap<String, String>>,
    pub credentials: Vec<CredentialRecord>,
    pub users: Vec<UserRecord>,
    pub settings: Settings,
}

impl Tree {
    /// Takes a file whose SHA-256 is right.
    ///
    /// # Errors
    /// The end of a sentence that begins with the path.
    pub fn take(&mut self, kind: Kind<'_>, bytes: &[u8], sha256: &str) -> Result<(), String> {
        match kind {
            Kind::Readme => {}
            Kind::Credentials => self.credentials = lines(bytes)?,
            Kind::Users => self.users = lines(bytes)?,
            Kind::Schedules => self.settings.schedules = lines(bytes)?,
            Kind::Windows => self.settings.windows = lines(bytes)?,
            Kind::RetentionRules => self.settings.retention = lines(bytes)?,
            Kind::ArchivePlans => self.settings.plans = lines(bytes)?,
            Kind::Site(folder) => {
                self.sites.insert(folder.to_owned(), one(bytes)?);
            }
            Kind::Device(folder) => {
                self.devices.insert(folder.to_owned(), one(bytes)?);
            }
            Kind::Snapshots(folder) => self.take_snapshots(folder, bytes)?,
            Kind::Configuration(folder, name) => {
                let files = self.there.entry(folder.to_owned()).or_default();
                files.insert(name.to_owned(), sha256.to_owned());
            }
        }
        Ok(())
    }

    fn take_snapshots(&mut self, folder: &str, bytes: &[u8]) -> Result<(), String> {
        let files = self.named.entry(folder.to_owned()).or_default();
        for snapshot in lines::<SnapshotRecord>(bytes)? {
            if files.contains_key(&snapshot.file) {
                return Err(format!(
                    "names {} twice",
                    crate::visible::text(&snapshot.file)
                ));
            }
            files.insert(snapshot.file, snapshot.sha256);
        }
        Ok(())
    }

    /// The sites, once everything fits together and the counts of the manifest are right; none for
    /// an archive of configurations alone.
    ///
    /// # Errors
    /// A sentence without its full stop.
    pub fn finish(&self, manifest: &Manifest) -> Result<Vec<FoundSite>, String> {
        let found = match manifest.choice.contents {
            Contents::Everything => {
                self.check_files(manifest.choice.secrets)?;
                self.sites()?
            }
            Contents::Configurations => Vec::new(),
        };
        let counts = self.counts(manifest.choice.contents);
        if counts == manifest.counts {
            Ok(found)
        } else {
            Err(format!(
                "its counts are wrong: it says {}, and has {}",
                told(manifest.counts),
                told(counts)
            ))
        }
    }

    fn counts(&self, contents: Contents) -> Counts {
        let files: usize = self.there.values().map(BTreeMap::len).sum();
        let parent = |folder: &String| folder.rsplit_once('/').map(|(parent, _)| parent.to_owned());
        let (sites, devices) = match contents {
            Contents::Everything => (self.sites.len(), self.devices.len()),
            Contents::Configurations => {
                let sites: BTreeSet<_> = self.there.keys().filter_map(parent).collect();
                (sites.len(), self.there.len())
            }
        };
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Counts {
            sites: number(sites),
            devices: number(devices),
            snapshots: number(files),
            credentials: number(self.credentials.len()),
            users: number(self.users.len()),
            schedules: number(self.settings.schedules.len()),
            maintenance_windows: number(self.settings.windows.len()),
            retention_rules: number(self.settings.retention.len()),
            archive_plans: number(self.settings.plans.len()),
        }
    }

    /// Whether each file has its record and the reverse.
    fn check_files(&self, secrets: ArchivedSecrets) -> Result<(), String> {
        for (folder, files) in &self.there {
            let named = self.named.get(folder);
            for (name, sha256) in files {
                let recorded = named.and_then(|named| named.get(name));
                let Some(recorded) = recorded else {
                    return Err(format!("nothing is known of {folder}/{name}"));
                };
                if secrets == ArchivedSecrets::Exact && recorded != sha256 {
                    return Err(format!("{folder}/{name} is not what was recorded of it"));
                }
            }
        }
        for (folder, named) in &self.named {
            let there = self.there.get(folder).map_or(0, BTreeMap::len);
            if there != named.len() {
                return Err(format!("{folder} lacks files that its records name"));
            }
        }
        Ok(())
    }

    fn sites(&self) -> Result<Vec<FoundSite>, String> {
        if let Some(folder) = self
            .named
            .keys()
            .find(|folder| !self.devices.contains_key(*folder))
        {
            return Err(format!("{folder} has backups and no device"));
        }
        let mut found: BTreeMap<&str, FoundSite> = BTreeMap::new();
        let mut slugs = BTreeSet::new();
        for (folder, record) in &self.sites {
            if !slugs.insert(&record.slug) {
                return Err(format!(
                    "the site {} is in it twice",
                    crate::visible::text(&record.slug)
                ));
            }
            let (record, devices) = (record.clone(), Vec::new());
            found.insert(folder, FoundSite { record, devices });
        }
        let mut names = BTreeSet::new();
        for (folder, record) in &self.devices {
            let site = folder
                .rsplit_once('/')
                .and_then(|(parent, _)| found.get_mut(parent));
            let site = site.filter(|site| site.record.slug == record.site);
            let Some(site) = site else {
                return Err(format!("{folder} is a device of another site"));
            };
            if !names.insert((&record.site, &record.name)) {
                return Err(format!("{folder} is in it twice"));
            }
            let Some(snapshots) = self.named.get(folder) else {
                return Err(format!("{folder}/snapshots.jsonl is missing"));
            };
            site.devices.push(FoundDevice {
                folder: folder.clone(),
                record: record.clone(),
                snapshots: u32::try_from(snapshots.len()).unwrap_or(u32::MAX),
            });
        }
        Ok(found.into_values().collect())
    }
}

fn told(counts: Counts) -> String {
    let Counts {
        sites,
        devices,
        snapshots,
        credentials,
        users,
        schedules,
        maintenance_windows,
        retention_rules,
        archive_plans,
    } = counts;
    format!(
        "{sites} sites, {devices} devices, {snapshots} backups, {credentials} credentials, {users} users, \
         {schedules} schedules, {maintenance_windows} maintenance windows, {retention_rules} retention rules \
         and {archive_plans} archive plans"
    )
}

/// The record of a file. What does not fit is not quoted: it may be a secret.
fn one<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    serde_json::from_slice(bytes)
        .map_err(|error| format!("can not be read at line {}", error.line()))
}

/// The records of a file, one a line.
pub fn lines<T: DeserializeOwned>(bytes: &[u8]) -> Result<Vec<T>, String> {
    let whole = bytes.is_empty() || bytes.ends_with(b"\n");
    let lines = bytes
        .split(|&byte| byte == b'\n')
        .filter(|line| !line.is_empty());
    let read = lines.enumerate().map(|(number, line)| {
        serde_json::from_slice(line).map_err(|_| format!("can not be read at line {}", number + 1))
    });
    if whole {
        read.collect()
    } else {
        Err("has an unfinished last line".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_archives_are_known() {
        assert_eq!(
            Kind::of("sites/acme/site.json"),
            Some(Kind::Site("sites/acme"))
        );
        assert_eq!(
            Kind::of("sites/acme/gw-1/a.rsc"),
            Some(Kind::Configuration("sites/acme/gw-1", "a.rsc"))
        );
        for path in [
            "sites/acme",
            "x",
            "sites/a/b/c/d.rsc",
            "sites/a/b/x.txt",
            "manifest.json",
        ] {
            assert_eq!(Kind::of(path), None, "{path}");
        }
    }

    #[test]
    fn a_line_that_can_not_be_read_is_named_and_not_quoted() {
        let wrong = lines::<CredentialRecord>(b"{\"secret\":\"swordfish\"}\n").unwrap_err();
        assert_eq!(wrong, "can not be read at line 1");
        assert!(lines::<u32>(b"1\n2").is_err());
        assert_eq!(lines::<u32>(b"1\n2\n").unwrap(), [1, 2]);
    }
}
