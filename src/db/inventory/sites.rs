//! The sites of an inventory.

use sqlx::PgConnection;

use super::Updated;
use crate::model::SiteId;

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

/// Writes the sites that differ, and brings back those that were archived. A site whose time
/// zone changed, or that came back, gets its next due time computed anew.
///
/// # Errors
/// When the database fails.
pub async fn update_sites(
    conn: &mut PgConnection,
    rows: &SiteRows<'_>,
) -> Result<Updated, sqlx::Error> {
    let were_archived = sqlx::query_scalar!(
        r#"UPDATE sites
           SET name = wanted.name,
               timezone = wanted.timezone,
               tags = string_to_array(wanted.tags, ','),
               next_due_at = CASE
                   WHEN old.timezone = wanted.timezone AND old.archived_at IS NULL
                   THEN sites.next_due_at
               END,
               archived_at = NULL
           FROM UNNEST($1::text[], $2::text[], $3::text[], $4::text[])
                    AS wanted (slug, name, timezone, tags)
           JOIN sites AS old ON old.slug = wanted.slug
           WHERE sites.id = old.id
             AND (old.name, old.timezone, old.tags, old.archived_at)
                 IS DISTINCT FROM
                 (wanted.name, wanted.timezone, string_to_array(wanted.tags, ','),
                  NULL::timestamptz)
           RETURNING old.archived_at IS NOT NULL AS "was_archived!""#,
        &rows.slugs as &[&str],
        &rows.names as &[&str],
        &rows.timezones as &[&str],
        &rows.tags,
    )
    .fetch_all(conn)
    .await?;
    Ok(Updated::count(&were_archived))
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

/// Archives the live sites that are not among `slugs`.
///
/// # Errors
/// When the database fails.
pub async fn archive_sites(conn: &mut PgConnection, slugs: &[&str]) -> Result<u64, sqlx::Error> {
    let archived = sqlx::query!(
        "UPDATE sites
         SET archived_at = now()
         WHERE archived_at IS NULL
           AND slug <> ALL($1)",
        slugs as &[&str],
    )
    .execute(conn)
    .await?;
    Ok(archived.rows_affected())
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
