//! The sealed data key: one row.

use sqlx::PgConnection;

/// The data key as stored.
pub struct VaultKey {
    /// Names the master key that opens it.
    pub master_key_id: Vec<u8>,
    /// The data key, sealed by that master key.
    pub wrapped_key: Vec<u8>,
}

/// The key of this database, or `None` before the first start.
///
/// # Errors
/// When the database fails.
pub async fn get(conn: &mut PgConnection) -> Result<Option<VaultKey>, sqlx::Error> {
    sqlx::query_as!(
        VaultKey,
        "SELECT master_key_id, wrapped_key
         FROM vault_keys"
    )
    .fetch_optional(conn)
    .await
}

/// Stores the first key; does nothing when another process was faster.
///
/// # Errors
/// When the database fails.
pub async fn insert_first(conn: &mut PgConnection, key: &VaultKey) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO vault_keys (id, master_key_id, wrapped_key)
         VALUES (1, $1, $2)
         ON CONFLICT (id) DO NOTHING",
        key.master_key_id,
        key.wrapped_key,
    )
    .execute(conn)
    .await?;
    Ok(())
}
