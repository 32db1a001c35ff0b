//! Host keys that were trusted at first sight, one per device and key type.

use sqlx::PgConnection;

use crate::model::DeviceId;

/// A key to be pinned.
#[derive(Debug, Clone)]
pub struct NewHostKey {
    /// `ssh-ed25519`, `ssh-rsa`, ...
    pub algorithm: String,
    /// The public key in OpenSSH's wire encoding.
    pub public_key: Vec<u8>,
    /// `SHA256:...`
    pub fingerprint: String,
}

/// Pins a key; one that is pinned already stays.
///
/// # Errors
/// When the database fails.
pub async fn insert(
    conn: &mut PgConnection,
    device: DeviceId,
    key: &NewHostKey,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO host_keys (device_id, algorithm, public_key, fingerprint)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT (device_id, algorithm) DO NOTHING",
        device.0,
        key.algorithm,
        key.public_key,
        key.fingerprint,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets every key of a device; gives how many there were.
///
/// # Errors
/// When the database fails.
pub async fn delete_all(conn: &mut PgConnection, device: DeviceId) -> Result<u64, sqlx::Error> {
    let deleted = sqlx::query!("DELETE FROM host_keys WHERE device_id = $1", device.0)
        .execute(conn)
        .await?;
    Ok(deleted.rows_affected())
}
