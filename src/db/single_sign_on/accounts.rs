//! The accounts of people who sign in at the provider. They are found by who they are there and
//! by nothing else, so that a name or an address given there never opens somebody's account here.

use sqlx::PgConnection;

use super::Grants;
use crate::model::{Right, Role, SiteId, UserId};

/// Who somebody is at the provider, and how they are to be called here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SsoIdentity {
    pub issuer: String,
    /// `sub`: never given to anybody else by this issuer.
    pub subject: String,
    /// The name of the account, 1 to 100 characters.
    pub name: String,
    /// How the person is called on pages; empty: by the name of the account.
    pub full_name: String,
}

/// An account that belongs to somebody at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub id: UserId,
    pub name: String,
    pub is_archived: bool,
}

/// The account of somebody, locked until the transaction ends; `None` before their first sign-in.
///
/// # Errors
/// When the database fails.
pub async fn get(
    conn: &mut PgConnection,
    issuer: &str,
    subject: &str,
) -> Result<Option<Account>, sqlx::Error> {
    sqlx::query_as!(
        Account,
        r#"SELECT id AS "id: UserId", name, archived_at IS NOT NULL AS "is_archived!"
           FROM users
           WHERE oidc_issuer = $1
             AND oidc_subject = $2
           FOR UPDATE"#,
        issuer,
        subject,
    )
    .fetch_optional(conn)
    .await
}

/// Makes the account of somebody, without a password and with nothing to do; `None` when the name
/// belongs to another account, in whatever case it is written.
///
/// # Errors
/// When the database fails.
pub async fn insert(
    conn: &mut PgConnection,
    identity: &SsoIdentity,
) -> Result<Option<Account>, sqlx::Error> {
    sqlx::query_as!(
        Account,
        r#"INSERT INTO users (name, full_name, role, all_sites, oidc_issuer, oidc_subject)
           VALUES ($1, $2, 'viewer', false, $3, $4)
           ON CONFLICT DO NOTHING
           RETURNING id AS "id: UserId", name, false AS "is_archived!""#,
        identity.name,
        identity.full_name,
        identity.issuer,
        identity.subject,
    )
    .fetch_optional(conn)
    .await
}

/// Sets anew what somebody may do, in place of what they might before.
///
/// # Errors
/// When the database fails.
pub async fn set_grants(
    conn: &mut PgConnection,
    user: UserId,
    grants: &Grants,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE users
         SET role = $2, withheld = $3, all_sites = $4, site_tags = $5
         WHERE id = $1",
        user.0,
        grants.role as Role,
        &grants.withheld as &[Right],
        grants.all_sites,
        &grants.site_tags,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "DELETE FROM user_sites
         WHERE user_id = $1
           AND site_id <> ALL ($2)",
        user.0,
        &grants.sites as &[SiteId],
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "INSERT INTO user_sites (user_id, site_id)
         SELECT $1, UNNEST($2::bigint[])
         ON CONFLICT DO NOTHING",
        user.0,
        &grants.sites as &[SiteId],
    )
    .execute(conn)
    .await?;
    Ok(())
}
