//! Sites with their coverage.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::Slice;
use crate::model::SiteId;

/// How many devices have a verified backup that is young enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    /// Devices that are to be backed up.
    pub devices: i64,
    /// Those with a verified backup seen since the given time.
    pub verified: i64,
}

impl Coverage {
    /// Devices without one.
    #[must_use]
    pub const fn uncovered(self) -> i64 {
        self.devices - self.verified
    }

    /// Whole per cent, rounded down so that 100 means every device; 0 without devices.
    #[must_use]
    pub const fn percent(self) -> i64 {
        if self.devices == 0 {
            return 0;
        }
        self.verified * 100 / self.devices
    }
}

/// The numbers on top of the sites page.
#[derive(Debug)]
pub struct Totals {
    /// Sites in the inventory.
    pub sites: i64,
    /// Over all sites.
    pub coverage: Coverage,
    /// When any device was last seen with a verified export; `None` before the first.
    pub last_verified_at: Option<DateTime<Utc>>,
    /// The earliest nightly batch to come; `None` until the scheduler has reckoned it.
    pub next_due_at: Option<DateTime<Utc>>,
}

/// Sums the coverage of all sites.
///
/// # Errors
/// When the query fails.
pub async fn total_coverage(
    conn: &mut PgConnection,
    verified_since: DateTime<Utc>,
) -> Result<Totals, sqlx::Error> {
    let row = sqlx::query!(
        r#"
        SELECT
            (SELECT count(*) FROM sites WHERE archived_at IS NULL) AS "sites!",
            (SELECT min(next_due_at) FROM sites WHERE archived_at IS NULL) AS next_due_at,
            count(*) AS "devices!",
            count(*) FILTER (WHERE last_verified_at >= $1) AS "verified!",
            max(last_verified_at) AS last_verified_at
        FROM devices
        WHERE archived_at IS NULL
            AND enabled
        "#,
        verified_since
    )
    .fetch_one(conn)
    .await?;
    Ok(Totals {
        sites: row.sites,
        coverage: Coverage {
            devices: row.devices,
            verified: row.verified,
        },
        last_verified_at: row.last_verified_at,
        next_due_at: row.next_due_at,
    })
}

/// Which sites to list.
#[derive(Debug, Default)]
pub struct SiteFilter<'a> {
    /// Part of the name or of the slug, in any case.
    pub name: Option<&'a str>,
    /// A tag of the site.
    pub tag: Option<&'a str>,
}

/// One site in the list.
#[derive(Debug)]
pub struct SiteRow {
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
    pub next_due_at: Option<DateTime<Utc>>,
    /// How many sites pass the filter, on every row.
    pub total: i64,
}

impl SiteRow {
    /// The coverage of this site.
    #[must_use]
    pub const fn coverage(&self) -> Coverage {
        Coverage {
            devices: self.devices,
            verified: self.verified,
        }
    }
}

/// Lists sites, most uncovered devices first, then by name.
///
/// # Errors
/// When the query fails.
pub async fn list_sites(
    conn: &mut PgConnection,
    filter: &SiteFilter<'_>,
    verified_since: DateTime<Utc>,
    slice: Slice,
) -> Result<Vec<SiteRow>, sqlx::Error> {
    sqlx::query_as!(
        SiteRow,
        r#"
        SELECT
            s.slug,
            s.name,
            s.timezone,
            s.tags,
            count(d.id) AS "devices!",
            count(d.id) FILTER (WHERE d.last_verified_at >= $1) AS "verified!",
            count(d.id) FILTER (WHERE d.last_verified_at IS NULL) AS "never!",
            max(d.last_verified_at) AS last_verified_at,
            s.next_due_at,
            count(*) OVER () AS "total!"
        FROM sites s
        LEFT JOIN devices d ON d.site_id = s.id AND d.archived_at IS NULL AND d.enabled
        WHERE s.archived_at IS NULL
            AND ($2::text IS NULL OR strpos(lower(s.name), lower($2)) > 0 OR strpos(s.slug, lower($2)) > 0)
            AND ($3::text IS NULL OR $3 = ANY (s.tags))
        GROUP BY s.id
        ORDER BY
            count(d.id) - count(d.id) FILTER (WHERE d.last_verified_at >= $1) DESC,
            lower(s.name),
            s.id
        LIMIT $4
        OFFSET $5
        "#,
        verified_since,
        filter.name,
        filter.tag,
        slice.limit,
        slice.offset
    )
    .fetch_all(conn)
    .await
}

/// A site as the head of its page.
#[derive(Debug)]
pub struct SiteHead {
    pub id: SiteId,
    pub slug: String,
    pub name: String,
    pub timezone: String,
    pub tags: Vec<String>,
    pub notes: String,
    pub next_due_at: Option<DateTime<Utc>>,
    /// Set when the site left the inventory.
    pub archived_at: Option<DateTime<Utc>>,
}

/// Gets a site by its slug, also an archived one: its history stays readable.
///
/// # Errors
/// When the query fails.
pub async fn get_site(
    conn: &mut PgConnection,
    slug: &str,
) -> Result<Option<SiteHead>, sqlx::Error> {
    sqlx::query_as!(
        SiteHead,
        r#"
        SELECT id AS "id: SiteId", slug, name, timezone, tags, notes, next_due_at, archived_at
        FROM sites
        WHERE slug = $1
        "#,
        slug
    )
    .fetch_optional(conn)
    .await
}

/// The coverage of one site.
///
/// # Errors
/// When the query fails.
pub async fn site_coverage(
    conn: &mut PgConnection,
    id: SiteId,
    verified_since: DateTime<Utc>,
) -> Result<Coverage, sqlx::Error> {
    sqlx::query_as!(
        Coverage,
        r#"
        SELECT
            count(*) AS "devices!",
            count(*) FILTER (WHERE last_verified_at >= $2) AS "verified!"
        FROM devices
        WHERE site_id = $1
            AND archived_at IS NULL
            AND enabled
        "#,
        id as SiteId,
        verified_since
    )
    .fetch_one(conn)
    .await
}
