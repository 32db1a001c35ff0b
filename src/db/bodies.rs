//! The bodies of snapshots as they are stored, sealed and mostly as patches, and how they are
//! read: whole and verified, or not at all. Writing one belongs to its snapshot, in `snapshots` and `deletion`.

use sha2::{Digest, Sha256};
use sqlx::PgConnection;

use crate::model::{DeviceId, SnapshotId};
use crate::vault::{Vault, VaultError, body};

/// Why a body can not be read.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// It does not open.
    #[error("the stored body of snapshot {0} does not open: {1}")]
    Sealed(SnapshotId, #[source] VaultError),
    /// It can not be decompressed.
    #[error("the stored body of snapshot {0} can not be decoded: {1}")]
    Decode(SnapshotId, #[source] std::io::Error),
    /// It is not what was stored.
    #[error("the stored body of snapshot {0} does not match its SHA-256")]
    Checksum(SnapshotId),
    /// What it is a patch against is missing.
    #[error("the stored body of snapshot {0} needs another one that is missing")]
    Broken(SnapshotId),
}

struct Stored {
    id: SnapshotId,
    device_id: DeviceId,
    sha256: Vec<u8>,
    size_bytes: i64,
    codec: String,
    body: Vec<u8>,
}

/// Under what a body is sealed: it opens for its own device and content only.
pub(super) fn context(device: DeviceId, sha256: &[u8]) -> String {
    format!("snapshot:{device}:{}", hex::encode(sha256))
}

/// The exact bytes of a snapshot, verified against its SHA-256; `None` when there is no such
/// snapshot.
///
/// # Errors
/// [`BodyError`] when what is stored can not be read or is not what was stored; nothing partial
/// is ever given.
pub async fn load_body(
    conn: &mut PgConnection,
    vault: &Vault,
    id: SnapshotId,
) -> Result<Option<Vec<u8>>, BodyError> {
    let sealed = get_sealed(conn, id).await?;
    sealed.map(|sealed| sealed.open(vault)).transpose()
}

/// A body as it is stored: sealed, and with every body that it is a patch against.
pub struct Sealed {
    asked: Stored,
    /// From the one that `asked` is a patch against up to the whole one.
    bases: Vec<Stored>,
}

/// The stored body of a snapshot; `None` when there is no such snapshot.
///
/// # Errors
/// When the database fails.
pub async fn get_sealed(
    conn: &mut PgConnection,
    id: SnapshotId,
) -> Result<Option<Sealed>, sqlx::Error> {
    let mut chain = list_chain(conn, id).await?.into_iter();
    Ok(chain.next().map(|asked| Sealed {
        asked,
        bases: chain.collect(),
    }))
}

impl Sealed {
    /// The exact bytes. Takes up to a hundred decompressions, so a caller that serves others
    /// does it on a thread of its own.
    ///
    /// Only what was asked for is hashed: a damaged base does not give back the right bytes, and
    /// hashing a hundred takes six times as long as all the rest. When something is wrong they
    /// are hashed, too, so that the error names the one that is damaged.
    ///
    /// # Errors
    /// [`BodyError`], but never [`BodyError::Database`].
    pub fn open(&self, vault: &Vault) -> Result<Vec<u8>, BodyError> {
        self.decode(vault, |_, _| Ok(()))
            .or_else(|_| self.decode(vault, check))
    }

    /// Decodes from the whole body on, with a look at each base.
    fn decode(
        &self,
        vault: &Vault,
        look: impl Fn(&Stored, &[u8]) -> Result<(), BodyError>,
    ) -> Result<Vec<u8>, BodyError> {
        let mut newer: Option<Vec<u8>> = None;
        for stored in self.bases.iter().rev() {
            let base = decode(vault, stored, newer.as_deref())?;
            look(stored, &base)?;
            newer = Some(base);
        }
        let asked = decode(vault, &self.asked, newer.as_deref())?;
        check(&self.asked, &asked)?;
        Ok(asked)
    }
}

/// The snapshot and what its body is a patch against, up to the whole one, in one statement, so
/// that a snapshot stored meanwhile changes nothing.
async fn list_chain(conn: &mut PgConnection, id: SnapshotId) -> Result<Vec<Stored>, sqlx::Error> {
    sqlx::query_as!(
        Stored,
        r#"WITH RECURSIVE chain AS (
               SELECT id, base_snapshot_id, 0 AS depth
               FROM snapshots
               WHERE id = $1
               UNION ALL
               SELECT base.id, base.base_snapshot_id, chain.depth + 1
               FROM chain
               JOIN snapshots base ON base.id = chain.base_snapshot_id
           )
           SELECT snapshots.id AS "id: SnapshotId",
                  snapshots.device_id AS "device_id: DeviceId",
                  snapshots.sha256,
                  snapshots.size_bytes,
                  snapshots.codec,
                  snapshots.body
           FROM chain
           JOIN snapshots ON snapshots.id = chain.id
           ORDER BY chain.depth"#,
        id.0,
    )
    .fetch_all(conn)
    .await
}

fn decode(vault: &Vault, stored: &Stored, newer: Option<&[u8]>) -> Result<Vec<u8>, BodyError> {
    let id = stored.id;
    let encoded = vault
        .open(&context(stored.device_id, &stored.sha256), &stored.body)
        .map_err(|error| BodyError::Sealed(id, error))?;
    let size = usize::try_from(stored.size_bytes).map_err(|_| BodyError::Checksum(id))?;
    match (stored.codec.as_str(), newer) {
        ("patch", Some(newer)) => body::decode_patch(&encoded, newer, size),
        ("patch", None) => return Err(BodyError::Broken(id)),
        _ => body::decode_whole(&encoded, size),
    }
    .map_err(|error| BodyError::Decode(id, error))
}

/// Whether these are the bytes that were stored.
fn check(stored: &Stored, bytes: &[u8]) -> Result<(), BodyError> {
    if Sha256::digest(bytes).as_slice() == stored.sha256 {
        Ok(())
    } else {
        Err(BodyError::Checksum(stored.id))
    }
}

/// Makes a stored body a patch against `base`, already sealed.
pub(super) async fn rewrite(
    conn: &mut PgConnection,
    id: SnapshotId,
    base: SnapshotId,
    sealed_patch: &[u8],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE snapshots
         SET codec = 'patch',
             base_snapshot_id = $2,
             body = $3
         WHERE id = $1",
        id.0,
        base.0,
        sealed_patch,
    )
    .execute(conn)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::MasterKey;

    fn stored(vault: &Vault, id: i64, codec: &str, meant: &[u8], encoded: &[u8]) -> Stored {
        let sha256 = Sha256::digest(meant).to_vec();
        let device_id = DeviceId(1);
        Stored {
            id: SnapshotId(id),
            device_id,
            size_bytes: i64::try_from(meant.len()).unwrap(),
            codec: codec.to_owned(),
            body: vault.seal(&context(device_id, &sha256), encoded),
            sha256,
        }
    }

    /// Snapshot 1 as a patch against 2, which was stored as `base` instead of as `new`.
    fn chain(vault: &Vault, old: &[u8], new: &[u8], base: &[u8]) -> Sealed {
        let patch = body::encode_patch(old, new);
        let whole = body::encode_whole(base);
        Sealed {
            asked: stored(vault, 1, "patch", old, &patch),
            bases: vec![stored(vault, 2, "whole", new, &whole)],
        }
    }

    #[test]
    fn a_base_that_is_not_what_was_stored_is_named() {
        let vault = Vault::create(&MasterKey::generate()).0;
        let old = b"/ip address\r\nadd address=192.0.2.1/24 interface=ether1\r\n".repeat(20);
        let new = [&old, b"/system identity\r\nset name=gw-1\r\n".as_slice()].concat();
        let damaged = new.to_ascii_uppercase();
        assert_eq!(chain(&vault, &old, &new, &new).open(&vault).unwrap(), old);
        let error = chain(&vault, &old, &new, &damaged)
            .open(&vault)
            .unwrap_err();
        assert!(
            matches!(error, BodyError::Checksum(SnapshotId(2))),
            "{error}"
        );
    }
}
