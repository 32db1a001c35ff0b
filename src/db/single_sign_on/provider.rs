//! The one provider: a single row.

use serde::Serialize;
use sqlx::PgConnection;

/// The provider as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Provider {
    /// As the provider writes itself, to the letter.
    pub issuer: String,
    pub client_id: String,
    /// `None`: the provider gave none.
    pub client_secret_sealed: Option<Vec<u8>>,
    /// Asked for beside `openid`.
    pub scopes: Vec<String>,
    /// The claim that holds somebody's groups.
    pub groups_claim: String,
    /// What the link on the sign-in page says.
    pub label: String,
    /// Where browsers reach us: scheme and host, without a path or a slash at the end.
    pub own_address: String,
    pub enabled: bool,
}

/// The provider, or `None` when none was ever set up.
///
/// # Errors
/// When the database fails.
pub async fn get(conn: &mut PgConnection) -> Result<Option<Provider>, sqlx::Error> {
    sqlx::query_as!(
        Provider,
        "SELECT issuer, client_id, client_secret_sealed, scopes, groups_claim, label, own_address,
                enabled
         FROM single_sign_on"
    )
    .fetch_optional(conn)
    .await
}

/// Stores the provider in place of the one before.
///
/// # Errors
/// When the database fails.
pub async fn upsert(conn: &mut PgConnection, provider: &Provider) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO single_sign_on (issuer, client_id, client_secret_sealed, scopes, groups_claim,
                                     label, own_address, enabled)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (id) DO UPDATE
         SET issuer = excluded.issuer,
             client_id = excluded.client_id,
             client_secret_sealed = excluded.client_secret_sealed,
             scopes = excluded.scopes,
             groups_claim = excluded.groups_claim,
             label = excluded.label,
             own_address = excluded.own_address,
             enabled = excluded.enabled",
        provider.issuer,
        provider.client_id,
        provider.client_secret_sealed,
        &provider.scopes,
        provider.groups_claim,
        provider.label,
        provider.own_address,
        provider.enabled,
    )
    .execute(conn)
    .await?;
    Ok(())
}
