//! Credentials as an administrator sees and writes them: the secret goes in sealed, and only who
//! compares it or seals it anew asks for it back.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;

use super::{ListFilter, Wanted, as_json};
use crate::db::pages::Slice;
use crate::model::{CredentialId, Origin};

/// What an administrator says of a credential.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct CredentialValues {
    /// Unique; the secret is sealed under it.
    pub name: String,
    /// The user on the device.
    pub username: String,
    /// The sealed secret in hexadecimal digits.
    pub sealed: String,
    /// The public half of a private key, as a line of OpenSSH; `None`: a password.
    pub public_key: Option<String>,
}

/// A credential as it is stored, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoredCredential {
    pub id: CredentialId,
    pub name: String,
    pub username: String,
    pub public_key: Option<String>,
    pub origin: Origin,
    pub is_archived: bool,
    /// When it was written last, the secret included.
    pub updated_at: DateTime<Utc>,
    /// How many devices that are not archived use it.
    #[serde(skip)]
    pub devices: i64,
}

/// Every credential by its name, archived ones too; or the one of this number.
async fn list(
    conn: &mut PgConnection,
    id: Option<CredentialId>,
) -> Result<Vec<StoredCredential>, sqlx::Error> {
    sqlx::query_as!(
        StoredCredential,
        r#"SELECT credentials.id AS "id: CredentialId", name, username, public_key,
                  origin AS "origin: Origin", archived_at IS NOT NULL AS "is_archived!",
                  updated_at, coalesce(counted.devices, 0) AS "devices!"
           FROM credentials
           LEFT JOIN (
               SELECT credential_id, count(*) AS devices
               FROM devices
               WHERE archived_at IS NULL
                 AND ($1::bigint IS NULL OR credential_id = $1)
               GROUP BY credential_id
           ) AS counted ON counted.credential_id = credentials.id
           WHERE $1::bigint IS NULL OR credentials.id = $1
           ORDER BY name"#,
        id.map(|id| id.0),
    )
    .fetch_all(conn)
    .await
}

/// Every credential by its name, archived ones too.
///
/// # Errors
/// When the database fails.
pub async fn list_credentials(
    conn: &mut PgConnection,
) -> Result<Vec<StoredCredential>, sqlx::Error> {
    list(conn, None).await
}

/// One credential, archived or not.
///
/// # Errors
/// When the database fails.
pub async fn get_credential(
    conn: &mut PgConnection,
    id: CredentialId,
) -> Result<Option<StoredCredential>, sqlx::Error> {
    Ok(list(conn, Some(id)).await?.pop())
}

/// A credential in the list of them.
#[derive(Debug)]
pub struct CredentialRow {
    pub id: CredentialId,
    pub name: String,
    pub username: String,
    pub has_key: bool,
    pub origin: Origin,
    pub is_archived: bool,
    pub updated_at: DateTime<Utc>,
    /// How many devices that are not archived use it.
    pub devices: i64,
    /// How many credentials fit, on every row.
    pub total: i64,
}

/// The credentials that fit, by name; searched for by name and user name.
///
/// # Errors
/// When the database fails.
pub async fn list_credential_rows(
    conn: &mut PgConnection,
    filter: &ListFilter<'_>,
    slice: Slice,
) -> Result<Vec<CredentialRow>, sqlx::Error> {
    sqlx::query_as!(
        CredentialRow,
        r#"SELECT page.id AS "id!: CredentialId", name AS "name!", username AS "username!",
                  public_key IS NOT NULL AS "has_key!", origin AS "origin!: Origin",
                  archived_at IS NOT NULL AS "is_archived!", updated_at AS "updated_at!",
                  total AS "total!",
                  (
                      SELECT count(*)
                      FROM devices
                      WHERE credential_id = page.id
                        AND devices.archived_at IS NULL
                  ) AS "devices!"
           FROM (
               SELECT *, count(*) OVER () AS total
               FROM credentials
               WHERE (archived_at IS NOT NULL) = $2
                 AND ($1::text IS NULL
                      OR strpos(lower(name), lower($1)) > 0
                      OR strpos(lower(username), lower($1)) > 0)
               ORDER BY name
               LIMIT $3
               OFFSET $4
           ) AS page
           ORDER BY name"#,
        filter.search,
        filter.archived,
        slice.limit,
        slice.offset,
    )
    .fetch_all(conn)
    .await
}

/// The sealed secret of a credential.
///
/// # Errors
/// When the database fails.
pub async fn get_sealed(
    conn: &mut PgConnection,
    id: CredentialId,
) -> Result<Option<Vec<u8>>, sqlx::Error> {
    sqlx::query_scalar!("SELECT sealed FROM credentials WHERE id = $1", id.0)
        .fetch_optional(conn)
        .await
}

/// Writes credentials, which are the browser's and not archived from then on.
///
/// # Errors
/// When the database fails, or a name is taken.
pub async fn save_credentials(
    conn: &mut PgConnection,
    credentials: &[Wanted<CredentialValues>],
) -> Result<(), sqlx::Error> {
    let rows = as_json(credentials);
    sqlx::query!(
        "UPDATE credentials
         SET name = wanted.name,
             username = wanted.username,
             sealed = decode(wanted.sealed, 'hex'),
             public_key = wanted.public_key,
             origin = 'browser',
             archived_at = NULL,
             updated_at = now()
         FROM jsonb_to_recordset($1)
                  AS wanted (id bigint, name text, username text, sealed text, public_key text)
         WHERE credentials.id = wanted.id",
        rows,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "INSERT INTO credentials (name, username, sealed, public_key, origin)
         SELECT name, username, decode(sealed, 'hex'), public_key, 'browser'
         FROM jsonb_to_recordset($1)
                  AS wanted (id bigint, name text, username text, sealed text, public_key text)
         WHERE id IS NULL",
        rows,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Archives a credential that no device uses. Gives whether it was so.
///
/// # Errors
/// When the database fails.
pub async fn archive_credential(
    conn: &mut PgConnection,
    id: CredentialId,
) -> Result<bool, sqlx::Error> {
    let archived = sqlx::query!(
        "UPDATE credentials
         SET archived_at = now()
         WHERE id = $1
           AND NOT EXISTS (
               SELECT FROM devices
               WHERE credential_id = $1
                 AND devices.archived_at IS NULL
           )",
        id.0,
    )
    .execute(conn)
    .await?;
    Ok(archived.rows_affected() > 0)
}

/// Brings an archived credential back; it is the browser's from then on.
///
/// # Errors
/// When the database fails.
pub async fn restore_credential(
    conn: &mut PgConnection,
    id: CredentialId,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE credentials
         SET archived_at = NULL,
             origin = 'browser'
         WHERE id = $1",
        id.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Inserts a credential with a key that was made here, its public half in OpenSSH form.
///
/// # Errors
/// When the database fails, or has one of that name already.
pub async fn insert_key(
    conn: &mut PgConnection,
    name: &str,
    username: &str,
    sealed: &[u8],
    public_key: &str,
) -> Result<CredentialId, sqlx::Error> {
    sqlx::query_scalar!(
        r#"INSERT INTO credentials (name, username, sealed, public_key, origin)
           VALUES ($1, $2, $3, $4, 'browser')
           RETURNING id AS "id: CredentialId""#,
        name,
        username,
        sealed,
        public_key,
    )
    .fetch_one(conn)
    .await
}
