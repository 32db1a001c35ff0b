//! The sites of an inventory.

use sqlx::PgConnection;

use super::{Left, Updated, Was};
use crate::model::{Origin, SiteId};

/// Sites to write, as columns of equal length.
#[derive(Debug, Default)]
pub struct SiteRows<'a> {
    /// Unique.
    pub slugs: Vec<&'a str>,
    /// Names for people.
    pub names: Vec<&'a str>,
    /// IANA names.
    pub timezones: Vec<&'a str>,
    /// The tags of each, with commas between.
    pub tags: Vec<String>,
}

/// Writes the sites of the file that differ, takes over those that were made in the browser, and
/// brings back those that were archived. A site whose time zone changed is planned anew.
///
/// # Errors
/// When the database fails.
pub async fn update_sites(
    conn: &mut PgConnection,
    rows: &SiteRows<'_>,
) -> Result<Updated, sqlx::Error> {
    let were = sqlx::query_as!(
        Was,
        r#"WITH moved AS (
               UPDATE due_times
               SET due_at = NULL
               FROM UNNEST($1::text[], $3::text[]) AS wanted (slug, timezone)
               JOIN sites ON sites.slug = wanted.slug
               WHERE due_times.site_id = sites.id
                 AND sites.timezone <> wanted.timezone
           )
           UPDATE sites
           SET name = wanted.name,
               timezone = wanted.timezone,
               tags = string_to_array(wanted.tags, ','),
               origin = 'file',
               archived_at = NULL
           FROM UNNEST($1::text[], $2::text[], $3::text[], $4::text[])
                    AS wanted (slug, name, timezone, tags)
           JOIN sites AS old ON old.slug = wanted.slug
           WHERE sites.id = old.id
             AND (old.name, old.timezone, old.tags, old.origin, old.archived_at)
                 IS DISTINCT FROM
                 (wanted.name, wanted.timezone, string_to_array(wanted.tags, ','), 'file',
                  NULL::timestamptz)
           RETURNING old.archived_at IS NOT NULL AS "archived!",
                     old.origin AS "origin!: Origin""#,
        &rows.slugs as &[&str],
        &rows.names as &[&str],
        &rows.timezones as &[&str],
        &rows.tags,
    )
    .fetch_all(conn)
    .await?;
    Ok(Updated::count(were))
}

/// Inserts the sites that are not there yet, live or archived.
///
/// # Errors
/// When the database fails.
pub async fn insert_sites(
    conn: &mut PgConnection,
    rows: &SiteRows<'_>,
) -> Result<u64, sqlx::Error> {
    let inserted = sqlx::query!(
        "INSERT INTO sites (slug, name, timezone, tags)
         SELECT slug, name, timezone, string_to_array(tags, ',')
         FROM UNNEST($1::text[], $2::text[], $3::text[], $4::text[])
                  AS wanted (slug, name, timezone, tags)
         WHERE NOT EXISTS (SELECT FROM sites WHERE sites.slug = wanted.slug)",
        &rows.slugs as &[&str],
        &rows.names as &[&str],
        &rows.timezones as &[&str],
        &rows.tags,
    )
    .execute(conn)
    .await?;
    Ok(inserted.rows_affected())
}

/// Archives the live sites of the file that are not among `slugs`. One with devices that were
/// made in the browser stays for them, and is the browser's from now on.
///
/// # Errors
/// When the database fails.
pub async fn archive_sites(conn: &mut PgConnection, slugs: &[&str]) -> Result<Left, sqlx::Error> {
    let stayed = sqlx::query_scalar!(
        r#"WITH gone AS (
               SELECT id,
                      EXISTS (
                          SELECT FROM devices
                          WHERE devices.site_id = sites.id
                            AND devices.archived_at IS NULL
                            AND devices.origin = 'browser'
                      ) AS stays
               FROM sites
               WHERE archived_at IS NULL
                 AND origin = 'file'
                 AND slug <> ALL($1)
           )
           UPDATE sites
           SET archived_at = CASE WHEN gone.stays THEN NULL ELSE now() END,
               origin = CASE WHEN gone.stays THEN 'browser' ELSE 'file' END
           FROM gone
           WHERE sites.id = gone.id
           RETURNING gone.stays AS "stays!""#,
        slugs as &[&str],
    )
    .fetch_all(conn)
    .await?;
    Ok(Left::count(&stayed))
}

/// The live sites by slug.
///
/// # Errors
/// When the database fails.
pub async fn list_site_ids(conn: &mut PgConnection) -> Result<Vec<(String, SiteId)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"SELECT slug, id AS "id: SiteId"
           FROM sites
           WHERE archived_at IS NULL"#
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.slug, row.id)).collect())
}
