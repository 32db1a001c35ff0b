//! Tags over sites and devices: how many have each, and changing one everywhere. Those of the
//! inventory file stay, for the file would bring them back.

use sqlx::PgConnection;

use crate::db::pages::Slice;
use crate::db::schedules::resolve;

/// A tag in the list.
#[derive(Debug)]
pub struct TagRow {
    pub tag: String,
    /// How many sites and devices that are not archived have it.
    pub sites: i64,
    pub devices: i64,
    /// How many of both are the inventory file's.
    pub in_file: i64,
    /// How many tags fit, on every row.
    pub total: i64,
}

impl TagRow {
    /// Whether something has it that is not the inventory file's.
    #[must_use]
    pub const fn is_changeable(&self) -> bool {
        self.in_file < self.sites + self.devices
    }
}

/// The tags that fit, by name.
///
/// # Errors
/// When the database fails.
pub async fn list_tag_rows(
    conn: &mut PgConnection,
    search: Option<&str>,
    slice: Slice,
) -> Result<Vec<TagRow>, sqlx::Error> {
    sqlx::query_as!(
        TagRow,
        r#"SELECT tag AS "tag!",
                  count(*) FILTER (WHERE is_site) AS "sites!",
                  count(*) FILTER (WHERE NOT is_site) AS "devices!",
                  count(*) FILTER (WHERE origin = 'file') AS "in_file!",
                  count(*) OVER () AS "total!"
           FROM (
               SELECT unnest(tags) AS tag, origin, true AS is_site
               FROM sites
               WHERE archived_at IS NULL
               UNION ALL
               SELECT unnest(tags), origin, false
               FROM devices
               WHERE archived_at IS NULL
           ) AS tagged
           WHERE $1::text IS NULL OR strpos(lower(tag), lower($1)) > 0
           GROUP BY tag
           ORDER BY tag
           LIMIT $2
           OFFSET $3"#,
        search,
        slice.limit,
        slice.offset,
    )
    .fetch_all(conn)
    .await
}

/// Whether somebody, or a token, reaches sites by this tag.
///
/// # Errors
/// When the database fails.
pub async fn is_tag_in_a_scope(conn: &mut PgConnection, tag: &str) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (
                      SELECT FROM users
                      WHERE archived_at IS NULL
                        AND $1 = ANY (site_tags)
                  )
               OR EXISTS (
                      SELECT FROM api_tokens
                      WHERE revoked_at IS NULL
                        AND $1 = ANY (site_tags)
                  ) AS "is!""#,
        tag,
    )
    .fetch_one(conn)
    .await
}

/// What changing a tag came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TagChange {
    /// Sites and devices that were changed, archived ones too.
    pub sites: u64,
    pub devices: u64,
    /// Sites and devices of the inventory file that keep it.
    pub kept: i64,
}

/// Renames a tag everywhere but in what is the inventory file's, or takes it away. A site or
/// device that has the new one already has it once.
///
/// # Errors
/// When the database fails.
pub async fn change_tag(
    conn: &mut PgConnection,
    tag: &str,
    new: Option<&str>,
) -> Result<TagChange, sqlx::Error> {
    // The new one takes the place of the old one, and is dropped where it was there before.
    let sites = sqlx::query!(
        "UPDATE sites
         SET tags = array_remove(
             CASE
                 WHEN $2 = ANY (tags) THEN array_remove(tags, $1)
                 ELSE array_replace(tags, $1, $2)
             END,
             NULL
         )
         WHERE $1 = ANY (tags)
           AND (origin = 'browser' OR archived_at IS NOT NULL)",
        tag,
        new,
    )
    .execute(&mut *conn)
    .await?;
    let devices = sqlx::query!(
        "UPDATE devices
         SET tags = array_remove(
             CASE
                 WHEN $2 = ANY (tags) THEN array_remove(tags, $1)
                 ELSE array_replace(tags, $1, $2)
             END,
             NULL
         )
         WHERE $1 = ANY (tags)
           AND (origin = 'browser' OR archived_at IS NOT NULL)",
        tag,
        new,
    )
    .execute(&mut *conn)
    .await?;
    let kept = sqlx::query_scalar!(
        r#"SELECT (SELECT count(*) FROM sites WHERE $1 = ANY (tags))
                + (SELECT count(*) FROM devices WHERE $1 = ANY (tags)) AS "kept!""#,
        tag,
    )
    .fetch_one(&mut *conn)
    .await?;
    resolve(conn).await?;
    Ok(TagChange {
        sites: sites.rows_affected(),
        devices: devices.rows_affected(),
        kept,
    })
}
