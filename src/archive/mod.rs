//! Archives, so that data is never locked in: one zip of a site or of everything.
//!
//! ```text
//! README.txt                                        what this is, for people
//! sites/acme/site.json
//! sites/acme/gw-1/2026-11-21T020013Z_verified.rsc   the exact bytes, or masked
//! sites/acme/gw-1/snapshots.jsonl                   what is known of each
//! sites/acme/gw-1/device.json                       settings, facts, trusted host keys
//! credentials.jsonl  users.jsonl
//! schedules.jsonl  maintenance_windows.jsonl  retention_rules.jsonl  archive_plans.jsonl
//! manifest.json                                     last: counts, size and SHA-256 of each file
//! ```
//!
//! `make` writes one from the database, `check` reads one that somebody brought and believes
//! nothing, `restore` writes a checked one into the database. An archive of the configurations
//! alone, or with masked ones, is for reading: it is checked like any other, and not restored,
//! for it could not be made equal. One with secrets holds those of the credentials, too.
//!
//! Not in any: runs and batches, the audit, what people sign in with, single sign-on, alerts and
//! where they go, and how long runs are kept.

mod check;
mod file;
mod folder;
mod incoming;
mod make;
mod manifest;
mod names;
mod older;
mod pack;
mod plan;
mod readme;
mod restore;
mod rules;
mod settings;
mod tree;
mod worker;
mod writer;
mod zip_file;

pub use check::{CheckError, Checked, check, check_watched};
pub use file::{PART, WrittenFile, write_file};
pub use folder::{
    FolderError, expected_bytes, free_bytes, prepare as prepare_folder, uploaded_name,
};
pub use incoming::{Incoming, Received};
pub use make::{MakeError, Progress, Source, make};
pub use manifest::{Counts, FORMAT, FileEntry, MANIFEST, Manifest, ManifestError};
pub use pack::{entry, pack};
pub use plan::{Plan, PlannedSite, RestoreError, plan};
pub use restore::{Restored, restore};
pub use worker::Worker;
pub use writer::{WriteError, Writer};
pub use zip_file::ZipFileError;
