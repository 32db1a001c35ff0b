//! Replacing the master key. Only the wrapping of the data key changes, so whoever holds the
//! data key in memory goes on as before, and no body is touched.
//!
//! Each step is a type that the next one consumes, so that there is one order, and a test can
//! stop after each. Killed after any of them, a file that fits the row is there: before the
//! commit the old key file, from then on the new one beside it, which the next start puts in its
//! place.
//!
//! This ends what can be done with a key file that was copied *and* a dump that is made from now
//! on. Who had the old key and the database before may have the data key, which stays.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use sqlx::{Connection as _, PgConnection, PgTransaction};

use crate::db::audit::{self, Actor, Entry};
use crate::db::vault_keys::{self, Locked, VaultKey};
use crate::model::AuditAction;
use crate::vault::{KeyPlace, MasterKey, RotationLock, Vault};

use super::KeyringError;

/// What a rotation came to.
#[derive(Debug)]
pub struct Rotated {
    /// The ids of the keys, as `key show` prints them.
    pub old_id: String,
    pub new_id: String,
    /// Where the old key file was kept.
    pub kept: PathBuf,
}

/// Who rotates, and when: for the audit.
#[derive(Debug)]
pub struct By {
    pub user_name: String,
    pub at: DateTime<Utc>,
}

/// Replaces the master key, in all its steps.
///
/// # Errors
/// [`KeyringError`]. But for [`KeyringError::NotReplaced`], and a commit that was not answered,
/// nothing changed.
pub async fn rotate(
    conn: &mut PgConnection,
    place: &KeyPlace,
    by: &By,
) -> Result<Rotated, KeyringError> {
    let begun = Begun::new(conn, place).await?;
    let next_written = begun.keep_old()?.write_next()?;
    let committed = next_written.write_row(by).await?.commit().await?;
    committed.replace_file()
}

/// Nobody else can replace the key, and the key file fits the database.
pub struct Begun<'c> {
    place: KeyPlace,
    lock: RotationLock,
    /// Holds the row.
    tx: PgTransaction<'c>,
    stored: VaultKey,
    old: MasterKey,
}

impl<'c> Begun<'c> {
    /// Takes the lock of the folder, for the files, and that of the row, for other machines and
    /// for a commit that a killed rotation left under way.
    ///
    /// # Errors
    /// [`KeyringError::Busy`] when another rotation has either; what is wrong with the key file.
    pub async fn new(conn: &'c mut PgConnection, place: &KeyPlace) -> Result<Self, KeyringError> {
        let lock = place.lock()?.ok_or(KeyringError::Busy)?;
        let mut tx = conn.begin().await?;
        let stored = match vault_keys::lock(&mut tx).await? {
            Locked::Ours(stored) => stored,
            Locked::Busy => return Err(KeyringError::Busy),
            Locked::Missing => return Err(KeyringError::NoKey),
        };
        let wanted = hex::encode(&stored.master_key_id);
        let path = place.path().to_owned();
        let old = match place.read()? {
            Some(old) if old.id()[..] == stored.master_key_id[..] => old,
            Some(other) => {
                let held = hex::encode(other.id());
                return Err(KeyringError::Other { path, held, wanted });
            }
            None => return Err(KeyringError::Missing { path, wanted }),
        };
        Ok(Self {
            place: place.clone(),
            lock,
            tx,
            stored,
            old,
        })
    }

    /// Gives the old key file its second name.
    ///
    /// # Errors
    /// [`KeyringError::File`] when it can not be linked there.
    pub fn keep_old(self) -> Result<OldKept<'c>, KeyringError> {
        let kept = self.place.keep_old(&self.old)?;
        Ok(OldKept { begun: self, kept })
    }
}

/// The old key is kept.
pub struct OldKept<'c> {
    begun: Begun<'c>,
    kept: PathBuf,
}

impl<'c> OldKept<'c> {
    /// Makes the new key and writes it beside the old.
    ///
    /// # Errors
    /// [`KeyringError::File`] when it can not be written.
    pub fn write_next(self) -> Result<NextWritten<'c>, KeyringError> {
        let new = self.begun.place.write_next()?;
        Ok(NextWritten {
            begun: self.begun,
            kept: self.kept,
            new,
        })
    }
}

/// The new key is on the disk, and nothing needs it yet.
pub struct NextWritten<'c> {
    begun: Begun<'c>,
    kept: PathBuf,
    new: MasterKey,
}

impl<'c> NextWritten<'c> {
    /// Seals the data key with the new key, and notes in the audit who did it.
    ///
    /// # Errors
    /// [`KeyringError::Damaged`] when what is stored does not open; when the database fails.
    pub async fn write_row(self, by: &By) -> Result<RowWritten<'c>, KeyringError> {
        let Begun {
            place,
            lock,
            mut tx,
            stored,
            old,
        } = self.begun;
        let rotated = Rotated {
            old_id: hex::encode(old.id()),
            new_id: hex::encode(self.new.id()),
            kept: self.kept,
        };
        let wrapped_key = Vault::rewrap(&old, &self.new, &stored.wrapped_key)
            .map_err(|_| KeyringError::Damaged(rotated.old_id.clone()))?;
        let row = VaultKey {
            master_key_id: self.new.id().to_vec(),
            wrapped_key,
        };
        if !vault_keys::replace(&mut tx, &stored.master_key_id, &row).await? {
            return Err(KeyringError::Busy);
        }
        let detail = format!("{} replaced by {}", rotated.old_id, rotated.new_id);
        record(&mut tx, by, &detail).await?;
        Ok(RowWritten {
            tx,
            committed: Committed {
                place,
                lock,
                rotated,
            },
        })
    }
}

async fn record(conn: &mut PgConnection, by: &By, detail: &str) -> Result<(), sqlx::Error> {
    let actor = Actor {
        name: by.user_name.clone(),
        ..Actor::default()
    };
    let entry = Entry {
        action: AuditAction::KeyRotated,
        site: None,
        subject: "key file",
        detail,
    };
    audit::record(conn, &actor, &entry, by.at).await
}

/// The database would need the new key, if this were committed.
pub struct RowWritten<'c> {
    tx: PgTransaction<'c>,
    committed: Committed,
}

impl RowWritten<'_> {
    /// From here on the new key is the one.
    ///
    /// # Errors
    /// When the database fails. Whether it came so far is then only known by the row: the new
    /// file stays where it is, and the next start takes the one that fits.
    pub async fn commit(self) -> Result<Committed, KeyringError> {
        self.tx.commit().await?;
        Ok(self.committed)
    }
}

/// The database needs the new key, which is still beside the old.
pub struct Committed {
    place: KeyPlace,
    lock: RotationLock,
    rotated: Rotated,
}

impl Committed {
    /// Puts the new key file in the place of the old.
    ///
    /// # Errors
    /// [`KeyringError::NotReplaced`]; the next start tries again.
    pub fn replace_file(self) -> Result<Rotated, KeyringError> {
        let replaced = self.place.replace(&self.lock);
        replaced.map_err(|cause| KeyringError::NotReplaced { cause })?;
        Ok(self.rotated)
    }
}
