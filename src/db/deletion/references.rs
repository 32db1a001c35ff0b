//! What else names the snapshot that goes: its device and the runs that saw it.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::neighbours::{Neighbour, Target};
use crate::model::{DeviceId, SnapshotId};

/// What a device's row keeps of its snapshots.
pub(super) struct Kept {
    pub last_verified: Option<SnapshotId>,
    pub is_archived: bool,
}

pub(super) async fn lock_device(
    conn: &mut PgConnection,
    device: DeviceId,
) -> Result<Kept, sqlx::Error> {
    sqlx::query_as!(
        Kept,
        r#"SELECT last_verified_snapshot_id AS "last_verified: SnapshotId",
                  archived_at IS NOT NULL AS "is_archived!"
           FROM devices
           WHERE id = $1
           FOR NO KEY UPDATE"#,
        device.0,
    )
    .fetch_one(conn)
    .await
}

/// Makes the device name the snapshots before this one, and the runs none.
pub(super) async fn redirect(
    conn: &mut PgConnection,
    target: &Target,
    older: Option<&Neighbour>,
) -> Result<(), sqlx::Error> {
    let verified = get_older_verified(conn, target).await?;
    sqlx::query!(
        "UPDATE runs
         SET snapshot_id = NULL
         WHERE snapshot_id = $1",
        target.id.0,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "UPDATE devices
         SET snapshot_count = snapshot_count - 1,
             newest_snapshot_id =
                 CASE WHEN newest_snapshot_id = $2 THEN $3 ELSE newest_snapshot_id END,
             last_verified_snapshot_id =
                 CASE WHEN last_verified_snapshot_id = $2 THEN $4
                 ELSE last_verified_snapshot_id END,
             last_verified_at =
                 CASE WHEN last_verified_snapshot_id = $2 THEN $5 ELSE last_verified_at END
         WHERE id = $1",
        target.device.0,
        target.id.0,
        older.map(|older| older.id.0),
        verified.as_ref().map(|verified| verified.id.0),
        verified.as_ref().map(|verified| verified.last_seen_at),
    )
    .execute(conn)
    .await?;
    Ok(())
}

struct Verified {
    id: SnapshotId,
    last_seen_at: DateTime<Utc>,
}

async fn get_older_verified(
    conn: &mut PgConnection,
    target: &Target,
) -> Result<Option<Verified>, sqlx::Error> {
    sqlx::query_as!(
        Verified,
        r#"SELECT id AS "id: SnapshotId", last_seen_at
           FROM snapshots
           WHERE device_id = $1
             AND verdict = 'verified'
             AND (taken_at, id) < ($2, $3)
           ORDER BY taken_at DESC, id DESC
           LIMIT 1"#,
        target.device.0,
        target.taken_at,
        target.id.0,
    )
    .fetch_optional(conn)
    .await
}
