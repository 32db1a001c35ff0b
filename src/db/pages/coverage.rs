//! Coverage of all sites: the numbers on top of Home, and the list with the worst site first.
//! Everything comes from one scan of `devices`; neither runs nor snapshots are read, but for the
//! last run of the one device that each row names the cause of.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{Coverage, Slice};
use crate::model::{Scope, SiteId};

/// The numbers on top of the sites page.
#[derive(Debug)]
pub struct Totals {
    /// Sites in the inventory.
    pub sites: i64,
    /// Over all sites.
    pub coverage: Coverage,
    /// How many snapshots are kept, those of devices that left the inventory included.
    pub snapshots: i64,
    /// When any device was last seen with a verified export; `None` before the first.
    pub last_verified_at: Option<DateTime<Utc>>,
    /// The earliest scheduled batch to come; `None`: nothing is scheduled, or it was not reckoned
    /// yet.
    pub next_due_at: Option<DateTime<Utc>>,
}

/// Sums the coverage of all sites of the scope.
///
/// # Errors
/// When the query fails.
pub async fn total_coverage(
    conn: &mut PgConnection,
    scope: &Scope,
    verified_since: DateTime<Utc>,
) -> Result<Totals, sqlx::Error> {
    let reach = scope.ids();
    let row = sqlx::query!(
        r#"
        SELECT
            (
                SELECT count(*)
                FROM sites
                WHERE archived_at IS NULL
                    AND ($2::bigint[] IS NULL OR id = ANY ($2))
            ) AS "sites!",
            (
                SELECT min(due_at)
                FROM due_times
                WHERE $2::bigint[] IS NULL OR site_id = ANY ($2)
            ) AS next_due_at,
            count(*) FILTER (WHERE due) AS "devices!",
            count(*) FILTER (WHERE due AND last_verified_at >= $1) AS "verified!",
            max(last_verified_at) FILTER (WHERE due) AS last_verified_at,
            coalesce(sum(snapshot_count), 0)::bigint AS "snapshots!"
        FROM (
            SELECT last_verified_at, snapshot_count, archived_at IS NULL AND enabled AS due
            FROM devices
            WHERE $2::bigint[] IS NULL OR site_id = ANY ($2)
        ) d
        "#,
        verified_since,
        reach.as_deref()
    )
    .fetch_one(conn)
    .await?;
    Ok(Totals {
        sites: row.sites,
        coverage: Coverage {
            devices: row.devices,
            verified: row.verified,
        },
        snapshots: row.snapshots,
        last_verified_at: row.last_verified_at,
        next_due_at: row.next_due_at,
    })
}

/// How a site, or a device, must stand to be listed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// Whatever it is.
    #[default]
    All,
    /// Some device has no verified backup that is young enough.
    Attention,
    /// There are devices, and each has one.
    Verified,
    /// Some device never had one.
    Never,
}

impl Stand {
    /// As the address of a page and the queries have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Attention => "attention",
            Self::Verified => "verified",
            Self::Never => "never",
        }
    }
}

/// Which sites to list.
#[derive(Debug, Default)]
pub struct SiteFilter<'a> {
    /// Part of the site's name or slug, or of the name or address of one of its devices, in any
    /// case.
    pub search: Option<&'a str>,
    /// A tag of the site or of one of its devices.
    pub tag: Option<&'a str>,
    pub stand: Stand,
}

/// One site in the list.
#[derive(Debug)]
pub struct SiteRow {
    pub id: SiteId,
    pub slug: String,
    pub name: String,
    pub timezone: String,
    pub tags: Vec<String>,
    /// Devices that are to be backed up.
    pub devices: i64,
    /// Those with a verified backup since the given time.
    pub verified: i64,
    /// Those that never had one.
    pub never: i64,
    /// When a verified export was last seen on any of its devices.
    pub last_verified_at: Option<DateTime<Utc>>,
    /// The verified export of the longest overdue device; `None` when none is overdue.
    pub overdue_since: Option<DateTime<Utc>>,
    /// How many sites pass the filter, on every row.
    pub total: i64,
}

impl SiteRow {
    /// Devices that had a verified backup once, too long ago.
    #[must_use]
    pub const fn overdue(&self) -> i64 {
        self.devices - self.verified - self.never
    }
}

/// Lists the sites of the scope: most devices without a recent verified backup first, then the longest overdue,
/// then by name.
///
/// # Errors
/// When the query fails.
pub async fn list_sites(
    conn: &mut PgConnection,
    scope: &Scope,
    filter: &SiteFilter<'_>,
    verified_since: DateTime<Utc>,
    slice: Slice,
) -> Result<Vec<SiteRow>, sqlx::Error> {
    let reach = scope.ids();
    sqlx::query_as!(
        SiteRow,
        r#"
        SELECT
            s.id AS "id: SiteId",
            s.slug,
            s.name,
            s.timezone,
            s.tags,
            coalesce(d.devices, 0) AS "devices!",
            coalesce(d.verified, 0) AS "verified!",
            coalesce(d.never, 0) AS "never!",
            d.last_verified_at,
            d.overdue_since,
            count(*) OVER () AS "total!"
        FROM sites s
        LEFT JOIN (
            SELECT
                site_id,
                count(*) FILTER (WHERE enabled) AS devices,
                count(*) FILTER (WHERE enabled AND last_verified_at >= $1) AS verified,
                count(*) FILTER (WHERE enabled AND last_verified_at IS NULL) AS never,
                max(last_verified_at) FILTER (WHERE enabled) AS last_verified_at,
                min(last_verified_at) FILTER (WHERE enabled AND last_verified_at < $1) AS overdue_since,
                bool_or($2::text IS NOT NULL
                    AND (strpos(lower(name), lower($2)) > 0 OR strpos(lower(address), lower($2)) > 0)) AS found,
                bool_or($3::text = ANY (tags)) AS tagged
            FROM devices
            WHERE archived_at IS NULL
                AND ($7::bigint[] IS NULL OR site_id = ANY ($7))
            GROUP BY site_id
        ) d ON d.site_id = s.id
        WHERE s.archived_at IS NULL
            AND ($7::bigint[] IS NULL OR s.id = ANY ($7))
            AND ($2::text IS NULL OR d.found
                OR strpos(lower(s.name), lower($2)) > 0 OR strpos(lower(s.slug), lower($2)) > 0)
            AND ($3::text IS NULL OR d.tagged OR $3 = ANY (s.tags))
            AND CASE $4::text
                WHEN 'attention' THEN d.devices > d.verified
                WHEN 'verified' THEN d.devices > 0 AND d.devices = d.verified
                WHEN 'never' THEN d.never > 0
                ELSE true
            END
        ORDER BY
            coalesce(d.devices - d.verified, 0) DESC,
            d.overdue_since NULLS LAST,
            lower(s.name),
            s.id
        LIMIT $5
        OFFSET $6
        "#,
        verified_since,
        filter.search,
        filter.tag,
        filter.stand.as_str(),
        slice.limit,
        slice.offset,
        reach.as_deref()
    )
    .fetch_all(conn)
    .await
}

/// The tags that sites and devices of the scope have, in their order, at most `limit`.
///
/// # Errors
/// When the query fails.
pub async fn list_tags(
    conn: &mut PgConnection,
    scope: &Scope,
    limit: i64,
) -> Result<Vec<String>, sqlx::Error> {
    let reach = scope.ids();
    sqlx::query_scalar!(
        r#"
        SELECT DISTINCT unnest(tags) AS "tag!"
        FROM (
            SELECT tags
            FROM sites
            WHERE archived_at IS NULL
                AND ($2::bigint[] IS NULL OR id = ANY ($2))
            UNION
            SELECT tags
            FROM devices
            WHERE archived_at IS NULL
                AND ($2::bigint[] IS NULL OR site_id = ANY ($2))
        ) tagged
        ORDER BY 1
        LIMIT $1
        "#,
        limit,
        reach.as_deref()
    )
    .fetch_all(conn)
    .await
}
