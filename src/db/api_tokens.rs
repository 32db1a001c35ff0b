//! Tokens by which programs act for people.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::users::{self, PersonRow};
use crate::model::{Person, Right, Role, Scope, TokenId, UserId};

/// A token to be made.
#[derive(Debug)]
pub struct NewToken<'a> {
    pub user: UserId,
    pub name: &'a str,
    pub token_hash: &'a [u8],
    /// Its first characters, to tell it from others.
    pub begins: &'a str,
    pub role: Role,
    pub withheld: &'a [Right],
    pub all_sites: bool,
    /// Where not all: these sites, and those with one of these tags.
    pub sites: &'a [i64],
    pub tags: &'a [String],
    pub now: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// A token that works, as whoever presents it is.
#[derive(Debug)]
pub struct Recognised {
    pub id: TokenId,
    /// Its owner, with what both of them may do, where both reach.
    pub person: Person,
    pub last_used_at: Option<DateTime<Utc>>,
}

/// Makes a token; `None` when its owner has, or had, one of that name.
///
/// # Errors
/// When a query fails.
pub async fn insert(
    conn: &mut PgConnection,
    new: &NewToken<'_>,
) -> Result<Option<TokenId>, sqlx::Error> {
    let withheld: Vec<String> = new.withheld.iter().map(|one| one.to_string()).collect();
    let id = sqlx::query_scalar!(
        r#"INSERT INTO api_tokens (
               user_id, name, token_hash, begins, role, withheld, all_sites, site_tags,
               created_at, expires_at
           )
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
           ON CONFLICT (user_id, lower(name)) DO NOTHING
           RETURNING id AS "id: TokenId""#,
        new.user.0,
        new.name,
        new.token_hash,
        new.begins,
        new.role.as_str(),
        &withheld,
        new.all_sites,
        new.tags,
        new.now,
        new.expires_at
    )
    .fetch_optional(&mut *conn)
    .await?;
    if let Some(id) = id {
        sqlx::query!(
            "INSERT INTO api_token_sites (token_id, site_id) SELECT $1, unnest($2::bigint[])",
            id.0,
            new.sites
        )
        .execute(conn)
        .await?;
    }
    Ok(id)
}

/// Who presents a token, with what it and its owner may do at this moment; `None` when it expired
/// or was revoked, its owner is archived, or it never was.
///
/// # Errors
/// When the query fails.
pub async fn get(
    conn: &mut PgConnection,
    token_hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<Recognised>, sqlx::Error> {
    let row = sqlx::query!(
        r#"SELECT api_tokens.id AS "id: TokenId", api_tokens.name AS token_name, last_used_at,
                  api_tokens.role AS "token_role: Role", api_tokens.withheld AS token_withheld,
                  api_tokens.all_sites AS token_all_sites,
                  ARRAY(
                      SELECT site_id FROM api_token_sites WHERE token_id = api_tokens.id
                      UNION
                      SELECT sites.id FROM sites WHERE sites.tags && api_tokens.site_tags
                  ) AS "token_sites!",
                  users.id AS "user: UserId", users.name, users.role AS "role: Role",
                  users.withheld, users.all_sites,
                  ARRAY(
                      SELECT site_id FROM user_sites WHERE user_id = users.id
                      UNION
                      SELECT sites.id FROM sites WHERE sites.tags && users.site_tags
                  ) AS "sites!"
           FROM api_tokens
           JOIN users ON users.id = api_tokens.user_id
           WHERE token_hash = $1
               AND expires_at > $2
               AND revoked_at IS NULL
               AND users.archived_at IS NULL"#,
        token_hash,
        now
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| {
        let rights = row.token_role.rights();
        let rights = rights.without(&users::rights(&row.token_withheld));
        let scope = users::scope(row.token_all_sites, row.token_sites);
        let owner = PersonRow {
            user: row.user,
            name: row.name,
            role: row.role,
            withheld: row.withheld,
            all_sites: row.all_sites,
            sites: row.sites,
        };
        let owner = owner.person();
        Recognised {
            id: row.id,
            last_used_at: row.last_used_at,
            person: Person {
                rights: owner.rights.and(rights),
                scope: owner.scope.and(scope),
                token: Some(row.token_name),
                ..owner
            },
        }
    }))
}

/// Notes that a token was used, and from where.
///
/// # Errors
/// When the query fails.
pub async fn mark_used(
    conn: &mut PgConnection,
    id: TokenId,
    from: &str,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE api_tokens SET last_used_at = $2, last_used_from = $3 WHERE id = $1",
        id.0,
        now,
        from
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// How many tokens of somebody are not revoked. Counts one after the other: the owner's row is
/// locked until the transaction ends.
///
/// # Errors
/// When a query fails.
pub async fn count_locked(conn: &mut PgConnection, user: UserId) -> Result<i64, sqlx::Error> {
    sqlx::query!("SELECT id FROM users WHERE id = $1 FOR UPDATE", user.0)
        .fetch_optional(&mut *conn)
        .await?;
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM api_tokens WHERE user_id = $1 AND revoked_at IS NULL"#,
        user.0
    )
    .fetch_one(conn)
    .await
}

/// Revokes a token, of `owner` alone unless it is `None`; gives its name, or `None` when there is
/// no such one that was not revoked yet.
///
/// # Errors
/// When the query fails.
pub async fn revoke(
    conn: &mut PgConnection,
    id: TokenId,
    owner: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "UPDATE api_tokens SET revoked_at = $3
         WHERE id = $1 AND ($2::bigint IS NULL OR user_id = $2) AND revoked_at IS NULL
         RETURNING name",
        id.0,
        owner.map(|owner| owner.0),
        now
    )
    .fetch_optional(conn)
    .await
}

/// A token as a list shows it.
#[derive(Debug)]
pub struct TokenRow {
    pub id: TokenId,
    /// Whose it is.
    pub owner: String,
    pub name: String,
    pub begins: String,
    pub role: Role,
    pub withheld: Vec<String>,
    pub all_sites: bool,
    /// The names of its sites, those that who looks at the list reaches.
    pub sites: Vec<String>,
    pub tags: Vec<String>,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub last_used_from: Option<String>,
}

/// The tokens of `owner` that are not revoked, or of everybody where it is `None`, the newest
/// first: at most `limit` that are older than `before`. Of their sites those in `scope` are told.
///
/// # Errors
/// When the query fails.
pub async fn list(
    conn: &mut PgConnection,
    owner: Option<UserId>,
    scope: &Scope,
    before: Option<TokenId>,
    limit: i64,
) -> Result<Vec<TokenRow>, sqlx::Error> {
    let scope = scope.ids();
    sqlx::query_as!(
        TokenRow,
        r#"SELECT api_tokens.id AS "id: TokenId", users.name AS owner, api_tokens.name, begins,
                  api_tokens.role AS "role: Role", api_tokens.withheld, api_tokens.all_sites,
                  ARRAY(
                      SELECT sites.name
                      FROM api_token_sites
                      JOIN sites ON sites.id = api_token_sites.site_id
                      WHERE token_id = api_tokens.id
                          AND ($2::bigint[] IS NULL OR sites.id = ANY ($2))
                      ORDER BY sites.name
                  ) AS "sites!",
                  api_tokens.site_tags AS tags, api_tokens.created_at, expires_at, last_used_at,
                  last_used_from
           FROM api_tokens
           JOIN users ON users.id = api_tokens.user_id
           WHERE ($1::bigint IS NULL OR user_id = $1)
               AND ($3::bigint IS NULL OR api_tokens.id < $3)
               AND revoked_at IS NULL
           ORDER BY api_tokens.id DESC
           LIMIT $4"#,
        owner.map(|owner| owner.0),
        scope.as_deref(),
        before.map(|before| before.0),
        limit
    )
    .fetch_all(conn)
    .await
}
