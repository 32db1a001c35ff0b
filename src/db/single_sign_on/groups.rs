//! What each group of the provider may do here.

use sqlx::PgConnection;

use super::Grants;
use crate::model::{Right, Role, SiteId};

/// How many groups are kept: all of them are read at every sign-in, and shown on one page.
pub const MAX_GROUPS: i64 = 200;

/// A group of the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// As the provider writes it, to the letter.
    pub name: String,
    pub grants: Grants,
}

/// A group with its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredGroup {
    pub id: i64,
    pub group: Group,
    /// The slugs of `group.grants.sites`, in the order of the alphabet.
    pub site_slugs: Vec<String>,
}

/// What became of a group that was to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    Done,
    /// There is a group of that name already.
    NameTaken,
    /// There is no such group (any more).
    Missing,
    /// There are [`MAX_GROUPS`] already.
    TooMany,
}

/// All groups by name.
///
/// # Errors
/// When the database fails.
pub async fn list(conn: &mut PgConnection) -> Result<Vec<StoredGroup>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"SELECT id,
                  single_sign_on_groups.name,
                  role AS "role: Role",
                  withheld AS "withheld: Vec<Right>",
                  all_sites,
                  site_tags,
                  ARRAY(SELECT site_id
                        FROM single_sign_on_group_sites
                        WHERE group_id = single_sign_on_groups.id
                        ORDER BY site_id) AS "sites!: Vec<SiteId>",
                  ARRAY(SELECT slug
                        FROM single_sign_on_group_sites
                        JOIN sites ON sites.id = site_id
                        WHERE group_id = single_sign_on_groups.id
                        ORDER BY slug) AS "site_slugs!"
           FROM single_sign_on_groups
           ORDER BY name"#
    )
    .fetch_all(conn)
    .await?;
    let stored = rows.into_iter().map(|row| StoredGroup {
        id: row.id,
        group: Group {
            name: row.name,
            grants: Grants {
                role: row.role,
                withheld: row.withheld,
                all_sites: row.all_sites,
                site_tags: row.site_tags,
                sites: row.sites,
            },
        },
        site_slugs: row.site_slugs,
    });
    Ok(stored.collect())
}

/// Adds a group, or changes the one with this number. To be called in a transaction.
///
/// # Errors
/// When the database fails.
pub async fn write(
    conn: &mut PgConnection,
    id: Option<i64>,
    group: &Group,
) -> Result<Written, sqlx::Error> {
    if is_taken(conn, id, &group.name).await? {
        return Ok(Written::NameTaken);
    }
    let id = match id {
        Some(id) => match update(conn, id, group).await? {
            Some(id) => id,
            None => return Ok(Written::Missing),
        },
        None => match insert(conn, group).await? {
            Some(id) => id,
            None => return Ok(Written::TooMany),
        },
    };
    sqlx::query!(
        "DELETE FROM single_sign_on_group_sites WHERE group_id = $1",
        id,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "INSERT INTO single_sign_on_group_sites (group_id, site_id)
         SELECT $1, UNNEST($2::bigint[])",
        id,
        &group.grants.sites as &[SiteId],
    )
    .execute(conn)
    .await?;
    Ok(Written::Done)
}

/// Whether another group has this name. Locks the table against other writers until the
/// transaction ends, so that the answer stays true.
async fn is_taken(
    conn: &mut PgConnection,
    id: Option<i64>,
    name: &str,
) -> Result<bool, sqlx::Error> {
    sqlx::query!("LOCK TABLE single_sign_on_groups IN SHARE ROW EXCLUSIVE MODE")
        .execute(&mut *conn)
        .await?;
    sqlx::query_scalar!(
        r#"SELECT EXISTS (
               SELECT
               FROM single_sign_on_groups
               WHERE name = $2
                 AND id IS DISTINCT FROM $1
           ) AS "taken!""#,
        id,
        name,
    )
    .fetch_one(conn)
    .await
}

async fn insert(conn: &mut PgConnection, group: &Group) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        "INSERT INTO single_sign_on_groups (name, role, withheld, all_sites, site_tags)
         SELECT $1, $2, $3, $4, $5
         WHERE (SELECT count(*) FROM single_sign_on_groups) < $6
         RETURNING id",
        group.name,
        group.grants.role as Role,
        &group.grants.withheld as &[Right],
        group.grants.all_sites,
        &group.grants.site_tags,
        MAX_GROUPS,
    )
    .fetch_optional(conn)
    .await
}

async fn update(
    conn: &mut PgConnection,
    id: i64,
    group: &Group,
) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        "UPDATE single_sign_on_groups
         SET name = $2, role = $3, withheld = $4, all_sites = $5, site_tags = $6
         WHERE id = $1
         RETURNING id",
        id,
        group.name,
        group.grants.role as Role,
        &group.grants.withheld as &[Right],
        group.grants.all_sites,
        &group.grants.site_tags,
    )
    .fetch_optional(conn)
    .await
}

/// Takes a group away, and gives its name; `None` when there is no such group.
///
/// # Errors
/// When the database fails.
pub async fn delete(conn: &mut PgConnection, id: i64) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "DELETE FROM single_sign_on_groups WHERE id = $1 RETURNING name",
        id,
    )
    .fetch_optional(conn)
    .await
}

/// A site that is in the inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedSite {
    pub id: SiteId,
    pub slug: String,
}

/// Those of these slugs that a site of the inventory has.
///
/// # Errors
/// When the database fails.
pub async fn list_sites(
    conn: &mut PgConnection,
    slugs: &[String],
) -> Result<Vec<NamedSite>, sqlx::Error> {
    sqlx::query_as!(
        NamedSite,
        r#"SELECT id AS "id: SiteId", slug
           FROM sites
           WHERE slug = ANY ($1)
             AND archived_at IS NULL
           ORDER BY slug"#,
        slugs,
    )
    .fetch_all(conn)
    .await
}
