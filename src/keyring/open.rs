//! Unlocking the vault of a database, and finishing a rotation that was killed.

use sqlx::PgConnection;

use crate::db::vault_keys::{self, VaultKey};
use crate::vault::{KeyPlace, MasterKey, Vault};

use super::KeyringError;

/// Which key a database needs, and which of the files has it.
#[derive(Debug)]
pub struct Standing {
    /// The id of the key that the database is sealed with; `None` before the first start.
    pub wanted: Option<Vec<u8>>,
    /// The key of the key file; `None` when there is no such file.
    pub held: Option<MasterKey>,
    /// The key of a rotation that did not come to its end, when that is the one needed.
    pub unfinished: Option<MasterKey>,
}

impl Standing {
    /// Whether the key file has the key of the database.
    #[must_use]
    pub fn fits(&self) -> bool {
        match (&self.wanted, &self.held) {
            (Some(wanted), Some(held)) => held.id()[..] == wanted[..],
            _ => false,
        }
    }
}

/// What the key file and the database say, without changing either.
///
/// # Errors
/// [`KeyringError::File`] or [`KeyringError::Database`].
pub async fn standing(conn: &mut PgConnection, place: &KeyPlace) -> Result<Standing, KeyringError> {
    let stored = vault_keys::get(conn).await?;
    look(stored.as_ref(), place)
}

fn look(stored: Option<&VaultKey>, place: &KeyPlace) -> Result<Standing, KeyringError> {
    let mut standing = Standing {
        wanted: stored.map(|stored| stored.master_key_id.clone()),
        held: place.read()?,
        unfinished: None,
    };
    if let Some(wanted) = &standing.wanted
        && !standing.fits()
    {
        let next = place.read_next()?;
        standing.unfinished = next.filter(|next| next.id()[..] == wanted[..]);
    }
    Ok(standing)
}

/// Opens the vault of this database, making key and vault on first use.
///
/// # Errors
/// [`KeyringError`], each with what to do.
pub async fn open(conn: &mut PgConnection, place: &KeyPlace) -> Result<Vault, KeyringError> {
    match try_open(conn, place).await {
        // A rotation may have ended between the look at the row and that at the file.
        Err(KeyringError::Other { .. }) => try_open(conn, place).await,
        opened => opened,
    }
}

async fn try_open(conn: &mut PgConnection, place: &KeyPlace) -> Result<Vault, KeyringError> {
    let stored = match vault_keys::get(conn).await? {
        Some(stored) => stored,
        None => make_first(conn, place).await?,
    };
    let standing = look(Some(&stored), place)?;
    if let Some(next) = &standing.unfinished {
        finish(place, next)?;
        return unlock(next, &stored);
    }
    let wanted = hex::encode(&stored.master_key_id);
    let path = place.path().to_owned();
    match &standing.held {
        Some(held) if standing.fits() => unlock(held, &stored),
        Some(held) => Err(KeyringError::Other {
            path,
            held: hex::encode(held.id()),
            wanted,
        }),
        None => Err(KeyringError::Missing { path, wanted }),
    }
}

fn unlock(key: &MasterKey, stored: &VaultKey) -> Result<Vault, KeyringError> {
    Vault::unlock(key, &stored.wrapped_key)
        .map_err(|_| KeyringError::Damaged(hex::encode(key.id())))
}

/// The first key of a database. A key is never made for a database that has one: what it seals
/// would be lost, and look like a backup.
async fn make_first(conn: &mut PgConnection, place: &KeyPlace) -> Result<VaultKey, KeyringError> {
    let master = match place.read()? {
        Some(master) => master,
        None => make_key(place)?,
    };
    let (_, wrapped_key) = Vault::create(&master);
    let first = VaultKey {
        master_key_id: master.id().to_vec(),
        wrapped_key,
    };
    vault_keys::insert_first(conn, &first).await?;
    // Another process may have been faster.
    vault_keys::get(conn).await?.ok_or(KeyringError::NoKey)
}

fn make_key(place: &KeyPlace) -> Result<MasterKey, KeyringError> {
    if let Some(folder) = place.path().parent() {
        std::fs::create_dir_all(folder).map_err(|source| KeyringError::Folder {
            path: folder.to_owned(),
            source,
        })?;
    }
    let key = MasterKey::create(place.path())?;
    tracing::info!(
        key_file = %place.path().display(),
        "Made the key file; keep a copy elsewhere, for without it no backup can be read"
    );
    Ok(key)
}

/// Puts `next`, which the database is sealed with already, in the place of the key file. Where
/// that can not be done now, the next start does it: the key is there to be read.
fn finish(place: &KeyPlace, next: &MasterKey) -> Result<(), KeyringError> {
    let Some(lock) = place.lock()? else {
        // The rotation is still at work, and does it itself.
        return Ok(());
    };
    if place
        .read_next()?
        .is_none_or(|found| found.id() != next.id())
    {
        return Ok(());
    }
    match place.replace(&lock) {
        Ok(()) => tracing::warn!(
            key_file = %place.path().display(),
            key = hex::encode(next.id()),
            "Finished a replacement of the key that had been interrupted; keep a copy of the key file elsewhere"
        ),
        Err(error) => tracing::error!(
            "A replacement of the key was interrupted and can not be finished: {error}"
        ),
    }
    Ok(())
}
