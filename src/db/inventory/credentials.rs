//! The credentials of an inventory. One that left it is archived: archived devices refer to it.

use sqlx::PgConnection;

use super::Left;
use crate::model::{CredentialId, Origin};

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
    /// The public half of a private key; `None`: a password, or not known.
    pub public_key: Option<String>,
    /// Where it is changed.
    pub origin: Origin,
    /// Whether it was archived.
    pub is_archived: bool,
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
    /// The public halves of private keys, as a line of OpenSSH each; `None`: a password.
    pub public_keys: Vec<Option<&'a str>>,
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
        r#"SELECT id AS "id: CredentialId", name, username, sealed, public_key,
                  origin AS "origin: Origin", archived_at IS NOT NULL AS "is_archived!"
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
        "INSERT INTO credentials (name, username, sealed, public_key)
         SELECT name, username, sealed, public_key
         FROM UNNEST($1::text[], $2::text[], $3::bytea[], $4::text[])
                  AS wanted (name, username, sealed, public_key)",
        &rows.names as &[&str],
        &rows.usernames as &[&str],
        &rows.sealed,
        &rows.public_keys as &[Option<&str>],
    )
    .execute(conn)
    .await?;
    Ok(inserted.rows_affected())
}

/// Writes credentials anew, takes over and brings back; the caller gives those that differ, for
/// only it can unseal them.
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
             public_key = wanted.public_key,
             origin = 'file',
             archived_at = NULL,
             updated_at = now()
         FROM UNNEST($1::text[], $2::text[], $3::bytea[], $4::text[])
                  AS wanted (name, username, sealed, public_key)
         WHERE credentials.name = wanted.name",
        &rows.names as &[&str],
        &rows.usernames as &[&str],
        &rows.sealed,
        &rows.public_keys as &[Option<&str>],
    )
    .execute(conn)
    .await?;
    Ok(updated.rows_affected())
}

/// Archives the live credentials of the file that are not among `names`. One that a live device
/// still uses stays, and is the browser's from now on.
///
/// # Errors
/// When the database fails.
pub async fn archive_credentials(
    conn: &mut PgConnection,
    names: &[&str],
) -> Result<Left, sqlx::Error> {
    let stayed = sqlx::query_scalar!(
        r#"WITH gone AS (
               SELECT id,
                      EXISTS (
                          SELECT FROM devices
                          WHERE devices.credential_id = credentials.id
                            AND devices.archived_at IS NULL
                      ) AS stays
               FROM credentials
               WHERE archived_at IS NULL
                 AND origin = 'file'
                 AND name <> ALL($1)
           )
           UPDATE credentials
           SET archived_at = CASE WHEN gone.stays THEN NULL ELSE now() END,
               origin = CASE WHEN gone.stays THEN 'browser' ELSE 'file' END
           FROM gone
           WHERE credentials.id = gone.id
           RETURNING gone.stays AS "stays!""#,
        names as &[&str],
    )
    .fetch_all(conn)
    .await?;
    Ok(Left::count(&stayed))
}
