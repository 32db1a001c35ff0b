//! Config Backups of a device, and one snapshot with what is known of it. Never the body.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, types::Json};

use crate::model::{BatchId, Check, DeviceId, Scope, SiteId, SnapshotId, Trigger, Verdict};

/// One snapshot in a device's Config Backups.
#[derive(Debug)]
pub struct SnapshotRow {
    pub id: SnapshotId,
    pub taken_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    pub times_seen: i32,
    pub verdict: Verdict,
    pub size_bytes: i64,
    pub line_count: i32,
    pub version: Option<String>,
    pub has_secrets: bool,
    /// Lines that it has and the one before has not, and the reverse; `None` when they were not
    /// compared.
    pub added_lines: Option<i32>,
    pub removed_lines: Option<i32>,
    pub comment: String,
    pub pinned: bool,
    /// When retention may take it; `None`: kept for ever.
    pub expires_at: Option<DateTime<Utc>>,
    /// Whether the device was last seen in this state. Not always the newest: one that is seen
    /// again after a suspect export is extended behind it.
    pub is_current: bool,
    /// What made it; `None` when its batch is not known.
    pub trigger: Option<Trigger>,
    pub requested_by: Option<String>,
    /// Who brought it as a file; `None`: a run made it.
    pub uploaded_by: Option<String>,
}

/// Lists the snapshots of a device of the scope, newest first, those behind `before` when it is given: when one
/// was taken, and its number. That one need not be there any more.
///
/// # Errors
/// When the query fails.
pub async fn list_snapshots(
    conn: &mut PgConnection,
    scope: &Scope,
    device_id: DeviceId,
    before: Option<(DateTime<Utc>, SnapshotId)>,
    limit: i64,
) -> Result<Vec<SnapshotRow>, sqlx::Error> {
    let reach = scope.ids();
    sqlx::query_as!(
        SnapshotRow,
        r#"
        SELECT
            s.id AS "id: SnapshotId",
            s.taken_at,
            s.last_seen_at,
            s.times_seen,
            s.verdict AS "verdict: Verdict",
            s.size_bytes,
            s.line_count,
            s.version,
            s.has_secrets,
            s.added_lines,
            s.removed_lines,
            s.comment,
            s.pinned,
            s.expires_at,
            (s.id = (
                SELECT seen.id
                FROM devices d
                JOIN snapshots seen ON seen.id IN (d.newest_snapshot_id, d.last_verified_snapshot_id)
                WHERE d.id = $1
                    AND seen.uploaded_by IS NULL
                ORDER BY seen.last_seen_at DESC, seen.id DESC
                LIMIT 1
            )) IS TRUE AS "is_current!",
            b.trigger AS "trigger?: Trigger",
            b.requested_by,
            s.uploaded_by
        FROM snapshots s
        LEFT JOIN batches b ON b.id = s.batch_id
        WHERE s.device_id = $1
            AND ($5::bigint[] IS NULL OR (SELECT site_id FROM devices WHERE id = $1) = ANY ($5))
            AND (s.taken_at, s.id) < (coalesce($2::timestamptz, 'infinity'), coalesce($3::bigint, 0))
        ORDER BY s.taken_at DESC, s.id DESC
        LIMIT $4
        "#,
        device_id as DeviceId,
        before.map(|(taken_at, _)| taken_at),
        before.map(|(_, id)| id.0),
        limit,
        reach.as_deref()
    )
    .fetch_all(conn)
    .await
}

/// A snapshot with its device and site.
#[derive(Debug)]
pub struct SnapshotHead {
    pub id: SnapshotId,
    pub device_id: DeviceId,
    pub device_name: String,
    pub site_id: SiteId,
    pub site_slug: String,
    pub site_name: String,
    pub timezone: String,
    pub taken_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    pub times_seen: i32,
    pub verdict: Verdict,
    pub checks: Json<Vec<Check>>,
    pub sha256: Vec<u8>,
    pub size_bytes: i64,
    pub line_count: i32,
    pub version: Option<String>,
    pub model: Option<String>,
    pub serial: Option<String>,
    pub has_secrets: bool,
    /// Menus that the router could not export.
    pub error_menus: Vec<String>,
    pub batch_id: Option<BatchId>,
    /// Who brought it as a file; `None`: a run made it.
    pub uploaded_by: Option<String>,
    pub trigger: Option<Trigger>,
    pub requested_by: Option<String>,
    /// The next older snapshot of the device, to compare with.
    pub previous_id: Option<SnapshotId>,
}

/// Gets a snapshot of a device of the scope.
///
/// # Errors
/// When the query fails.
pub async fn get_snapshot(
    conn: &mut PgConnection,
    scope: &Scope,
    id: SnapshotId,
) -> Result<Option<SnapshotHead>, sqlx::Error> {
    let reach = scope.ids();
    sqlx::query_as!(
        SnapshotHead,
        r#"
        SELECT
            s.id AS "id: SnapshotId",
            s.device_id AS "device_id: DeviceId",
            d.name AS device_name,
            d.site_id AS "site_id: SiteId",
            site.slug AS site_slug,
            site.name AS site_name,
            site.timezone,
            s.taken_at,
            s.last_seen_at,
            s.times_seen,
            s.verdict AS "verdict: Verdict",
            s.checks AS "checks: Json<Vec<Check>>",
            s.sha256,
            s.size_bytes,
            s.line_count,
            s.version,
            s.model,
            s.serial,
            s.has_secrets,
            s.error_menus,
            s.batch_id AS "batch_id: BatchId",
            s.uploaded_by,
            b.trigger AS "trigger?: Trigger",
            b.requested_by,
            (
                SELECT p.id
                FROM snapshots p
                WHERE p.device_id = s.device_id
                    AND (p.taken_at, p.id) < (s.taken_at, s.id)
                ORDER BY p.taken_at DESC, p.id DESC
                LIMIT 1
            ) AS "previous_id: SnapshotId"
        FROM snapshots s
        JOIN devices d ON d.id = s.device_id
        JOIN sites site ON site.id = d.site_id
        LEFT JOIN batches b ON b.id = s.batch_id
        WHERE s.id = $1
            AND ($2::bigint[] IS NULL OR d.site_id = ANY ($2))
        "#,
        id as SnapshotId,
        reach.as_deref()
    )
    .fetch_optional(conn)
    .await
}

/// What the pages that annotate or delete a snapshot show of it.
#[derive(Debug)]
pub struct SnapshotNotes {
    pub id: SnapshotId,
    pub device_name: String,
    pub site_id: SiteId,
    pub site_slug: String,
    pub site_name: String,
    pub timezone: String,
    pub taken_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    pub times_seen: i32,
    pub verdict: Verdict,
    pub size_bytes: i64,
    pub comment: String,
    pub pinned: bool,
    /// Whether it is the newest verified one of a device that is still in the inventory.
    pub is_newest_verified: bool,
}

/// Gets what is noted of a snapshot of a device of the scope.
///
/// # Errors
/// When the query fails.
pub async fn get_snapshot_notes(
    conn: &mut PgConnection,
    scope: &Scope,
    id: SnapshotId,
) -> Result<Option<SnapshotNotes>, sqlx::Error> {
    let reach = scope.ids();
    sqlx::query_as!(
        SnapshotNotes,
        r#"
        SELECT
            s.id AS "id: SnapshotId",
            d.name AS device_name,
            d.site_id AS "site_id: SiteId",
            site.slug AS site_slug,
            site.name AS site_name,
            site.timezone,
            s.taken_at,
            s.last_seen_at,
            s.times_seen,
            s.verdict AS "verdict: Verdict",
            s.size_bytes,
            s.comment,
            s.pinned,
            (d.archived_at IS NULL AND d.last_verified_snapshot_id = s.id) IS TRUE AS "is_newest_verified!"
        FROM snapshots s
        JOIN devices d ON d.id = s.device_id
        JOIN sites site ON site.id = d.site_id
        WHERE s.id = $1
            AND ($2::bigint[] IS NULL OR d.site_id = ANY ($2))
        "#,
        id as SnapshotId,
        reach.as_deref()
    )
    .fetch_optional(conn)
    .await
}
