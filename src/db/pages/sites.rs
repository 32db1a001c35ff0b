//! One site as the head of its page, and how far a set of devices is covered.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::model::{Scope, SiteId};

/// How many devices have a verified backup that is young enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    /// Devices that are to be backed up.
    pub devices: i64,
    /// Those with a verified backup seen since the given time.
    pub verified: i64,
}

impl Coverage {
    /// Whole per cent, rounded down so that 100 means every device; 0 without devices.
    #[must_use]
    pub const fn percent(self) -> i64 {
        if self.devices == 0 {
            return 0;
        }
        self.verified * 100 / self.devices
    }
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
    /// Set when the site left the inventory.
    pub archived_at: Option<DateTime<Utc>>,
}

/// Gets a site of the scope by its slug, also an archived one: its history stays readable.
///
/// # Errors
/// When the query fails.
pub async fn get_site(
    conn: &mut PgConnection,
    scope: &Scope,
    slug: &str,
) -> Result<Option<SiteHead>, sqlx::Error> {
    let reach = scope.ids();
    sqlx::query_as!(
        SiteHead,
        r#"
        SELECT id AS "id: SiteId", slug, name, timezone, tags, notes, archived_at
        FROM sites
        WHERE slug = $1
            AND ($2::bigint[] IS NULL OR id = ANY ($2))
        "#,
        slug,
        reach.as_deref()
    )
    .fetch_optional(conn)
    .await
}

/// The coverage of one site; nothing outside the scope is counted.
///
/// # Errors
/// When the query fails.
pub async fn site_coverage(
    conn: &mut PgConnection,
    scope: &Scope,
    id: SiteId,
    verified_since: DateTime<Utc>,
) -> Result<Coverage, sqlx::Error> {
    let reach = scope.ids();
    sqlx::query_as!(
        Coverage,
        r#"
        SELECT
            count(*) AS "devices!",
            count(*) FILTER (WHERE last_verified_at >= $2) AS "verified!"
        FROM devices
        WHERE site_id = $1
            AND ($3::bigint[] IS NULL OR site_id = ANY ($3))
            AND archived_at IS NULL
            AND enabled
        "#,
        id as SiteId,
        verified_since,
        reach.as_deref()
    )
    .fetch_one(conn)
    .await
}
