//! One site, device or credential made, changed, archived or brought back, in the caller's
//! transaction. Each waits for whoever else changes the inventory, so that what it checks is still
//! so when it writes.

mod credentials;
mod devices;
mod sites;
mod users;

pub use credentials::{
    archive_credential, create_credential, restore_credential, update_credential,
};
pub use devices::{archive_device, create_device, restore_device, update_device};
pub use sites::{archive_site, create_site, restore_site, update_site};
pub(super) use users::{LAST_ADMINISTRATOR, OWN_ROLE};
pub use users::{archive_user, create_user, get_mendable, restore_user, update_user};

use std::collections::BTreeSet;

use serde::Serialize;
use sqlx::PgConnection;

use super::problems::Problems;
use super::text::{Difference, stamp};
use crate::db::inventory;
use crate::db::managing::{StoredCredential, StoredDevice, StoredSite};
use crate::model::{BatchId, Origin, SiteId};

/// What was done, for the audit and for what follows the commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The site that it was about; `None`: none, or several.
    pub site: Option<SiteId>,
    /// On what: `device acme/gw-1`.
    pub subject: String,
    /// What about it, in words; without any secret.
    pub detail: String,
    /// The batches of runs that were cancelled by it, for
    /// [`mark_finished`](crate::db::batches::mark_finished) after the commit.
    pub batches: Vec<BatchId>,
}

/// Why nothing was done; the caller rolls back.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// It is not there.
    #[error("it is not there")]
    Gone,
    /// It comes from the inventory file.
    #[error("it comes from the inventory file")]
    InFile,
    /// It is archived, or is not archived and was to be restored.
    #[error("it is archived, or was restored already")]
    OtherState,
    /// Somebody changed it since the form was filled.
    #[error("it was changed meanwhile")]
    Meanwhile,
    /// Devices use it.
    #[error("devices use it")]
    InUse,
    /// What it needs is archived: its site or its credential.
    #[error("its site or its credential is archived")]
    NeedsArchived,
    /// Nobody does this to themselves.
    #[error("nobody does this to themselves")]
    Yourself,
    /// Nobody could manage anything after it.
    #[error("this is the last administrator")]
    LastAdministrator,
    /// Rules of alerts lead to it.
    #[error("rules lead to it")]
    RulesLeadHere,
    /// There is always one of it: the schedule for everything.
    #[error("it is always there")]
    AlwaysThere,
    /// The provider of single sign-on says what they may do.
    #[error("they sign in by single sign-on")]
    Elsewhere,
    /// The fields are wrong.
    #[error("{} fields are wrong", .0.count())]
    Wrong(Problems),
    /// A stored secret does not open.
    #[error("the stored secret of the credential does not open")]
    Sealed(#[from] crate::vault::VaultError),
    /// The database failed.
    #[error("it could not be stored: {0}")]
    Database(#[from] sqlx::Error),
}

impl From<Problems> for Refused {
    fn from(problems: Problems) -> Self {
        Self::Wrong(problems)
    }
}

/// What all of them have.
trait Record: Serialize {
    fn origin(&self) -> Origin;
    fn is_archived(&self) -> bool;
}

macro_rules! records {
    ($($name:ident),+) => {$(
        impl Record for $name {
            fn origin(&self) -> Origin {
                self.origin
            }

            fn is_archived(&self) -> bool {
                self.is_archived
            }
        }
    )+};
}

records!(StoredSite, StoredDevice, StoredCredential);

/// Whether a person may write this record: it is there, not archived, and not the file's.
fn check_writable<R: Record>(record: Option<R>) -> Result<R, Refused> {
    let record = record.ok_or(Refused::Gone)?;
    if record.is_archived() {
        return Err(Refused::OtherState);
    }
    if record.origin().is_file() {
        return Err(Refused::InFile);
    }
    Ok(record)
}

/// Whether this is the record that a form was filled from.
fn check_stamp(record: &impl Record, seen: &str) -> Result<(), Refused> {
    if stamp(record) == seen {
        Ok(())
    } else {
        Err(Refused::Meanwhile)
    }
}

/// Whether this record is archived, and so can be restored; the file no longer names it.
fn check_archived<R: Record>(record: Option<R>) -> Result<R, Refused> {
    let record = record.ok_or(Refused::Gone)?;
    if record.is_archived() {
        Ok(record)
    } else {
        Err(Refused::OtherState)
    }
}

/// What changed, in words.
pub(super) fn in_words(differences: &[Difference]) -> String {
    let word = |one: &Difference| format!("{} from `{}` to `{}`", one.field, one.before, one.after);
    let words: Vec<String> = differences.iter().map(word).collect();
    if words.is_empty() {
        "nothing changed".to_owned()
    } else {
        words.join(", ")
    }
}

/// Cancels the queued runs of what is archived or disabled now, and gives their batches.
pub(super) async fn cancel_runs(conn: &mut PgConnection) -> Result<Vec<BatchId>, sqlx::Error> {
    let cancelled = inventory::cancel_runs_not_wanted(conn).await?;
    let batches: BTreeSet<i64> = cancelled.iter().map(|run| run.batch.0).collect();
    Ok(batches.into_iter().map(BatchId).collect())
}
