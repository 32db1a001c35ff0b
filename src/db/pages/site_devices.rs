//! What the list of sites tells of single devices: which one is worst off and why, which ones a
//! search found, and the days that a site's strip sums. Always for the sites of one page.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgConnection;

use crate::model::{RunState, Scope, SiteId, StoredFailureCode, Verdict};

/// The last result of the device of a site that is worst off: the longest overdue one, else one
/// that never had a verified backup.
#[derive(Debug)]
pub struct WorstDevice {
    pub site_id: SiteId,
    /// `None`: no run of it has ended.
    pub last_state: Option<RunState>,
    pub last_verdict: Option<Verdict>,
    pub last_failure_code: Option<StoredFailureCode>,
    pub last_failure: Option<String>,
}

/// The worst device of each of `sites` that is in the scope and has one without a recent verified backup.
///
/// # Errors
/// When the query fails.
pub async fn list_worst(
    conn: &mut PgConnection,
    scope: &Scope,
    sites: &[SiteId],
    verified_since: DateTime<Utc>,
) -> Result<Vec<WorstDevice>, sqlx::Error> {
    let reach = scope.ids();
    let sites: Vec<i64> = sites.iter().map(|id| id.0).collect();
    sqlx::query_as!(
        WorstDevice,
        r#"
        SELECT
            d.site_id AS "site_id!: SiteId",
            r.state AS "last_state?: RunState",
            r.verdict AS "last_verdict?: Verdict",
            r.failure_code AS "last_failure_code?: StoredFailureCode",
            r.failure_message AS "last_failure?"
        FROM (
            SELECT DISTINCT ON (site_id) site_id, last_run_id
            FROM devices
            WHERE site_id = ANY ($1)
                AND ($3::bigint[] IS NULL OR site_id = ANY ($3))
                AND archived_at IS NULL
                AND enabled
                AND (last_verified_at >= $2) IS NOT TRUE
            ORDER BY site_id, last_verified_at NULLS LAST, last_run_id NULLS LAST
        ) d
        LEFT JOIN runs r ON r.id = d.last_run_id
        "#,
        &sites,
        verified_since,
        reach.as_deref()
    )
    .fetch_all(conn)
    .await
}

/// Devices of a site with the same last days.
#[derive(Debug)]
pub struct SiteDays {
    pub site_id: SiteId,
    /// As the column `days` of a device.
    pub days: String,
    pub days_until: Option<NaiveDate>,
    /// How many devices there are with just these.
    pub devices: i64,
}

/// The last days of the devices of `sites`, as far as they are in the scope, that are to be backed up.
///
/// # Errors
/// When the query fails.
pub async fn list_site_days(
    conn: &mut PgConnection,
    scope: &Scope,
    sites: &[SiteId],
) -> Result<Vec<SiteDays>, sqlx::Error> {
    let reach = scope.ids();
    let sites: Vec<i64> = sites.iter().map(|id| id.0).collect();
    sqlx::query_as!(
        SiteDays,
        r#"
        SELECT site_id AS "site_id: SiteId", days, days_until, count(*) AS "devices!"
        FROM devices
        WHERE site_id = ANY ($1)
            AND ($2::bigint[] IS NULL OR site_id = ANY ($2))
            AND archived_at IS NULL
            AND enabled
        GROUP BY site_id, days, days_until
        "#,
        &sites,
        reach.as_deref()
    )
    .fetch_all(conn)
    .await
}

/// A device that was found, by its name, address or tag.
#[derive(Debug)]
pub struct FoundDevice {
    pub site_id: SiteId,
    pub name: String,
    pub address: String,
    /// How many devices of its site were found, on every row.
    pub found: i64,
}

/// The devices of `sites` in the scope with `search` in their name or address and with this tag, their own or,
/// where something is searched for, that of their site; at most `per_site` of each.
///
/// # Errors
/// When the query fails.
pub async fn list_found(
    conn: &mut PgConnection,
    scope: &Scope,
    sites: &[SiteId],
    search: Option<&str>,
    tag: Option<&str>,
    per_site: i64,
) -> Result<Vec<FoundDevice>, sqlx::Error> {
    let reach = scope.ids();
    let sites: Vec<i64> = sites.iter().map(|id| id.0).collect();
    sqlx::query_as!(
        FoundDevice,
        r#"
        SELECT site_id AS "site_id: SiteId", name, address, found AS "found!"
        FROM (
            SELECT
                d.site_id,
                d.name,
                d.address,
                count(*) OVER (PARTITION BY d.site_id) AS found,
                row_number() OVER (PARTITION BY d.site_id ORDER BY d.name, d.id) AS place
            FROM devices d
            JOIN sites s ON s.id = d.site_id
            WHERE d.site_id = ANY ($1)
                AND ($5::bigint[] IS NULL OR d.site_id = ANY ($5))
                AND d.archived_at IS NULL
                AND ($2::text IS NULL
                    OR strpos(lower(d.name), lower($2)) > 0 OR strpos(lower(d.address), lower($2)) > 0)
                AND ($3::text IS NULL
                    OR $3 = ANY (d.tags) OR ($2 IS NOT NULL AND $3 = ANY (s.tags)))
        ) d
        WHERE place <= $4
        ORDER BY site_id, place
        "#,
        &sites,
        search,
        tag,
        per_site,
        reach.as_deref()
    )
    .fetch_all(conn)
    .await
}
