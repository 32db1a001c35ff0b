//! People as an administrator sees and writes them. Whoever changes who there is holds
//! [`users::lock`](crate::db::users::lock).

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;

use super::{ListFilter, Wanted, as_json};
use crate::db::pages::Slice;
use crate::db::users::rights;
use crate::model::{Right, Role, UserId};

/// What an administrator says of somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UserValues {
    /// Unique whatever the case; the same for good, for the audit names them by it.
    pub name: String,
    /// May be empty.
    pub full_name: String,
    pub role: Role,
    pub withheld: Vec<Right>,
    pub all_sites: bool,
    /// Slugs, in alphabetical order.
    pub sites: Vec<String>,
    /// They reach the sites that have one of these, too.
    pub tags: Vec<String>,
}

/// Somebody as they are stored.
#[derive(Debug, Clone, Serialize)]
pub struct StoredUser {
    pub id: UserId,
    pub values: UserValues,
    /// Whether they sign in at the provider of single sign-on, which says what they may do.
    pub is_single_sign_on: bool,
    pub is_archived: bool,
    #[serde(skip)]
    pub has_password: bool,
    #[serde(skip)]
    pub has_second_factor: bool,
    #[serde(skip)]
    pub last_signed_in_at: Option<DateTime<Utc>>,
    /// How many sites they reach, archived ones left out.
    #[serde(skip)]
    pub reach: i64,
    /// How many fit, on every row of a list.
    #[serde(skip)]
    pub total: i64,
}

struct Row {
    id: UserId,
    name: String,
    full_name: String,
    role: Role,
    withheld: Vec<String>,
    all_sites: bool,
    sites: Vec<String>,
    tags: Vec<String>,
    is_single_sign_on: bool,
    is_archived: bool,
    has_password: bool,
    has_second_factor: bool,
    last_signed_in_at: Option<DateTime<Utc>>,
    reach: i64,
    total: i64,
}

impl From<Row> for StoredUser {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            values: UserValues {
                name: row.name,
                full_name: row.full_name,
                role: row.role,
                withheld: rights(&row.withheld),
                all_sites: row.all_sites,
                sites: row.sites,
                tags: row.tags,
            },
            is_single_sign_on: row.is_single_sign_on,
            is_archived: row.is_archived,
            has_password: row.has_password,
            has_second_factor: row.has_second_factor,
            last_signed_in_at: row.last_signed_in_at,
            reach: row.reach,
            total: row.total,
        }
    }
}

/// One of them, or those that fit, by name. The sites of a row are looked up for the rows of the
/// page only.
async fn list(
    conn: &mut PgConnection,
    id: Option<UserId>,
    (search, archived): (Option<&str>, Option<bool>),
    slice: Slice,
) -> Result<Vec<StoredUser>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT page.id AS "id!: UserId", name AS "name!", full_name AS "full_name!",
                  role AS "role!: Role", withheld AS "withheld!", all_sites AS "all_sites!",
                  ARRAY(
                      SELECT sites.slug
                      FROM user_sites
                      JOIN sites ON sites.id = user_sites.site_id
                      WHERE user_sites.user_id = page.id
                      ORDER BY sites.slug COLLATE "C"
                  ) AS "sites!",
                  site_tags AS "tags!", oidc_issuer IS NOT NULL AS "is_single_sign_on!",
                  archived_at IS NOT NULL AS "is_archived!",
                  password_hash IS NOT NULL AS "has_password!",
                  totp_sealed IS NOT NULL AS "has_second_factor!", last_signed_in_at,
                  (
                      SELECT count(*)
                      FROM sites
                      WHERE sites.archived_at IS NULL
                        AND (page.all_sites
                             OR sites.tags && page.site_tags
                             OR EXISTS (
                                 SELECT FROM user_sites
                                 WHERE user_id = page.id AND site_id = sites.id
                             ))
                  ) AS "reach!",
                  total AS "total!"
           FROM (
               SELECT *, count(*) OVER () AS total
               FROM users
               WHERE ($1::bigint IS NULL OR id = $1)
                 AND ($3::boolean IS NULL OR (archived_at IS NOT NULL) = $3)
                 AND ($2::text IS NULL
                      OR strpos(lower(name), lower($2)) > 0
                      OR strpos(lower(full_name), lower($2)) > 0)
               ORDER BY lower(name), id
               LIMIT $4
               OFFSET $5
           ) AS page
           ORDER BY lower(name), page.id"#,
        id.map(|id| id.0),
        search,
        archived,
        slice.limit,
        slice.offset,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(StoredUser::from).collect())
}

/// The people who fit, by name; searched for by both names.
///
/// # Errors
/// When the database fails.
pub async fn list_user_rows(
    conn: &mut PgConnection,
    filter: &ListFilter<'_>,
    slice: Slice,
) -> Result<Vec<StoredUser>, sqlx::Error> {
    list(conn, None, (filter.search, Some(filter.archived)), slice).await
}

/// Everybody, archived people too, by name.
///
/// # Errors
/// When the database fails.
pub async fn list_users(conn: &mut PgConnection) -> Result<Vec<StoredUser>, sqlx::Error> {
    list(conn, None, (None, None), ALL).await
}

/// All rows of a list.
const ALL: Slice = Slice {
    limit: i64::MAX,
    offset: 0,
};

/// Somebody, archived or not; `None`: there is no such person.
///
/// # Errors
/// When the database fails.
pub async fn get_user(
    conn: &mut PgConnection,
    id: UserId,
) -> Result<Option<StoredUser>, sqlx::Error> {
    Ok(list(conn, Some(id), (None, None), ALL).await?.pop())
}

/// Who has this name, whatever the case, archived or not.
///
/// # Errors
/// When the database fails.
pub async fn get_user_id(
    conn: &mut PgConnection,
    name: &str,
) -> Result<Option<UserId>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT id AS "id: UserId" FROM users WHERE lower(name) = lower($1)"#,
        name,
    )
    .fetch_optional(conn)
    .await
}

/// How many administrators are not archived.
///
/// # Errors
/// When the database fails.
pub async fn count_administrators(conn: &mut PgConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!"
           FROM users
           WHERE role = 'administrator'
             AND archived_at IS NULL"#
    )
    .fetch_one(conn)
    .await
}

/// Writes people, who are not archived from then on. Names of those who are there stay.
///
/// # Errors
/// When the database fails, or has the name of a new one already.
pub async fn save_users(
    conn: &mut PgConnection,
    users: &[Wanted<UserValues>],
) -> Result<(), sqlx::Error> {
    let rows = as_json(users);
    sqlx::query!(
        "UPDATE users
         SET full_name = wanted.full_name,
             role = wanted.role,
             withheld = wanted.withheld,
             all_sites = wanted.all_sites,
             site_tags = wanted.tags,
             archived_at = NULL
         FROM jsonb_to_recordset($1)
                  AS wanted (id bigint, full_name text, role text, withheld text[],
                             all_sites boolean, tags text[])
         WHERE users.id = wanted.id",
        rows,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "INSERT INTO users (name, full_name, role, withheld, all_sites, site_tags)
         SELECT name, full_name, role, withheld, all_sites, tags
         FROM jsonb_to_recordset($1)
                  AS wanted (id bigint, name text, full_name text, role text, withheld text[],
                             all_sites boolean, tags text[])
         WHERE id IS NULL",
        rows,
    )
    .execute(&mut *conn)
    .await?;
    save_sites_of(conn, &rows).await
}

async fn save_sites_of(
    conn: &mut PgConnection,
    rows: &serde_json::Value,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "DELETE FROM user_sites
         USING users
         JOIN jsonb_to_recordset($1) AS wanted (name text)
             ON lower(users.name) = lower(wanted.name)
         WHERE user_sites.user_id = users.id",
        rows,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "INSERT INTO user_sites (user_id, site_id)
         SELECT users.id, sites.id
         FROM jsonb_to_recordset($1) AS wanted (name text, sites text[])
         JOIN users ON lower(users.name) = lower(wanted.name)
         JOIN sites ON sites.slug = ANY (wanted.sites)",
        rows,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Archives somebody: ends their sessions and links, and revokes their tokens.
///
/// # Errors
/// When the database fails.
pub async fn archive_user(
    conn: &mut PgConnection,
    id: UserId,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "WITH ended AS (
             DELETE FROM sessions WHERE user_id = $1
         ),
         unmade AS (
             DELETE FROM one_time_links WHERE user_id = $1
         ),
         revoked AS (
             UPDATE api_tokens SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL
         )
         UPDATE users SET archived_at = $2 WHERE id = $1",
        id.0,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Lets somebody who was archived sign in again.
///
/// # Errors
/// When the database fails.
pub async fn restore_user(conn: &mut PgConnection, id: UserId) -> Result<(), sqlx::Error> {
    sqlx::query!("UPDATE users SET archived_at = NULL WHERE id = $1", id.0)
        .execute(conn)
        .await?;
    Ok(())
}
