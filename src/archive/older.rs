//! Manifests of formats that are no longer written, turned into that of now: each format has what
//! it was written as, so that what is optional now was not optional then.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::manifest::{Counts, FORMAT, FileEntry, Manifest};
use crate::model::ArchiveChoice;

/// Format 1, of RouterVault 0.1.
#[derive(Deserialize)]
struct Manifest1 {
    made_with: String,
    made_at: DateTime<Utc>,
    choice: ArchiveChoice,
    counts: Counts1,
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

/// A manifest of format 1. It had no schedules, maintenance windows and retention rules; all else
/// is as it was, its other files included.
pub fn parse_1(json: &[u8]) -> Result<Manifest, serde_json::Error> {
    let old: Manifest1 = serde_json::from_slice(json)?;
    let counts = Counts {
        sites: old.counts.sites,
        devices: old.counts.devices,
        snapshots: old.counts.snapshots,
        credentials: old.counts.credentials,
        users: old.counts.users,
        schedules: 0,
        maintenance_windows: 0,
        retention_rules: 0,
    };
    Ok(Manifest {
        format: FORMAT,
        made_with: old.made_with,
        made_at: old.made_at,
        choice: old.choice,
        counts,
        left_out: old.left_out,
        files: old.files,
    })
}
