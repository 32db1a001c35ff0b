//! The credentials of an inventory. One that left it stays: archived devices refer to it.

use sqlx::PgConnection;

use crate::model::CredentialId;

/// A credential as it is stored.
#[derive(Debug)]
pub struct StoredCredential {
    /// Its row.
    pub id: CredentialId,
    /// What devices call it.
    pub name: String,
    /// The user on the device.
    pub username: String,
    /// The secret, sealed.
    pub sealed: Vec<u8>,
}

/// Credentials to write, as columns of equal length.
#[derive(Debug, Default)]
pub struct CredentialRows<'a> {
    /// What devices call them; unique.
    pub names: Vec<&'a str>,
    /// The users on the devices.
    pub usernames: Vec<&'a str>,
    /// The secrets, sealed.
    pub sealed: Vec<Vec<u8>>,
}

/// Every credential.
///
/// # Errors
/// When the database fails.
pub async fn list_credentials(
    conn: &mut PgConnection,
) -> Result<Vec<StoredCredential>, sqlx::Error> {
    sqlx::query_as!(
        StoredCredential,
        r#"SELECT id AS "id: CredentialId", name, username, sealed
           FROM credentials"#
    )
    .fetch_all(conn)
    .await
}

/// Inserts credentials that are not there yet.
///
/// # Errors
/// When the database fails, or has one of the names already.
pub async fn insert_credentials(
    conn: &mut PgConnection,
    rows: &CredentialRows<'_>,
) -> Result<u64, sqlx::Error> {
    let inserted = sqlx::query!(
        "INSERT INTO credentials (name, username, sealed)
         SELECT name, username, sealed
         FROM UNNEST($1::text[], $2::text[], $3::bytea[]) AS wanted (name, username, sealed)",
        &rows.names as &[&str],
        &rows.usernames as &[&str],
        &rows.sealed,
    )
    .execute(conn)
    .await?;
    Ok(inserted.rows_affected())
}

/// Writes credentials anew; the caller gives those that differ, for only it can unseal them.
///
/// # Errors
/// When the database fails.
pub async fn update_credentials(
    conn: &mut PgConnection,
    rows: &CredentialRows<'_>,
) -> Result<u64, sqlx::Error> {
    let updated = sqlx::query!(
        "UPDATE credentials
         SET username = wanted.username,
             sealed = wanted.sealed,
             updated_at = now()
         FROM UNNEST($1::text[], $2::text[], $3::bytea[]) AS wanted (name, username, sealed)
         WHERE credentials.name = wanted.name",
        &rows.names as &[&str],
        &rows.usernames as &[&str],
        &rows.sealed,
    )
    .execute(conn)
    .await?;
    Ok(updated.rows_affected())
}
