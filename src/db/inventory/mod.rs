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
pub use credentials::{insert_credentials, list_credentials, update_credentials};
pub use devices::{CancelledRun, cancel_runs_not_wanted};
pub use devices::{DeviceRows, archive_devices, insert_devices, update_devices};
pub use sites::{SiteRows, archive_sites, insert_sites, list_site_ids, update_sites};

use sqlx::PgConnection;

/// Names the advisory lock: `inventor` in ASCII.
const LOCK_KEY: i64 = 0x696e_7665_6e74_6f72;

/// How many rows an update wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Updated {
    /// Live rows that differed.
    pub changed: u64,
    /// Archived rows that came back.
    pub restored: u64,
}

impl Updated {
    /// Counts rows, each by whether it was archived before.
    fn count(were_archived: &[bool]) -> Self {
        let restored = were_archived.iter().filter(|archived| **archived).count();
        Self {
            changed: (were_archived.len() - restored) as u64,
            restored: restored as u64,
        }
    }
}

/// Waits until no other process applies an inventory; held until the transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn lock(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("SELECT pg_advisory_xact_lock($1)", LOCK_KEY)
        .execute(conn)
        .await?;
    Ok(())
}
