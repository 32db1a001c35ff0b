//! Deleting a snapshot out of a device's history, so that every other one stays readable and
//! whatever refers to it refers to its neighbours. Apart from `snapshots`, for it is the one
//! place where something that was kept goes.

mod neighbours;
mod references;
mod spans;

use std::sync::Arc;

use sqlx::PgConnection;

use super::bodies::BodyError;
use super::search;
use super::snapshots::lock_history;
use crate::model::{DeviceId, Scope, SnapshotId};
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
    // The search index, the history, snapshots, the device's row: the indexer and the recording of
    // a run take what they need of these in the same order, so that none waits for another that
    // waits for it.
    search::lock(conn).await?;
    lock_history(conn, device).await?;
    let Some(target) = neighbours::lock_target(conn, id).await? else {
        return Ok(Deleted::Missing);
    };
    let older = neighbours::lock_older(conn, &target).await?;
    let newer = neighbours::lock_newer(conn, &target).await?;
    let kept = references::lock_device(conn, device).await?;
    if target.pinned {
        return Ok(Deleted::Pinned);
    }
    if kept.last_verified == Some(id) && !kept.is_archived {
        return Ok(Deleted::NewestVerified);
    }
    neighbours::join(conn, vault, &target, older.as_ref(), newer.as_ref()).await?;
    spans::close_gap(conn, &target).await?;
    references::redirect(conn, &target, older.as_ref()).await?;
    remove(conn, id).await?;
    Ok(Deleted::Done)
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

async fn remove(conn: &mut PgConnection, id: SnapshotId) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM snapshots WHERE id = $1", id.0)
        .execute(conn)
        .await?;
    Ok(())
}
