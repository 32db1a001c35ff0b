//! The histories that rules are asked about, and when each snapshot will go.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::model::{DeviceId, SnapshotId, Verdict};

/// A snapshot, as far as retention looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptSnapshot {
    pub id: SnapshotId,
    pub device: DeviceId,
    pub taken_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    pub verdict: Verdict,
    /// Of RouterOS; `None`: the export did not say.
    pub version: Option<String>,
    pub pinned: bool,
    /// How many sealed bytes are stored of it.
    pub sealed_bytes: i64,
    /// When it goes, as it was found when it was last looked at.
    pub expires_at: Option<DateTime<Utc>>,
}

/// The snapshots of these devices, those of a device together.
///
/// # Errors
/// When the database fails.
pub async fn list_history(
    conn: &mut PgConnection,
    devices: &[DeviceId],
) -> Result<Vec<KeptSnapshot>, sqlx::Error> {
    let devices: Vec<i64> = devices.iter().map(|device| device.0).collect();
    sqlx::query_as!(
        KeptSnapshot,
        r#"SELECT id AS "id: SnapshotId",
                  device_id AS "device: DeviceId",
                  taken_at,
                  last_seen_at,
                  verdict AS "verdict: Verdict",
                  version,
                  pinned,
                  octet_length(body)::bigint AS "sealed_bytes!",
                  expires_at
           FROM snapshots
           WHERE device_id = ANY ($1)
           ORDER BY device_id"#,
        &devices,
    )
    .fetch_all(conn)
    .await
}

/// Notes when these snapshots will go, `None`: never as things are.
///
/// # Errors
/// When the database fails.
pub async fn mark_expiry(
    conn: &mut PgConnection,
    expiries: &[(SnapshotId, Option<DateTime<Utc>>)],
) -> Result<(), sqlx::Error> {
    let ids: Vec<i64> = expiries.iter().map(|(id, _)| id.0).collect();
    let times: Vec<Option<DateTime<Utc>>> = expiries.iter().map(|(_, at)| *at).collect();
    sqlx::query!(
        "UPDATE snapshots
         SET expires_at = expiry.at
         FROM unnest($1::bigint[], $2::timestamptz[]) AS expiry (id, at)
         WHERE snapshots.id = expiry.id",
        &ids,
        &times as &[Option<DateTime<Utc>>],
    )
    .execute(conn)
    .await?;
    Ok(())
}
