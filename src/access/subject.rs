//! What the audit calls the things that somebody does something to, in one place, so that a search
//! in it finds all that was done to one of them.

use crate::model::{BatchId, RunId, SnapshotId};

/// A snapshot: `acme/gw-1, backup 17`.
#[must_use]
pub fn backup(site: &str, device: &str, id: SnapshotId) -> String {
    format!("{site}/{device}, backup {id}")
}

/// A run: `acme/gw-1, run 9`.
#[must_use]
pub fn run(site: &str, device: &str, id: RunId) -> String {
    format!("{site}/{device}, run {id}")
}

/// A batch: `batch 4`.
#[must_use]
pub fn batch(id: BatchId) -> String {
    format!("batch {id}")
}
