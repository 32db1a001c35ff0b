//! The devices that a site had in a month.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::ReportSpan;
use crate::model::{DeviceId, Scope, SiteId};

/// A device of a report.
#[derive(Debug, Clone)]
pub struct ReportDevice {
    pub id: DeviceId,
    pub name: String,
    /// Whether it is to be backed up by now; what it was in the month is not known.
    pub enabled: bool,
    /// As its last verified backup before the end of the month has them, else as they are now.
    pub model: Option<String>,
    pub version: Option<String>,
    pub created_at: DateTime<Utc>,
    pub archived_at: Option<DateTime<Utc>>,
    /// When its schedule comes, as the database keeps it, on which clock when not on the site's, and
    /// over how long sites are spread; `None`: it has no schedule.
    pub rhythm: Option<String>,
    pub schedule_timezone: Option<String>,
    pub spread_secs: Option<i32>,
    /// Since when that is so.
    pub schedule_since: DateTime<Utc>,
    /// Up to when some of its backups were deleted by retention; `None`: none was.
    pub thinned_to: Option<DateTime<Utc>>,
    /// Verified backups of the month that differ from the one before.
    pub changes: i64,
    /// Lines of these changes, as far as they were compared.
    pub added_lines: i64,
    pub removed_lines: i64,
    /// Keys in place of the trusted one that were first seen in the month.
    pub host_key_changes: i64,
}

/// Lists the devices that were in the inventory at any time of the span, by name.
///
/// # Errors
/// When the query fails.
pub async fn list_report_devices(
    conn: &mut PgConnection,
    span: ReportSpan<'_>,
) -> Result<Vec<ReportDevice>, sqlx::Error> {
    sqlx::query_as!(
        ReportDevice,
        r#"
        SELECT
            d.id AS "id: DeviceId",
            d.name,
            d.enabled,
            coalesce(newest.model, d.model) AS model,
            coalesce(newest.version, d.version) AS version,
            d.created_at,
            d.archived_at,
            schedules.rhythm AS "rhythm?",
            schedules.timezone AS schedule_timezone,
            schedules.spread_secs AS "spread_secs?",
            d.schedule_since,
            kept.thinned_to AS "thinned_to?",
            changed.changes AS "changes!",
            changed.added_lines AS "added_lines!",
            changed.removed_lines AS "removed_lines!",
            (
                SELECT count(*)
                FROM host_key_changes keys
                WHERE keys.device_id = d.id AND keys.first_seen_at >= $2 AND keys.first_seen_at < $3
            ) AS "host_key_changes!"
        FROM devices d
        LEFT JOIN schedules ON schedules.id = d.schedule_id
        LEFT JOIN retention_devices kept ON kept.device_id = d.id
        LEFT JOIN LATERAL (
            SELECT s.model, s.version
            FROM snapshots s
            WHERE s.device_id = d.id AND s.taken_at < $3 AND s.verdict = 'verified'
            ORDER BY s.taken_at DESC, s.id DESC
            LIMIT 1
        ) newest ON true
        CROSS JOIN LATERAL (
            SELECT
                count(*) AS changes,
                coalesce(sum(s.added_lines), 0) AS added_lines,
                coalesce(sum(s.removed_lines), 0) AS removed_lines
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
                        WHERE b.device_id = s.device_id AND (b.taken_at, b.id) < (s.taken_at, s.id)
                    ))
        ) changed
        WHERE d.site_id = $1
            AND ($4::bigint[] IS NULL OR d.site_id = ANY ($4))
            AND d.created_at < $3
            AND (d.archived_at IS NULL OR d.archived_at >= $2)
        ORDER BY d.name, d.id
        "#,
        span.site as SiteId,
        span.from,
        span.until,
        span.scope.ids() as Option<Vec<i64>>
    )
    .fetch_all(conn)
    .await
}

/// From when on there is something to report of a site.
#[derive(Debug)]
pub struct ReportStart {
    /// When it came into the inventory.
    pub created_at: DateTime<Utc>,
    /// When the oldest of its backups that are kept was taken; `None`: it has none.
    pub first_taken_at: Option<DateTime<Utc>>,
}

/// Gets it for a site of the scope.
///
/// # Errors
/// When the query fails.
pub async fn get_report_start(
    conn: &mut PgConnection,
    scope: &Scope,
    site: SiteId,
) -> Result<Option<ReportStart>, sqlx::Error> {
    sqlx::query_as!(
        ReportStart,
        r#"
        SELECT
            sites.created_at,
            (
                SELECT min(oldest.taken_at)
                FROM devices d
                CROSS JOIN LATERAL (
                    SELECT s.taken_at
                    FROM snapshots s
                    WHERE s.device_id = d.id
                    ORDER BY s.taken_at, s.id
                    LIMIT 1
                ) oldest
                WHERE d.site_id = sites.id
            ) AS first_taken_at
        FROM sites
        WHERE id = $1 AND ($2::bigint[] IS NULL OR id = ANY ($2))
        "#,
        site as SiteId,
        scope.ids() as Option<Vec<i64>>
    )
    .fetch_optional(conn)
    .await
}
