//! What somebody is told of their own account.

use sqlx::PgConnection;

use crate::model::{Role, SiteId, UserId};

/// An account as its owner sees it.
#[derive(Debug)]
pub struct OwnAccount {
    pub name: String,
    /// Empty: by the name.
    pub full_name: String,
    pub role: Role,
    pub withheld: Vec<String>,
    pub all_sites: bool,
    pub tags: Vec<String>,
    /// The names of the sites that they reach by name, as many as were asked for.
    pub sites: Vec<String>,
    /// How many sites they reach by name.
    pub site_count: i64,
    pub has_password: bool,
    pub has_second_factor: bool,
    /// How many recovery codes are not used yet.
    pub recovery_codes: i64,
}

/// Somebody's account, with the names of at most `limit` sites; `None` when there is none.
///
/// # Errors
/// When the query fails.
pub async fn get(
    conn: &mut PgConnection,
    user: UserId,
    limit: i64,
) -> Result<Option<OwnAccount>, sqlx::Error> {
    sqlx::query_as!(
        OwnAccount,
        r#"SELECT name, full_name, role AS "role: Role", withheld, all_sites, site_tags AS tags,
                  ARRAY(
                      SELECT sites.name
                      FROM user_sites
                      JOIN sites ON sites.id = user_sites.site_id
                      WHERE user_id = users.id
                      ORDER BY sites.name
                      LIMIT $2
                  ) AS "sites!",
                  (SELECT count(*) FROM user_sites WHERE user_id = users.id) AS "site_count!",
                  password_hash IS NOT NULL AS "has_password!",
                  totp_sealed IS NOT NULL AS "has_second_factor!",
                  (
                      SELECT count(*) FROM recovery_codes
                      WHERE user_id = users.id AND used_at IS NULL
                  ) AS "recovery_codes!"
           FROM users
           WHERE id = $1"#,
        user.0,
        limit
    )
    .fetch_optional(conn)
    .await
}

/// A site that somebody named.
#[derive(Debug)]
pub struct NamedSite {
    pub id: SiteId,
    pub slug: String,
    pub name: String,
}

/// The sites in `scope` that have one of these slugs or names, given in small letters.
///
/// # Errors
/// When the query fails.
pub async fn list_named_sites(
    conn: &mut PgConnection,
    named: &[String],
    scope: Option<&[i64]>,
) -> Result<Vec<NamedSite>, sqlx::Error> {
    sqlx::query_as!(
        NamedSite,
        r#"SELECT id AS "id: SiteId", slug, name
           FROM sites
           WHERE (lower(slug) = ANY ($1) OR lower(name) = ANY ($1))
               AND ($2::bigint[] IS NULL OR id = ANY ($2))
           ORDER BY id
           LIMIT 1000"#,
        named,
        scope
    )
    .fetch_all(conn)
    .await
}
