//! Sites as an administrator sees and writes them.

use serde::Serialize;
use sqlx::PgConnection;

use super::{Wanted, as_json};
use crate::db::schedules::resolve;
use crate::model::{Origin, SiteId};

/// What an administrator says of a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SiteValues {
    /// Unique; the same for as long as the site is there.
    pub slug: String,
    pub name: String,
    /// IANA name.
    pub timezone: String,
    pub tags: Vec<String>,
    /// Lines end in LF.
    pub notes: String,
}

/// A site as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoredSite {
    pub id: SiteId,
    pub values: SiteValues,
    pub origin: Origin,
    pub is_archived: bool,
    /// How many devices it has that are not archived.
    #[serde(skip)]
    pub devices: i64,
}

struct Row {
    id: SiteId,
    slug: String,
    name: String,
    timezone: String,
    tags: Vec<String>,
    notes: String,
    origin: Origin,
    is_archived: bool,
    devices: i64,
}

impl From<Row> for StoredSite {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            values: SiteValues {
                slug: row.slug,
                name: row.name,
                timezone: row.timezone,
                tags: row.tags,
                notes: row.notes,
            },
            origin: row.origin,
            is_archived: row.is_archived,
            devices: row.devices,
        }
    }
}

/// The site of this slug, or every site by its slug; archived ones are among them.
async fn list(conn: &mut PgConnection, slug: Option<&str>) -> Result<Vec<StoredSite>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT sites.id AS "id: SiteId", slug, name, timezone, tags, notes,
                  origin AS "origin: Origin", archived_at IS NOT NULL AS "is_archived!",
                  coalesce(counted.devices, 0) AS "devices!"
           FROM sites
           LEFT JOIN (
               SELECT site_id, count(*) AS devices
               FROM devices
               WHERE archived_at IS NULL
               GROUP BY site_id
           ) AS counted ON counted.site_id = sites.id
           WHERE $1::text IS NULL OR slug = $1
           ORDER BY slug"#,
        slug,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(StoredSite::from).collect())
}

/// Every site by its slug, archived ones too.
///
/// # Errors
/// When the database fails.
pub async fn list_sites(conn: &mut PgConnection) -> Result<Vec<StoredSite>, sqlx::Error> {
    list(conn, None).await
}

/// The site of this slug, archived or not.
///
/// # Errors
/// When the database fails.
pub async fn get_site(
    conn: &mut PgConnection,
    slug: &str,
) -> Result<Option<StoredSite>, sqlx::Error> {
    Ok(list(conn, Some(slug)).await?.pop())
}

/// Writes sites, which are the browser's and not archived from then on. One whose time zone
/// changed is planned anew.
///
/// # Errors
/// When the database fails, or has the slug of a new one already.
pub async fn save_sites(
    conn: &mut PgConnection,
    sites: &[Wanted<SiteValues>],
) -> Result<(), sqlx::Error> {
    let rows = as_json(sites);
    sqlx::query!(
        "WITH moved AS (
             UPDATE due_times
             SET due_at = NULL
             FROM jsonb_to_recordset($1) AS wanted (id bigint, timezone text)
             JOIN sites ON sites.id = wanted.id
             WHERE due_times.site_id = sites.id
               AND sites.timezone <> wanted.timezone
         )
         UPDATE sites
         SET name = wanted.name,
             timezone = wanted.timezone,
             tags = wanted.tags,
             notes = wanted.notes,
             origin = 'browser',
             archived_at = NULL
         FROM jsonb_to_recordset($1)
                  AS wanted (id bigint, name text, timezone text, tags text[], notes text)
         WHERE sites.id = wanted.id",
        rows,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "INSERT INTO sites (slug, name, timezone, tags, notes, origin)
         SELECT slug, name, timezone, tags, notes, 'browser'
         FROM jsonb_to_recordset($1)
                  AS wanted (id bigint, slug text, name text, timezone text, tags text[], notes text)
         WHERE id IS NULL",
        rows,
    )
    .execute(&mut *conn)
    .await?;
    resolve(conn).await
}

/// Archives a site with its devices. Gives how many devices those are.
///
/// # Errors
/// When the database fails.
pub async fn archive_site(conn: &mut PgConnection, site: SiteId) -> Result<u64, sqlx::Error> {
    sqlx::query!("UPDATE sites SET archived_at = now() WHERE id = $1", site.0)
        .execute(&mut *conn)
        .await?;
    let devices = sqlx::query!(
        "UPDATE devices
         SET archived_at = now()
         WHERE site_id = $1
           AND archived_at IS NULL",
        site.0,
    )
    .execute(&mut *conn)
    .await?;
    resolve(conn).await?;
    Ok(devices.rows_affected())
}

/// Brings an archived site back, and the devices that were archived together with it and have a
/// credential that is still there. All are the browser's from then on. Gives how many devices
/// came back.
///
/// # Errors
/// When the database fails.
pub async fn restore_site(conn: &mut PgConnection, site: SiteId) -> Result<u64, sqlx::Error> {
    let devices = sqlx::query!(
        "UPDATE devices
         SET archived_at = NULL,
             origin = 'browser'
         FROM sites, credentials
         WHERE sites.id = $1
           AND devices.site_id = sites.id
           AND devices.archived_at = sites.archived_at
           AND credentials.id = devices.credential_id
           AND credentials.archived_at IS NULL",
        site.0,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "UPDATE sites
         SET archived_at = NULL,
             origin = 'browser'
         WHERE id = $1",
        site.0,
    )
    .execute(&mut *conn)
    .await?;
    resolve(conn).await?;
    Ok(devices.rows_affected())
}
