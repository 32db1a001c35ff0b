//! Deleting snapshots out of a device's history, so that every other one stays readable and
//! whatever refers to them refers to their neighbours. Apart from `snapshots`, for it is the one
//! place where something that was kept goes.
//!
//! What goes at once is a gap: snapshots of a device that follow each other. A person deletes one,
//! retention many, and a gap costs about the same however many are in it: the body before it is
//! encoded anew once.

mod gap;
mod neighbours;
mod references;
mod spans;

use std::sync::Arc;

use sqlx::PgConnection;

use self::gap::Gap;
use self::neighbours::Neighbour;
use super::bodies::BodyError;
use super::search;
use super::snapshots::lock_history;
use crate::model::{BatchId, DeviceId, Scope, SnapshotId};
use crate::vault::Vault;

/// What came of asking for a deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deleted {
    /// It is gone.
    Done,
    /// There is no such snapshot in the scope (any more).
    Missing,
    /// Refused: a person pinned it.
    Pinned,
    /// Refused: it is the newest verified backup of a device that is in the inventory.
    NewestVerified,
}

/// Deletes a snapshot in the caller's transaction, which is to be rolled back on an error.
///
/// # Errors
/// [`BodyError`] when the database fails, or when the body of an older snapshot that needs this
/// one to be read can not be read itself: it would be lost for good. A statement that takes half a
/// minute is given up, as when the indexer is busy for so long.
pub async fn delete(
    conn: &mut PgConnection,
    scope: &Scope,
    vault: &Arc<Vault>,
    id: SnapshotId,
) -> Result<Deleted, BodyError> {
    let Some(device) = get_device(conn, scope, id).await? else {
        return Ok(Deleted::Missing);
    };
    lock(conn, device).await?;
    let Some(gap) = gap::lock_one(conn, device, id).await? else {
        return Ok(Deleted::Missing);
    };
    let (older, newer) = neighbours::lock(conn, &gap).await?;
    let kept = references::lock_device(conn, device).await?;
    if gap.has_pinned() {
        return Ok(Deleted::Pinned);
    }
    if kept.last_verified == Some(id) && !kept.is_archived {
        return Ok(Deleted::NewestVerified);
    }
    remove(conn, vault, &gap, older.as_ref(), newer.as_ref()).await?;
    Ok(Deleted::Done)
}

/// Takes the locks that deleting of a device's history needs, until the caller's transaction ends:
/// the search index, then the history. Snapshots and the device's row come after them: the indexer
/// and the recording of a run take what they need of these in the same order, so that none waits
/// for another that waits for it.
///
/// # Errors
/// When the database fails, or the index is not free within half a minute.
pub async fn lock(conn: &mut PgConnection, device: DeviceId) -> Result<(), sqlx::Error> {
    search::lock(conn).await?;
    lock_history(conn, device).await
}

/// Deletes snapshots of a device that follow each other, `ids` oldest first, in the caller's
/// transaction, which holds the [`lock`] and is to be rolled back on an error. Gives the batches
/// that made them; `None`, and nothing is done: they do not follow each other any more, one of them
/// is pinned, or the device names one as its newest or its newest verified one.
///
/// # Errors
/// As [`delete`].
pub async fn delete_gap(
    conn: &mut PgConnection,
    vault: &Arc<Vault>,
    device: DeviceId,
    ids: &[SnapshotId],
) -> Result<Option<Vec<BatchId>>, BodyError> {
    let gap = gap::lock_range(conn, device, ids).await?;
    let Some(gap) = gap.filter(|gap| gap.ids == ids && !gap.has_pinned()) else {
        return Ok(None);
    };
    let (older, newer) = neighbours::lock(conn, &gap).await?;
    let kept = references::lock_device(conn, device).await?;
    let named = [kept.newest, kept.last_verified];
    if named.into_iter().flatten().any(|id| gap.ids.contains(&id)) {
        return Ok(None);
    }
    let batches = remove(conn, vault, &gap, older.as_ref(), newer.as_ref()).await?;
    Ok(Some(batches))
}

/// Gives the batches that made them.
async fn remove(
    conn: &mut PgConnection,
    vault: &Arc<Vault>,
    gap: &Gap,
    older: Option<&Neighbour>,
    newer: Option<&Neighbour>,
) -> Result<Vec<BatchId>, BodyError> {
    neighbours::join(conn, vault, gap, older, newer).await?;
    spans::close_gap(conn, gap).await?;
    references::redirect(conn, gap, older).await?;
    Ok(gap::delete_rows(conn, gap).await?)
}

async fn get_device(
    conn: &mut PgConnection,
    scope: &Scope,
    id: SnapshotId,
) -> Result<Option<DeviceId>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT devices.id AS "id: DeviceId"
           FROM snapshots
           JOIN devices ON devices.id = snapshots.device_id
           WHERE snapshots.id = $1
             AND ($2::bigint[] IS NULL OR devices.site_id = ANY ($2))"#,
        id.0,
        scope.ids() as Option<Vec<i64>>,
    )
    .fetch_optional(conn)
    .await
}
