//! The sealed data key: one row.

use sqlx::PgConnection;

/// SQLSTATE of a row that another transaction holds
/// (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
const LOCK_NOT_AVAILABLE: &str = "55P03";

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

/// The row as it is to be until the end of the transaction.
pub enum Locked {
    /// Nobody else changes it now.
    Ours(VaultKey),
    /// Another transaction is changing it.
    Busy,
    /// There is none before the first start.
    Missing,
}

/// Locks the row, or tells at once that another has it; that ends the transaction.
///
/// # Errors
/// When the database fails.
pub async fn lock(conn: &mut PgConnection) -> Result<Locked, sqlx::Error> {
    let locked = sqlx::query_as!(
        VaultKey,
        "SELECT master_key_id, wrapped_key
         FROM vault_keys
         FOR UPDATE NOWAIT"
    )
    .fetch_optional(conn)
    .await;
    match locked {
        Ok(Some(key)) => Ok(Locked::Ours(key)),
        Ok(None) => Ok(Locked::Missing),
        Err(sqlx::Error::Database(error))
            if error.code().as_deref() == Some(LOCK_NOT_AVAILABLE) =>
        {
            Ok(Locked::Busy)
        }
        Err(error) => Err(error),
    }
}

/// Replaces the key that is sealed by the master key `old`; tells whether that was the one.
///
/// # Errors
/// When the database fails.
pub async fn replace(
    conn: &mut PgConnection,
    old: &[u8],
    new: &VaultKey,
) -> Result<bool, sqlx::Error> {
    let replaced = sqlx::query!(
        "UPDATE vault_keys
         SET master_key_id = $2, wrapped_key = $3
         WHERE master_key_id = $1",
        old,
        new.master_key_id,
        new.wrapped_key,
    )
    .execute(conn)
    .await?;
    Ok(replaced.rows_affected() == 1)
}
