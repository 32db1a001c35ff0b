//! What came of the backups of a month, a row a device, and a row a device and cause of failure.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{LONGEST_WAIT, ReportSpan};
use crate::db::pages::runs::bounds::get_ids_between;
use crate::model::{DeviceId, SiteId, StoredFailureCode};

/// What came of the backups of a device that ended in the span.
#[derive(Debug, Clone)]
pub struct ReportResults {
    pub device: DeviceId,
    /// The days on which one was verified, a bit each, the lowest for the first.
    pub verified_days: i64,
    /// The same for those on which one was tried to its end, whatever came of it.
    pub tried_days: i64,
    pub first_verified_at: Option<DateTime<Utc>>,
    pub last_verified_at: Option<DateTime<Utc>>,
    /// The longest time between two verified ones; `None`: there were not two.
    pub longest_gap_secs: Option<i64>,
    pub suspects: i64,
}

/// Lists the results of the devices that have any in the span.
///
/// # Errors
/// When a query fails.
pub async fn list_report_results(
    conn: &mut PgConnection,
    span: ReportSpan<'_>,
) -> Result<Vec<ReportResults>, sqlx::Error> {
    let (after, before) = get_ids_between(conn, span.from - LONGEST_WAIT, span.until).await?;
    sqlx::query_as!(
        ReportResults,
        r#"
        SELECT
            device_id AS "device: DeviceId",
            coalesce(
                bit_or(1::bigint << (width_bucket(finished_at, $6::timestamptz[]) - 1)) FILTER (WHERE verdict = 'verified'),
                0
            ) AS "verified_days!",
            bit_or(1::bigint << (width_bucket(finished_at, $6::timestamptz[]) - 1)) AS "tried_days!",
            min(finished_at) FILTER (WHERE verdict = 'verified') AS first_verified_at,
            max(finished_at) FILTER (WHERE verdict = 'verified') AS last_verified_at,
            extract(epoch FROM max(gap) FILTER (WHERE verdict = 'verified'))::bigint AS longest_gap_secs,
            count(*) FILTER (WHERE verdict = 'suspect') AS "suspects!"
        FROM (
            SELECT
                device_id,
                verdict,
                finished_at,
                finished_at - lag(finished_at) OVER (
                    PARTITION BY device_id, verdict
                    ORDER BY finished_at
                ) AS gap
            FROM runs
            WHERE site_id = $1
                AND ($7::bigint[] IS NULL OR site_id = ANY ($7))
                AND id > $2
                AND id < $3
                AND finished_at >= $4
                AND finished_at < $5
                AND state IN ('succeeded', 'failed')
        ) ended
        GROUP BY device_id
        "#,
        span.site as SiteId,
        after,
        before,
        span.from,
        span.until,
        span.days,
        span.scope.ids() as Option<Vec<i64>>
    )
    .fetch_all(conn)
    .await
}

/// The failures of a device that have one cause.
#[derive(Debug, Clone)]
pub struct ReportFailure {
    pub device: DeviceId,
    pub device_name: String,
    pub code: StoredFailureCode,
    pub failures: i64,
    /// The days on which there were any, as [`ReportResults::verified_days`].
    pub days: i64,
}

/// Lists the failures that ended in the span, by device, the most frequent cause first.
///
/// # Errors
/// When a query fails.
pub async fn list_report_failures(
    conn: &mut PgConnection,
    span: ReportSpan<'_>,
) -> Result<Vec<ReportFailure>, sqlx::Error> {
    let (after, before) = get_ids_between(conn, span.from - LONGEST_WAIT, span.until).await?;
    sqlx::query_as!(
        ReportFailure,
        r#"
        SELECT
            r.device_id AS "device: DeviceId",
            d.name AS device_name,
            coalesce(r.failure_code, '') AS "code!: StoredFailureCode",
            count(*) AS "failures!",
            bit_or(1::bigint << (width_bucket(r.finished_at, $6::timestamptz[]) - 1)) AS "days!"
        FROM runs r
        JOIN devices d ON d.id = r.device_id
        WHERE r.site_id = $1
            AND ($7::bigint[] IS NULL OR r.site_id = ANY ($7))
            AND r.id > $2
            AND r.id < $3
            AND r.finished_at >= $4
            AND r.finished_at < $5
            AND r.state = 'failed'
        GROUP BY r.device_id, d.name, r.failure_code
        ORDER BY d.name, r.device_id, count(*) DESC, r.failure_code
        "#,
        span.site as SiteId,
        after,
        before,
        span.from,
        span.until,
        span.days,
        span.scope.ids() as Option<Vec<i64>>
    )
    .fetch_all(conn)
    .await
}

/// Up to when runs were deleted by their limit, by when they were queued; `None`: none was.
///
/// # Errors
/// When the query fails.
pub async fn get_runs_gone_to(
    conn: &mut PgConnection,
) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
    sqlx::query_scalar!("SELECT runs_gone_to FROM retention")
        .fetch_one(conn)
        .await
}
