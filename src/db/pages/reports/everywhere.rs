//! What a month came to at every site of a scope: a row a device, of which the page makes the rows of
//! sites. One statement reads the month of each device by index, however long the history is.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::LONGEST_WAIT;
use crate::db::pages::runs::bounds::get_ids_between;
use crate::model::{Scope, SiteId};

/// From when on there is something to report of the sites that are on one clock: a device counts from
/// when it came, so backups that are older than its site count for nothing.
#[derive(Debug)]
pub struct ReportClock {
    /// IANA name.
    pub timezone: String,
    /// When the first of them came into the inventory.
    pub begin: DateTime<Utc>,
}

/// Lists the clocks of the sites of the scope.
///
/// # Errors
/// When the query fails.
pub async fn list_report_clocks(
    conn: &mut PgConnection,
    scope: &Scope,
) -> Result<Vec<ReportClock>, sqlx::Error> {
    sqlx::query_as!(
        ReportClock,
        r#"
        SELECT timezone, min(created_at) AS "begin!"
        FROM sites
        WHERE $1::bigint[] IS NULL OR id = ANY ($1)
        GROUP BY timezone
        ORDER BY timezone
        "#,
        scope.ids() as Option<Vec<i64>>
    )
    .fetch_all(conn)
    .await
}

/// A month on one clock.
#[derive(Debug)]
pub struct ReportMonth<'a> {
    /// IANA name, as the sites have it.
    pub timezone: &'a str,
    /// When each of its days begins, in order.
    pub days: &'a [DateTime<Utc>],
    /// Exclusive.
    pub until: DateTime<Utc>,
}

/// A device of a report over all sites.
#[derive(Debug)]
pub struct ReportAttendance {
    pub site: SiteId,
    pub site_slug: String,
    pub site_name: String,
    pub timezone: String,
    pub enabled: bool,
    pub created_at: DateTime<Utc>,
    pub archived_at: Option<DateTime<Utc>>,
    /// As [`ReportDevice`](super::ReportDevice) has its schedule.
    pub rhythm: Option<String>,
    pub schedule_timezone: Option<String>,
    pub spread_secs: Option<i32>,
    pub schedule_since: DateTime<Utc>,
    /// The days on which a backup was verified, and those on which one was tried to its end, a bit
    /// each, the lowest for the first.
    pub verified_days: i64,
    pub tried_days: i64,
    pub failures: i64,
    pub suspects: i64,
    /// Verified backups of the month that differ from the one before.
    pub changes: i64,
    /// Whether retention deleted backups of the month, or of after it.
    pub is_thinned: bool,
}

/// The months as the statement takes them: a row a day.
struct DayRows {
    timezones: Vec<String>,
    begins: Vec<DateTime<Utc>>,
    untils: Vec<DateTime<Utc>>,
}

impl DayRows {
    fn new(months: &[ReportMonth<'_>]) -> Self {
        let mut rows = Self {
            timezones: Vec::new(),
            begins: Vec::new(),
            untils: Vec::new(),
        };
        for month in months {
            for day in month.days {
                rows.timezones.push(month.timezone.to_owned());
                rows.begins.push(*day);
                rows.untils.push(month.until);
            }
        }
        rows
    }

    /// The span in which all of them lie; `None`: there is none.
    fn span(&self) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let from = self.begins.iter().min()?;
        Some((*from, *self.untils.iter().max()?))
    }
}

/// Lists the devices of the scope that were in the inventory at any time of the month, each on the
/// clock of its site.
///
/// # Errors
/// When a query fails.
pub async fn list_report_attendance(
    conn: &mut PgConnection,
    scope: &Scope,
    months: &[ReportMonth<'_>],
) -> Result<Vec<ReportAttendance>, sqlx::Error> {
    let days = DayRows::new(months);
    let Some((from, until)) = days.span() else {
        return Ok(Vec::new());
    };
    let (after, before) = get_ids_between(conn, from - LONGEST_WAIT, until).await?;
    sqlx::query_as!(
        ReportAttendance,
        r#"
        WITH months AS MATERIALIZED (
            SELECT
                day.timezone,
                array_agg(day.begins_at ORDER BY day.begins_at) AS days,
                min(day.begins_at) AS begins_at,
                max(day.until) AS until
            FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) AS day (timezone, begins_at, until)
            GROUP BY day.timezone
        ), there AS MATERIALIZED (
            SELECT
                d.id,
                d.site_id,
                sites.slug,
                sites.name,
                sites.timezone,
                d.enabled,
                d.created_at,
                d.archived_at,
                schedules.rhythm,
                schedules.timezone AS schedule_timezone,
                schedules.spread_secs,
                d.schedule_since,
                kept.thinned_to,
                months.days,
                months.begins_at,
                months.until
            FROM sites
            JOIN months ON months.timezone = sites.timezone
            JOIN devices d ON d.site_id = sites.id
            LEFT JOIN schedules ON schedules.id = d.schedule_id
            LEFT JOIN retention_devices kept ON kept.device_id = d.id
            WHERE ($6::bigint[] IS NULL OR sites.id = ANY ($6))
                AND d.created_at < months.until
                AND (d.archived_at IS NULL OR d.archived_at >= months.begins_at)
            -- As snapshots mostly lie, which makes reading those of all three times as fast.
            ORDER BY d.site_id, d.id
        )
        SELECT
            there.site_id AS "site: SiteId",
            there.slug AS site_slug,
            there.name AS site_name,
            there.timezone,
            there.enabled,
            there.created_at,
            there.archived_at,
            there.rhythm AS "rhythm?",
            there.schedule_timezone,
            there.spread_secs AS "spread_secs?",
            there.schedule_since,
            coalesce(ended.verified_days, 0) AS "verified_days!",
            coalesce(ended.tried_days, 0) AS "tried_days!",
            ended.failures AS "failures!",
            ended.suspects AS "suspects!",
            changed.changes AS "changes!",
            coalesce(there.thinned_to >= there.begins_at, false) AS "is_thinned!"
        FROM there
        CROSS JOIN LATERAL (
            SELECT
                bit_or(1::bigint << (width_bucket(r.finished_at, there.days) - 1)) FILTER (WHERE r.verdict = 'verified') AS verified_days,
                bit_or(1::bigint << (width_bucket(r.finished_at, there.days) - 1)) AS tried_days,
                count(*) FILTER (WHERE r.state = 'failed') AS failures,
                count(*) FILTER (WHERE r.verdict = 'suspect') AS suspects
            FROM runs r
            WHERE r.device_id = there.id
                AND r.site_id = there.site_id
                AND r.id > $4
                AND r.id < $5
                AND r.finished_at >= there.begins_at
                AND r.finished_at < there.until
                AND r.state IN ('succeeded', 'failed')
        ) ended
        CROSS JOIN LATERAL (
            SELECT count(*) AS changes
            FROM snapshots s
            WHERE s.device_id = there.id
                AND s.taken_at >= there.begins_at
                AND s.taken_at < there.until
                AND s.verdict = 'verified'
                AND (s.added_lines IS NOT NULL
                    OR there.thinned_to IS NOT NULL
                    OR EXISTS (
                        SELECT
                        FROM snapshots b
                        WHERE b.device_id = s.device_id AND (b.taken_at, b.id) < (s.taken_at, s.id)
                    ))
        ) changed
        "#,
        &days.timezones,
        &days.begins,
        &days.untils,
        after,
        before,
        scope.ids() as Option<Vec<i64>>
    )
    .fetch_all(conn)
    .await
}
