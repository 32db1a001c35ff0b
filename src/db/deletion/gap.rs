//! The snapshots that are to go: of one device, one after the other, with nothing that stays between
//! them.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::model::{BatchId, DeviceId, SnapshotId, Verdict};

/// Snapshots that are to go, at least one, locked.
pub(super) struct Gap {
    pub device: DeviceId,
    /// Oldest first.
    pub ids: Vec<SnapshotId>,
    rows: Vec<Row>,
}

struct Row {
    id: SnapshotId,
    taken_at: DateTime<Utc>,
    verdict: Verdict,
    pinned: bool,
    /// `None`: its body is whole.
    base: Option<SnapshotId>,
    chain_length: i32,
    is_indexed: bool,
}

impl Gap {
    /// `None`: there is nothing.
    fn of(device: DeviceId, rows: Vec<Row>) -> Option<Self> {
        (!rows.is_empty()).then(|| Self {
            device,
            ids: rows.iter().map(|row| row.id).collect(),
            rows,
        })
    }

    /// The ids as the statements take them.
    pub fn numbers(&self) -> Vec<i64> {
        self.ids.iter().map(|id| id.0).collect()
    }

    pub fn has_pinned(&self) -> bool {
        self.rows.iter().any(|row| row.pinned)
    }

    fn first(&self) -> &Row {
        self.rows.first().expect("a gap has at least one")
    }

    fn last(&self) -> &Row {
        self.rows.last().expect("a gap has at least one")
    }

    /// The place of the oldest in the history; what is before it is older.
    pub fn begin(&self) -> (DateTime<Utc>, SnapshotId) {
        (self.first().taken_at, self.first().id)
    }

    /// The place of the newest; what is behind it is newer.
    pub fn end(&self) -> (DateTime<Utc>, SnapshotId) {
        (self.last().taken_at, self.last().id)
    }

    /// How many bodies hang on the one behind the gap because of it.
    pub fn hung(&self) -> i32 {
        let last = self.last();
        last.base.map_or(0, |_| last.chain_length + 1)
    }

    /// Whether the search knows any of them.
    pub fn is_searched(&self) -> bool {
        let mut rows = self.rows.iter();
        rows.any(|row| row.verdict == Verdict::Verified && row.is_indexed)
    }
}

/// One snapshot; `None`: it is not there any more.
pub(super) async fn lock_one(
    conn: &mut PgConnection,
    device: DeviceId,
    id: SnapshotId,
) -> Result<Option<Gap>, sqlx::Error> {
    lock_range(conn, device, &[id]).await
}

/// From the first to the last of these, with all that are between them, in the order in which the
/// history has them; `None` when one of the two is not there any more.
pub(super) async fn lock_range(
    conn: &mut PgConnection,
    device: DeviceId,
    ids: &[SnapshotId],
) -> Result<Option<Gap>, sqlx::Error> {
    let (Some(first), Some(last)) = (ids.first(), ids.last()) else {
        return Ok(None);
    };
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT id AS "id: SnapshotId",
                  taken_at,
                  verdict AS "verdict: Verdict",
                  pinned,
                  base_snapshot_id AS "base: SnapshotId",
                  chain_length,
                  indexed_at IS NOT NULL AS "is_indexed!"
           FROM snapshots
           WHERE device_id = $1
             AND (taken_at, id) >= (SELECT taken_at, id FROM snapshots WHERE id = $2)
             AND (taken_at, id) <= (SELECT taken_at, id FROM snapshots WHERE id = $3)
           ORDER BY taken_at, id
           FOR UPDATE"#,
        device.0,
        first.0,
        last.0,
    )
    .fetch_all(conn)
    .await?;
    Ok(Gap::of(device, rows))
}

/// Gives the batches that made them, each once.
pub(super) async fn delete_rows(
    conn: &mut PgConnection,
    gap: &Gap,
) -> Result<Vec<BatchId>, sqlx::Error> {
    let mut batches = sqlx::query_scalar!(
        r#"DELETE FROM snapshots
           WHERE id = ANY ($1)
           RETURNING batch_id AS "batch: BatchId""#,
        &gap.numbers(),
    )
    .fetch_all(conn)
    .await?;
    batches.sort_unstable();
    batches.dedup();
    Ok(batches.into_iter().flatten().collect())
}
