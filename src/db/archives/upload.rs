//! A single export that somebody brought as a file: kept as the newest snapshot of its device,
//! suspect for ever.

use sqlx::PgConnection;

use crate::db::devices::{self, Found};
use crate::db::snapshots::{self, BodyError, NewSnapshot};
use crate::model::{DeviceId, SnapshotId, Verdict};
use crate::vault::Vault;

/// Keeps the export of a device that `person` brought. Whatever `new` says, it is suspect, and moves
/// nothing that coverage is told by.
///
/// # Errors
/// [`BodyError::Database`]
pub async fn insert_brought(
    conn: &mut PgConnection,
    vault: &Vault,
    new: &NewSnapshot<'_>,
    person: &str,
) -> Result<SnapshotId, BodyError> {
    snapshots::lock_history(conn, new.device).await?;
    let previous = get_newest(conn, new.device).await?;
    let new = NewSnapshot {
        device: new.device,
        batch: None,
        verdict: Verdict::Suspect,
        // What recurs in suspect snapshots may be accepted one day; a file is no such evidence.
        error_menus: &[],
        ..*new
    };
    let id = snapshots::insert(conn, vault, &new, previous).await?;
    sqlx::query!(
        "UPDATE snapshots SET uploaded_by = $2 WHERE id = $1",
        id.0,
        person,
    )
    .execute(&mut *conn)
    .await?;
    let found = Found {
        newest: Some(id),
        ..Found::default()
    };
    devices::mark_found(conn, new.device, &found).await?;
    Ok(id)
}

async fn get_newest(
    conn: &mut PgConnection,
    device: DeviceId,
) -> Result<Option<SnapshotId>, sqlx::Error> {
    let newest = sqlx::query_scalar!(
        r#"SELECT newest_snapshot_id AS "id: SnapshotId" FROM devices WHERE id = $1"#,
        device.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(newest.flatten())
}
