//! What else names the snapshots that go: their device and the runs that saw them.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::gap::Gap;
use super::neighbours::Neighbour;
use crate::model::{DeviceId, SnapshotId};

/// What a device's row keeps of its snapshots.
pub(super) struct Kept {
    pub newest: Option<SnapshotId>,
    pub last_verified: Option<SnapshotId>,
    pub is_archived: bool,
}

pub(super) async fn lock_device(
    conn: &mut PgConnection,
    device: DeviceId,
) -> Result<Kept, sqlx::Error> {
    sqlx::query_as!(
        Kept,
        r#"SELECT newest_snapshot_id AS "newest: SnapshotId",
                  last_verified_snapshot_id AS "last_verified: SnapshotId",
                  archived_at IS NOT NULL AS "is_archived!"
           FROM devices
           WHERE id = $1
           FOR NO KEY UPDATE"#,
        device.0,
    )
    .fetch_one(conn)
    .await
}

/// Makes the device name the snapshots before the gap, and the runs none.
pub(super) async fn redirect(
    conn: &mut PgConnection,
    gap: &Gap,
    older: Option<&Neighbour>,
) -> Result<(), sqlx::Error> {
    let ids = gap.numbers();
    let verified = get_older_verified(conn, gap).await?;
    sqlx::query!(
        "UPDATE runs
         SET snapshot_id = NULL
         WHERE snapshot_id = ANY ($1)",
        &ids,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "UPDATE devices
         SET snapshot_count = snapshot_count - cardinality($2::bigint[]),
             newest_snapshot_id =
                 CASE WHEN newest_snapshot_id = ANY ($2) THEN $3 ELSE newest_snapshot_id END,
             last_verified_snapshot_id =
                 CASE WHEN last_verified_snapshot_id = ANY ($2) THEN $4
                 ELSE last_verified_snapshot_id END,
             last_verified_at =
                 CASE WHEN last_verified_snapshot_id = ANY ($2) THEN $5 ELSE last_verified_at END
         WHERE id = $1",
        gap.device.0,
        &ids,
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
    gap: &Gap,
) -> Result<Option<Verified>, sqlx::Error> {
    let (taken_at, id) = gap.begin();
    sqlx::query_as!(
        Verified,
        r#"SELECT id AS "id: SnapshotId", last_seen_at
           FROM snapshots
           WHERE device_id = $1
             AND verdict = 'verified'
             AND (taken_at, id) < ($2, $3)
           ORDER BY taken_at DESC, id DESC
           LIMIT 1"#,
        gap.device.0,
        taken_at,
        id.0,
    )
    .fetch_optional(conn)
    .await
}
