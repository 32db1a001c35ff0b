//! What changed at a site in a month: configurations, and host keys.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::ReportSpan;
use crate::model::{DeviceId, HostKeyDecision, SiteId, SnapshotId};

/// A configuration that was another than before.
#[derive(Debug)]
pub struct ReportChange {
    pub snapshot: SnapshotId,
    pub device_name: String,
    pub taken_at: DateTime<Utc>,
    /// Lines that it has and the one before has not, and the reverse; `None` when they were not
    /// compared.
    pub added_lines: Option<i32>,
    pub removed_lines: Option<i32>,
    /// The one before; `None`: it was deleted.
    pub previous: Option<SnapshotId>,
}

/// Lists the changes of the span, the oldest first, at most `limit`.
///
/// # Errors
/// When the query fails.
pub async fn list_report_changes(
    conn: &mut PgConnection,
    span: ReportSpan<'_>,
    limit: i64,
) -> Result<Vec<ReportChange>, sqlx::Error> {
    sqlx::query_as!(
        ReportChange,
        r#"
        SELECT
            changed.id AS "snapshot: SnapshotId",
            changed.name AS device_name,
            changed.taken_at,
            changed.added_lines,
            changed.removed_lines,
            previous.id AS "previous?: SnapshotId"
        FROM (
            SELECT s.id, s.device_id, d.name, s.taken_at, s.added_lines, s.removed_lines
            FROM devices d
            LEFT JOIN retention_devices kept ON kept.device_id = d.id
            CROSS JOIN LATERAL (
                SELECT s.id, s.device_id, s.taken_at, s.added_lines, s.removed_lines
                FROM snapshots s
                WHERE s.device_id = d.id
                    AND s.taken_at >= $2
                    AND s.taken_at < $3
                    AND s.verdict = 'verified'
                    AND (s.added_lines IS NOT NULL
                        OR kept.thinned_to IS NOT NULL
                        OR EXISTS (
                            SELECT
                            FROM snapshots b
                            WHERE b.device_id = s.device_id
                                AND (b.taken_at, b.id) < (s.taken_at, s.id)
                        ))
                ORDER BY s.taken_at, s.id
                LIMIT $5
            ) s
            WHERE d.site_id = $1
                AND ($4::bigint[] IS NULL OR d.site_id = ANY ($4))
            ORDER BY s.taken_at, s.id
            LIMIT $5
        ) changed
        LEFT JOIN LATERAL (
            SELECT b.id
            FROM snapshots b
            WHERE b.device_id = changed.device_id
                AND (b.taken_at, b.id) < (changed.taken_at, changed.id)
            ORDER BY b.taken_at DESC, b.id DESC
            LIMIT 1
        ) previous ON true
        ORDER BY changed.taken_at, changed.id
        "#,
        span.site as SiteId,
        span.from,
        span.until,
        span.scope.ids() as Option<Vec<i64>>,
        limit
    )
    .fetch_all(conn)
    .await
}

/// A host key in place of the trusted one.
#[derive(Debug)]
pub struct ReportKey {
    pub device: DeviceId,
    pub device_name: String,
    pub algorithm: String,
    pub first_seen_at: DateTime<Utc>,
    /// `None`: nobody has decided yet.
    pub decision: Option<HostKeyDecision>,
}

/// Lists the keys that were first seen in the span, the oldest first, at most `limit`.
///
/// # Errors
/// When the query fails.
pub async fn list_report_keys(
    conn: &mut PgConnection,
    span: ReportSpan<'_>,
    limit: i64,
) -> Result<Vec<ReportKey>, sqlx::Error> {
    sqlx::query_as!(
        ReportKey,
        r#"
        SELECT
            d.id AS "device: DeviceId",
            d.name AS device_name,
            keys.algorithm,
            keys.first_seen_at,
            keys.decision AS "decision: HostKeyDecision"
        FROM devices d
        JOIN host_key_changes keys ON keys.device_id = d.id
        WHERE d.site_id = $1
            AND ($4::bigint[] IS NULL OR d.site_id = ANY ($4))
            AND keys.first_seen_at >= $2
            AND keys.first_seen_at < $3
        ORDER BY keys.first_seen_at, keys.id
        LIMIT $5
        "#,
        span.site as SiteId,
        span.from,
        span.until,
        span.scope.ids() as Option<Vec<i64>>,
        limit
    )
    .fetch_all(conn)
    .await
}
