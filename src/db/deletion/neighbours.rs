//! The snapshots before and behind the gap: the older one's body is encoded anew where it needs
//! that of a deleted one, and the newer one then says how much it changed against it.

use std::sync::Arc;

use sqlx::PgConnection;

use super::gap::Gap;
use crate::db::bodies::{self, BodyError, context};
use crate::db::succession::{self, ChangedLines};
use crate::model::{DeviceId, SnapshotId};
use crate::vault::{Vault, body};

/// One beside it.
pub(super) struct Neighbour {
    pub id: SnapshotId,
    sha256: Vec<u8>,
    base: Option<SnapshotId>,
    chain_length: i32,
}

/// Those before and behind the gap; `None` where there is none.
pub(super) async fn lock(
    conn: &mut PgConnection,
    gap: &Gap,
) -> Result<(Option<Neighbour>, Option<Neighbour>), sqlx::Error> {
    let older = lock_older(conn, gap).await?;
    let newer = lock_newer(conn, gap).await?;
    Ok((older, newer))
}

async fn lock_older(conn: &mut PgConnection, gap: &Gap) -> Result<Option<Neighbour>, sqlx::Error> {
    let (taken_at, id) = gap.begin();
    sqlx::query_as!(
        Neighbour,
        r#"SELECT id AS "id: SnapshotId",
                  sha256,
                  base_snapshot_id AS "base: SnapshotId",
                  chain_length
           FROM snapshots
           WHERE device_id = $1
             AND (taken_at, id) < ($2, $3)
           ORDER BY taken_at DESC, id DESC
           LIMIT 1
           FOR UPDATE"#,
        gap.device.0,
        taken_at,
        id.0,
    )
    .fetch_optional(conn)
    .await
}

async fn lock_newer(conn: &mut PgConnection, gap: &Gap) -> Result<Option<Neighbour>, sqlx::Error> {
    let (taken_at, id) = gap.end();
    sqlx::query_as!(
        Neighbour,
        r#"SELECT id AS "id: SnapshotId",
                  sha256,
                  base_snapshot_id AS "base: SnapshotId",
                  chain_length
           FROM snapshots
           WHERE device_id = $1
             AND (taken_at, id) > ($2, $3)
           ORDER BY taken_at, id
           LIMIT 1
           FOR UPDATE"#,
        gap.device.0,
        taken_at,
        id.0,
    )
    .fetch_optional(conn)
    .await
}

/// Makes the two neighbours follow each other. Every body that is needed is read before anything
/// is written.
pub(super) async fn join(
    conn: &mut PgConnection,
    vault: &Arc<Vault>,
    gap: &Gap,
    older: Option<&Neighbour>,
    newer: Option<&Neighbour>,
) -> Result<(), BodyError> {
    let needy = older.filter(|older| older.base == Some(gap.begin().1));
    let mut hanging = 0;
    let mut changed = None;
    match (older, newer, needy) {
        (_, None, Some(older)) => {
            let bytes = open(conn, vault, older.id).await?;
            store_whole(conn, vault, gap.device, older, bytes).await?;
        }
        (_, Some(newer), Some(older)) => {
            let old = open(conn, vault, older.id).await?;
            let new = open(conn, vault, newer.id).await?;
            let fits = fits(conn, gap, older, newer).await?;
            let succession = reckon(older, old.clone(), new, fits).await?;
            changed = Some(succession.changed);
            match succession.patch {
                Some(patch) => {
                    hanging = older.chain_length + 1;
                    store_patch(conn, vault, gap.device, older, newer, &patch).await?;
                }
                None => store_whole(conn, vault, gap.device, older, old).await?,
            }
        }
        (Some(older), Some(newer), None) => {
            changed = compare(conn, vault, older, newer).await?;
        }
        (_, _, None) => {}
    }
    if let Some(newer) = newer {
        lengthen(conn, newer.id, hanging - gap.hung()).await?;
        mark_changed(conn, newer.id, changed).await?;
    }
    Ok(())
}

/// Whether the chain on which the older one would hang then stays short enough: what hung on it
/// because of the gap does so no longer.
async fn fits(
    conn: &mut PgConnection,
    gap: &Gap,
    older: &Neighbour,
    newer: &Neighbour,
) -> Result<bool, sqlx::Error> {
    let longest = get_longest(conn, newer.id).await?;
    Ok(longest - gap.hung() + older.chain_length + 1 < body::MAX_CHAIN)
}

/// The length of the chain at its whole body, which is the largest in it.
async fn get_longest(conn: &mut PgConnection, id: SnapshotId) -> Result<i32, sqlx::Error> {
    sqlx::query_scalar!(
        r#"WITH RECURSIVE chain AS (
               SELECT base_snapshot_id, chain_length
               FROM snapshots
               WHERE id = $1
               UNION ALL
               SELECT base.base_snapshot_id, base.chain_length
               FROM chain
               JOIN snapshots base ON base.id = chain.base_snapshot_id
           )
           SELECT max(chain_length) AS "longest!"
           FROM chain"#,
        id.0,
    )
    .fetch_one(conn)
    .await
}

async fn reckon(
    older: &Neighbour,
    old: Vec<u8>,
    new: Vec<u8>,
    wants_patch: bool,
) -> Result<succession::Succession, BodyError> {
    succession::reckon(old, new, wants_patch)
        .await
        .map_err(|error| BodyError::Decode(older.id, error))
}

/// How much the newer one changed against the older one; `None` where one of them can not be
/// read, which is said in the log: neither needs the one that goes.
async fn compare(
    conn: &mut PgConnection,
    vault: &Arc<Vault>,
    older: &Neighbour,
    newer: &Neighbour,
) -> Result<Option<ChangedLines>, BodyError> {
    let old = open(conn, vault, older.id).await;
    let new = open(conn, vault, newer.id).await;
    match old.and_then(|old| Ok((old, new?))) {
        Ok((old, new)) => Ok(Some(reckon(older, old, new, false).await?.changed)),
        Err(error @ BodyError::Database(_)) => Err(error),
        Err(error) => {
            tracing::error!(%error, "A stored snapshot can not be read; how much changed since is not known");
            Ok(None)
        }
    }
}

async fn open(
    conn: &mut PgConnection,
    vault: &Arc<Vault>,
    id: SnapshotId,
) -> Result<Vec<u8>, BodyError> {
    let sealed = bodies::get_sealed(conn, id)
        .await?
        .ok_or(BodyError::Broken(id))?;
    let vault = Arc::clone(vault);
    tokio::task::spawn_blocking(move || sealed.open(&vault))
        .await
        .map_err(|error| BodyError::Decode(id, std::io::Error::other(error)))?
}

async fn store_whole(
    conn: &mut PgConnection,
    vault: &Vault,
    device: DeviceId,
    snapshot: &Neighbour,
    bytes: Vec<u8>,
) -> Result<(), BodyError> {
    let encoded = succession::encode_whole(bytes)
        .await
        .map_err(|error| BodyError::Decode(snapshot.id, error))?
        .ok_or(BodyError::Checksum(snapshot.id))?;
    let sealed = vault.seal(&context(device, &snapshot.sha256), &encoded);
    sqlx::query!(
        "UPDATE snapshots
         SET codec = 'whole',
             base_snapshot_id = NULL,
             body = $2
         WHERE id = $1",
        snapshot.id.0,
        sealed,
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn store_patch(
    conn: &mut PgConnection,
    vault: &Vault,
    device: DeviceId,
    older: &Neighbour,
    newer: &Neighbour,
    patch: &[u8],
) -> Result<(), sqlx::Error> {
    let sealed = vault.seal(&context(device, &older.sha256), patch);
    bodies::rewrite(conn, older.id, newer.id, &sealed).await
}

/// So many more (or fewer) hang on this snapshot, and on those that it is a patch against.
async fn lengthen(conn: &mut PgConnection, id: SnapshotId, by: i32) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "WITH RECURSIVE chain AS (
             SELECT id, base_snapshot_id
             FROM snapshots
             WHERE id = $1
               AND $2 <> 0
             UNION ALL
             SELECT base.id, base.base_snapshot_id
             FROM chain
             JOIN snapshots base ON base.id = chain.base_snapshot_id
         )
         UPDATE snapshots
         SET chain_length = chain_length + $2
         FROM chain
         WHERE snapshots.id = chain.id",
        id.0,
        by,
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn mark_changed(
    conn: &mut PgConnection,
    id: SnapshotId,
    changed: Option<ChangedLines>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE snapshots
         SET added_lines = $2,
             removed_lines = $3
         WHERE id = $1",
        id.0,
        changed.map(|changed| changed.added),
        changed.map(|changed| changed.removed),
    )
    .execute(conn)
    .await?;
    Ok(())
}
