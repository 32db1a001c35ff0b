//! The sites and devices that a few letters in a filter mean.

use sqlx::PgConnection;

use crate::model::{DeviceId, Scope, SiteId};

/// A site that a search may mean.
#[derive(Debug, Clone)]
pub struct SiteMatch {
    pub id: SiteId,
    pub slug: String,
    pub name: String,
    /// Whether its slug is what was searched for.
    pub is_exact: bool,
}

/// Lists at most `limit` sites of the scope whose slug or name has `search` in it, the exact one first;
/// archived ones are among them, for their history stays.
///
/// # Errors
/// When the query fails.
pub async fn match_sites(
    conn: &mut PgConnection,
    scope: &Scope,
    search: &str,
    limit: i64,
) -> Result<Vec<SiteMatch>, sqlx::Error> {
    let reach = scope.ids();
    sqlx::query_as!(
        SiteMatch,
        r#"
        SELECT id AS "id: SiteId", slug, name, slug = $1 AS "is_exact!"
        FROM sites
        WHERE (strpos(slug, lower($1)) > 0 OR strpos(lower(name), lower($1)) > 0)
            AND ($3::bigint[] IS NULL OR id = ANY ($3))
        ORDER BY slug = $1 DESC, slug
        LIMIT $2
        "#,
        search,
        limit,
        reach.as_deref()
    )
    .fetch_all(conn)
    .await
}

/// A device that a search may mean.
#[derive(Debug, Clone)]
pub struct DeviceMatch {
    pub id: DeviceId,
    pub name: String,
    pub site_slug: String,
    pub site_name: String,
    /// Whether its name is what was searched for; several sites may have one of that name.
    pub is_exact: bool,
}

/// Lists at most `limit` devices, of one site or of all of the scope, whose name has `search` in it, exact
/// ones first; archived ones are among them.
///
/// # Errors
/// When the query fails.
pub async fn match_devices(
    conn: &mut PgConnection,
    scope: &Scope,
    site: Option<SiteId>,
    search: &str,
    limit: i64,
) -> Result<Vec<DeviceMatch>, sqlx::Error> {
    let reach = scope.ids();
    sqlx::query_as!(
        DeviceMatch,
        r#"
        SELECT
            d.id AS "id: DeviceId",
            d.name,
            s.slug AS site_slug,
            s.name AS site_name,
            d.name = $2 AS "is_exact!"
        FROM devices d
        JOIN sites s ON s.id = d.site_id
        WHERE ($1::bigint IS NULL OR d.site_id = $1)
            AND ($4::bigint[] IS NULL OR d.site_id = ANY ($4))
            AND strpos(lower(d.name), lower($2)) > 0
        ORDER BY d.name = $2 DESC, d.name, s.slug
        LIMIT $3
        "#,
        site as Option<SiteId>,
        search,
        limit,
        reach.as_deref()
    )
    .fetch_all(conn)
    .await
}
