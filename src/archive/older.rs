//! Manifests of formats that are no longer written, turned into that of now: each format has what
//! it was written as, so that what is optional now was not optional then.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::manifest::{Counts, FORMAT, FileEntry, Manifest};
use crate::model::ArchiveChoice;

/// What formats 1 and 2 have, both of RouterVault 0.1: they differ in what they count.
#[derive(Deserialize)]
struct Older<C> {
    made_with: String,
    made_at: DateTime<Utc>,
    choice: ArchiveChoice,
    counts: C,
    left_out: Vec<String>,
    files: Vec<FileEntry>,
}

#[derive(Deserialize)]
struct Counts1 {
    sites: u32,
    devices: u32,
    snapshots: u32,
    credentials: u32,
    users: u32,
}

#[derive(Deserialize)]
struct Counts2 {
    sites: u32,
    devices: u32,
    snapshots: u32,
    credentials: u32,
    users: u32,
    schedules: u32,
    maintenance_windows: u32,
    retention_rules: u32,
}

impl From<Counts1> for Counts {
    fn from(old: Counts1) -> Self {
        Self {
            sites: old.sites,
            devices: old.devices,
            snapshots: old.snapshots,
            credentials: old.credentials,
            users: old.users,
            schedules: 0,
            maintenance_windows: 0,
            retention_rules: 0,
            archive_plans: 0,
        }
    }
}

impl From<Counts2> for Counts {
    fn from(old: Counts2) -> Self {
        Self {
            sites: old.sites,
            devices: old.devices,
            snapshots: old.snapshots,
            credentials: old.credentials,
            users: old.users,
            schedules: old.schedules,
            maintenance_windows: old.maintenance_windows,
            retention_rules: old.retention_rules,
            archive_plans: 0,
        }
    }
}

impl<C: Into<Counts>> From<Older<C>> for Manifest {
    fn from(old: Older<C>) -> Self {
        Self {
            format: FORMAT,
            made_with: old.made_with,
            made_at: old.made_at,
            choice: old.choice,
            counts: old.counts.into(),
            left_out: old.left_out,
            files: old.files,
        }
    }
}

/// A manifest of format 1. It had no schedules, maintenance windows, retention rules and archive
/// plans; all else is as it was, its other files included.
pub fn parse_1(json: &[u8]) -> Result<Manifest, serde_json::Error> {
    serde_json::from_slice::<Older<Counts1>>(json).map(Manifest::from)
}

/// A manifest of format 2. It had no archive plans; all else is as it was.
pub fn parse_2(json: &[u8]) -> Result<Manifest, serde_json::Error> {
    serde_json::from_slice::<Older<Counts2>>(json).map(Manifest::from)
}
