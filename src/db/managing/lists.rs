//! The lists of sites and devices from which one is chosen to be changed.

use sqlx::PgConnection;

use crate::db::pages::Slice;
use crate::model::{DeviceId, Origin};

/// What is asked of a list.
#[derive(Debug, Clone, Copy, Default)]
pub struct ListFilter<'a> {
    /// Letters that one of its names has, whatever the case.
    pub search: Option<&'a str>,
    /// Those that are archived, instead of those that are not.
    pub archived: bool,
}

/// A site in the list.
#[derive(Debug)]
pub struct ListedSite {
    pub slug: String,
    pub name: String,
    pub timezone: String,
    pub tags: Vec<String>,
    pub origin: Origin,
    pub is_archived: bool,
    /// How many devices it has that are not archived.
    pub devices: i64,
    /// How many sites fit, on every row.
    pub total: i64,
}

/// The sites that fit, by name; searched for by slug and name.
///
/// # Errors
/// When the database fails.
pub async fn list_site_rows(
    conn: &mut PgConnection,
    filter: &ListFilter<'_>,
    slice: Slice,
) -> Result<Vec<ListedSite>, sqlx::Error> {
    sqlx::query_as!(
        ListedSite,
        r#"SELECT slug AS "slug!", name AS "name!", timezone AS "timezone!", tags AS "tags!",
                  origin AS "origin!: Origin", archived_at IS NOT NULL AS "is_archived!",
                  total AS "total!",
                  (
                      SELECT count(*)
                      FROM devices
                      WHERE site_id = page.id
                        AND devices.archived_at IS NULL
                  ) AS "devices!"
           FROM (
               SELECT *, count(*) OVER () AS total
               FROM sites
               WHERE (archived_at IS NOT NULL) = $2
                 AND ($1::text IS NULL
                      OR strpos(slug, lower($1)) > 0
                      OR strpos(lower(name), lower($1)) > 0)
               ORDER BY name, id
               LIMIT $3
               OFFSET $4
           ) AS page
           ORDER BY name, id"#,
        filter.search,
        filter.archived,
        slice.limit,
        slice.offset,
    )
    .fetch_all(conn)
    .await
}

/// A device in the list.
#[derive(Debug)]
pub struct ListedDevice {
    pub id: DeviceId,
    pub name: String,
    pub site_slug: String,
    pub site_name: String,
    pub address: String,
    pub port: i32,
    pub credential: String,
    pub tags: Vec<String>,
    pub enabled: bool,
    pub origin: Origin,
    pub is_archived: bool,
    /// How many devices fit, on every row.
    pub total: i64,
}

/// The devices that fit, by site and name; searched for by name, address and credential, and
/// narrowed to the site of a slug.
///
/// # Errors
/// When the database fails.
pub async fn list_device_rows(
    conn: &mut PgConnection,
    filter: &ListFilter<'_>,
    site: Option<&str>,
    slice: Slice,
) -> Result<Vec<ListedDevice>, sqlx::Error> {
    sqlx::query_as!(
        ListedDevice,
        r#"SELECT devices.id AS "id: DeviceId", devices.name, sites.slug AS site_slug,
                  sites.name AS site_name, address, port, credentials.name AS credential,
                  devices.tags, enabled, devices.origin AS "origin: Origin",
                  devices.archived_at IS NOT NULL AS "is_archived!",
                  count(*) OVER () AS "total!"
           FROM devices
           JOIN sites ON sites.id = devices.site_id
           JOIN credentials ON credentials.id = devices.credential_id
           WHERE (devices.archived_at IS NOT NULL) = $2
             AND ($1::text IS NULL
                  OR strpos(lower(devices.name), lower($1)) > 0
                  OR strpos(lower(address), lower($1)) > 0
                  OR strpos(lower(credentials.name), lower($1)) > 0)
             AND ($3::text IS NULL OR sites.slug = $3)
           ORDER BY sites.name, sites.id, devices.name
           LIMIT $4
           OFFSET $5"#,
        filter.search,
        filter.archived,
        site,
        slice.limit,
        slice.offset,
    )
    .fetch_all(conn)
    .await
}
