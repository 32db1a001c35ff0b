//! The key file and the database brought together: unlocking the vault at start, and replacing
//! the master key while everything runs.
//!
//! It stands between `vault`, which knows files and no database, and `db`, which knows rows and
//! no files: what matters here is in which order the two change.

mod open;
mod rotation;

pub use open::{Standing, open, standing};
pub use rotation::{Begun, By, Committed, NextWritten, OldKept, Rotated, RowWritten, rotate};

use std::path::PathBuf;

use crate::vault::KeyFileError;

/// Why the vault does not open, or the key was not replaced.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// The key file is refused.
    #[error(transparent)]
    File(#[from] KeyFileError),
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The folder of the first key file could not be made.
    #[error("the folder {path} can not be made: {source}")]
    Folder {
        path: PathBuf,
        source: std::io::Error,
    },
    /// There is no key file for a database that is sealed.
    #[error(
        "the database is sealed with the key {wanted}, and there is no key file {path}. Put that key file back, or name it by --key-file"
    )]
    Missing { path: PathBuf, wanted: String },
    /// The key file is that of another database, or an older one.
    #[error(
        "the key file {path} holds the key {held}, and the database is sealed with {wanted}. Name the right key file by --key-file"
    )]
    Other {
        path: PathBuf,
        held: String,
        wanted: String,
    },
    /// The names of the keys agree, and yet the data key does not open.
    #[error(
        "the database's own key does not open with the key {0}, which sealed it: that row of the database was altered"
    )]
    Damaged(String),
    /// Nothing was sealed in this database yet.
    #[error("the database has no key yet; the first `serve` or `backup` makes one")]
    NoKey,
    /// The row changed, and the file could not.
    #[error(
        "the database is sealed with the new key, and {cause}. The new key is beside it, ending in `.new`; the next start puts it in place"
    )]
    NotReplaced { cause: KeyFileError },
    /// Somebody else replaces the key at this moment.
    #[error("the key is being replaced by another command; nothing was changed by this one")]
    Busy,
}
