//! What stands beside a snapshot: its neighbour in time, how much it changed, and what a person
//! noted. For the page that shows its text.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::model::{Scope, SnapshotId};

/// What is known of a snapshot beside itself.
#[derive(Debug)]
pub struct SnapshotStanding {
    pub comment: String,
    pub pinned: bool,
    /// When retention may take it; `None`: kept for ever.
    pub expires_at: Option<DateTime<Utc>>,
    /// Lines that it has and the one before has not, and the reverse; `None` when they were not
    /// compared.
    pub added_lines: Option<i32>,
    pub removed_lines: Option<i32>,
    /// The next newer snapshot of the device.
    pub next_id: Option<SnapshotId>,
}

/// Gets what stands beside a snapshot of the scope.
///
/// # Errors
/// When the query fails.
pub async fn get_snapshot_standing(
    conn: &mut PgConnection,
    scope: &Scope,
    id: SnapshotId,
) -> Result<Option<SnapshotStanding>, sqlx::Error> {
    let reach = scope.ids();
    sqlx::query_as!(
        SnapshotStanding,
        r#"
        SELECT
            s.comment,
            s.pinned,
            s.expires_at,
            s.added_lines,
            s.removed_lines,
            (
                SELECT n.id
                FROM snapshots n
                WHERE n.device_id = s.device_id
                    AND (n.taken_at, n.id) > (s.taken_at, s.id)
                ORDER BY n.taken_at, n.id
                LIMIT 1
            ) AS "next_id: SnapshotId"
        FROM snapshots s
        JOIN devices d ON d.id = s.device_id
        WHERE s.id = $1
            AND ($2::bigint[] IS NULL OR d.site_id = ANY ($2))
        "#,
        id as SnapshotId,
        reach.as_deref()
    )
    .fetch_optional(conn)
    .await
}
