//! People who may sign in, what they may do, and where.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::model::{Person, Right, Role, Scope, SiteId, UserId};

/// What says who somebody is and what they may do, as every way of recognising them reads it.
pub(super) struct PersonRow {
    pub user: UserId,
    pub name: String,
    pub role: Role,
    pub withheld: Vec<String>,
    pub all_sites: bool,
    pub sites: Vec<i64>,
}

impl PersonRow {
    pub fn person(self) -> Person {
        Person {
            user: self.user,
            name: self.name,
            rights: self.role.rights().without(&rights(&self.withheld)),
            scope: scope(self.all_sites, self.sites),
            token: None,
        }
    }
}

/// The scope that two columns tell.
pub(super) fn scope(all_sites: bool, sites: Vec<i64>) -> Scope {
    if all_sites {
        Scope::All
    } else {
        Scope::Sites(sites.into_iter().map(SiteId).collect())
    }
}

/// Rights by their names; the column holds none but these.
pub(super) fn rights(names: &[String]) -> Vec<Right> {
    let known = Right::ALL.into_iter();
    known
        .filter(|right| names.iter().any(|name| name == right.as_str()))
        .collect()
}

/// What signing in by a password needs to know of somebody.
#[derive(Debug)]
pub struct Account {
    pub user: UserId,
    pub name: String,
    /// `None`: no password was set.
    pub password_hash: Option<String>,
    pub has_second_factor: bool,
}

/// The account of a name, whatever the case; `None` when there is none or it is archived.
///
/// # Errors
/// When the query fails.
pub async fn get_account(
    conn: &mut PgConnection,
    name: &str,
) -> Result<Option<Account>, sqlx::Error> {
    sqlx::query_as!(
        Account,
        r#"SELECT id AS "user: UserId", name, password_hash,
                  totp_sealed IS NOT NULL AS "has_second_factor!"
           FROM users
           WHERE lower(name) = lower($1) AND archived_at IS NULL"#,
        name
    )
    .fetch_optional(conn)
    .await
}

/// The hash of somebody's password; `None` when they have none, or are archived.
///
/// # Errors
/// When the query fails.
pub async fn get_password_hash(
    conn: &mut PgConnection,
    user: UserId,
) -> Result<Option<String>, sqlx::Error> {
    let hash = sqlx::query_scalar!(
        "SELECT password_hash FROM users WHERE id = $1 AND archived_at IS NULL",
        user.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(hash.flatten())
}

/// Who somebody is; `None` when they are archived.
///
/// # Errors
/// When the query fails.
pub async fn get_person(
    conn: &mut PgConnection,
    user: UserId,
) -> Result<Option<Person>, sqlx::Error> {
    let row = sqlx::query_as!(
        PersonRow,
        r#"SELECT id AS "user: UserId", name, role AS "role: Role", withheld, all_sites,
                  ARRAY(
                      SELECT site_id FROM user_sites WHERE user_id = users.id
                      UNION
                      SELECT sites.id FROM sites WHERE sites.tags && users.site_tags
                  ) AS "sites!"
           FROM users
           WHERE id = $1 AND archived_at IS NULL"#,
        user.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(PersonRow::person))
}

/// Whether nobody can administer: there is no administrator who is not archived.
///
/// # Errors
/// When the query fails.
pub async fn lacks_administrator(conn: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT NOT EXISTS (
               SELECT FROM users WHERE role = 'administrator' AND archived_at IS NULL
           ) AS "lacks!""#
    )
    .fetch_one(conn)
    .await
}

/// Lets nobody else change who there is until the transaction ends.
///
/// # Errors
/// When the query fails.
pub async fn lock(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE")
        .execute(conn)
        .await?;
    Ok(())
}

/// Creates an administrator; `None` when the name is taken.
///
/// # Errors
/// When the query fails.
pub async fn insert_administrator(
    conn: &mut PgConnection,
    name: &str,
    password_hash: Option<&str>,
) -> Result<Option<UserId>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"INSERT INTO users (name, role, all_sites, password_hash)
           VALUES ($1, 'administrator', true, $2)
           ON CONFLICT (lower(name)) DO NOTHING
           RETURNING id AS "id: UserId""#,
        name,
        password_hash
    )
    .fetch_optional(conn)
    .await
}

/// Sets somebody's password.
///
/// # Errors
/// When the query fails.
pub async fn set_password(
    conn: &mut PgConnection,
    user: UserId,
    password_hash: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE users SET password_hash = $2 WHERE id = $1",
        user.0,
        password_hash
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes that somebody signed in, and from where.
///
/// # Errors
/// When the query fails.
pub async fn mark_signed_in(
    conn: &mut PgConnection,
    user: UserId,
    address: &str,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "WITH known AS (
             INSERT INTO known_addresses (user_id, address, last_at)
             VALUES ($1, $2, $3)
             ON CONFLICT (user_id, address) DO UPDATE SET last_at = excluded.last_at
         )
         UPDATE users SET last_signed_in_at = $3 WHERE id = $1",
        user.0,
        address,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Whether somebody signed in from this address since then.
///
/// # Errors
/// When the query fails.
pub async fn is_known_address(
    conn: &mut PgConnection,
    user: UserId,
    address: &str,
    since: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (
               SELECT FROM known_addresses
               WHERE user_id = $1 AND address = $2 AND last_at >= $3
           ) AS "is_known!""#,
        user.0,
        address,
        since
    )
    .fetch_one(conn)
    .await
}
