//! Bringing sites, devices and credentials in line with an inventory, a table at a time and
//! never row by row. Only rows that differ are written, so that applying an inventory again
//! costs three comparisons.
//!
//! Rows come as columns, for `UNNEST`: arrays of arrays it would flatten, so the tags of a row
//! are one text with commas between.

mod credentials;
mod devices;
mod sites;

pub use credentials::{CredentialRows, StoredCredential};
pub use credentials::{
    archive_credentials, insert_credentials, list_credentials, update_credentials,
};
pub use devices::{CancelledRun, cancel_runs_not_wanted};
pub use devices::{DeviceRows, archive_devices, insert_devices, update_devices};
pub use sites::{SiteRows, archive_sites, insert_sites, list_site_ids, update_sites};

use sqlx::PgConnection;

use crate::model::Origin;

/// Names the advisory lock: `inventor` in ASCII.
const LOCK_KEY: i64 = 0x696e_7665_6e74_6f72;

/// A row as it was before the file's update of it.
struct Was {
    archived: bool,
    origin: Origin,
}

/// How many rows an update wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Updated {
    /// Live rows that differed.
    pub changed: u64,
    /// Archived rows that came back.
    pub restored: u64,
    /// Those of both that were made in the browser, and are the file's from now on.
    pub taken_over: u64,
}

impl Updated {
    fn count(were: Vec<Was>) -> Self {
        let restored = were.iter().filter(|was| was.archived).count();
        let taken_over = were.iter().filter(|was| !was.origin.is_file()).count();
        Self {
            changed: (were.len() - restored) as u64,
            restored: restored as u64,
            taken_over: taken_over as u64,
        }
    }
}

/// What became of the rows that the file no longer names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// Archived.
    pub archived: u64,
    /// Needed by what was made in the browser: they stay, and are the browser's from now on.
    pub handed_over: u64,
}

impl Left {
    /// Counts rows, each by whether it stayed.
    fn count(stayed: &[bool]) -> Self {
        let handed_over = stayed.iter().filter(|stays| **stays).count();
        Self {
            archived: (stayed.len() - handed_over) as u64,
            handed_over: handed_over as u64,
        }
    }
}

/// Waits until nobody else applies an inventory or changes it in a browser; held until the
/// transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn lock(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("SELECT pg_advisory_xact_lock($1)", LOCK_KEY)
        .execute(conn)
        .await?;
    Ok(())
}
