//! The versions of one device, in order of time, as snapshots.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::db::importing::{self as db, Imported as Newest};
use crate::db::snapshots::{self, BodyError};
use crate::model::DeviceId;
use crate::vault::Vault;

use super::source::{ReadError, Reader, Version};
use super::version::Export;

/// What came of the versions of a device.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Snapshots that were made.
    pub added: i32,
    /// Versions that say what the one before says.
    pub unchanged: usize,
    /// Versions that an earlier import took.
    pub known: usize,
    /// What was left out: where it is from, and a sentence.
    pub left_out: Vec<(String, String)>,
}

/// Why a device could not be imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error(transparent)]
    Source(#[from] super::GitError),
    #[error(transparent)]
    Store(#[from] BodyError),
}

impl From<sqlx::Error> for ImportError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Where the versions of a device go.
pub struct Target<'a> {
    pub conn: &'a mut PgConnection,
    pub vault: &'a Vault,
    pub device: DeviceId,
    /// What is later is none.
    pub now: DateTime<Utc>,
}

/// Stores the versions of a device, which are in order of time, in the caller's transaction.
///
/// They go before everything that RouterVault fetched itself, for the newest of a history is what
/// the older ones are patches against: a version from between is left out.
///
/// # Errors
/// [`ImportError`]: nothing of the transaction is to be kept.
pub async fn import_device(
    target: Target<'_>,
    reader: &mut Reader,
    versions: &[Version],
) -> Result<Imported, ImportError> {
    let kept = db::get_kept(target.conn, target.device).await?;
    let mut history = History {
        target,
        own_since: kept.own_since,
        newest: kept.imported,
        imported: Imported::default(),
    };
    for version in versions {
        let taken = match reader.read(version).await {
            Ok(bytes) => history.take(version, bytes).await?,
            Err(ReadError::Git(error)) => return Err(error.into()),
            Err(error) => Err(error.to_string()),
        };
        if let Err(why) = taken {
            let what = format!("{} of {}", version.source, version.from);
            history.imported.left_out.push((what, why));
        }
    }
    let History {
        target, imported, ..
    } = history;
    if imported.added > 0 {
        db::mark_imported(target.conn, target.device, imported.added).await?;
    }
    Ok(imported)
}

/// The history of a device while it is added to.
struct History<'a> {
    target: Target<'a>,
    own_since: Option<DateTime<Utc>>,
    /// The newest that was imported, by this import or an earlier one.
    newest: Option<Newest>,
    imported: Imported,
}

impl History<'_> {
    /// Takes a version, or says why not.
    async fn take(
        &mut self,
        version: &Version,
        bytes: Vec<u8>,
    ) -> Result<Result<(), String>, ImportError> {
        let Some(export) = Export::read(bytes, &version.from) else {
            return Ok(Err(
                "it has no menu, so it is no export of RouterOS".to_owned()
            ));
        };
        if version.at > self.target.now {
            return Ok(Err("its time is in the future".to_owned()));
        }
        if self.own_since.is_some_and(|since| version.at >= since) {
            let why = "it is not older than what RouterVault fetched itself";
            return Ok(Err(why.to_owned()));
        }
        let Target { conn, device, .. } = &mut self.target;
        match &mut self.newest {
            Some(newest) if version.at <= newest.last_seen_at => {
                let is_known =
                    db::is_imported(conn, *device, &export.fingerprint, version.at).await?;
                if !is_known {
                    let why = "it is older than what was imported before";
                    return Ok(Err(why.to_owned()));
                }
                self.imported.known += 1;
            }
            Some(newest) if newest.fingerprint == export.fingerprint => {
                snapshots::mark_seen(conn, *device, newest.id, version.at).await?;
                newest.last_seen_at = version.at;
                self.imported.unchanged += 1;
            }
            _ => self.insert(&export, version.at).await?,
        }
        Ok(Ok(()))
    }

    async fn insert(&mut self, export: &Export, at: DateTime<Utc>) -> Result<(), ImportError> {
        let Target {
            conn,
            vault,
            device,
            ..
        } = &mut self.target;
        let previous = self.newest.as_ref().map(|newest| newest.id);
        let new = export.snapshot(*device, at);
        let id = snapshots::insert(conn, vault, &new, previous).await?;
        self.imported.added += 1;
        self.newest = Some(Newest {
            id,
            last_seen_at: at,
            fingerprint: export.fingerprint.clone(),
        });
        Ok(())
    }
}
