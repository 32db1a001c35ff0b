//! What a restore writes. The caller's transaction holds the lock of the inventory, and
//! what is in the way was refused before.

use sqlx::PgConnection;

use super::records::{
    CredentialRecord, DeviceRecord, HostKeyRecord, SiteRecord, SnapshotRecord, UserRecord,
};
use crate::db::snapshots::{self, BodyError, NewSnapshot};
use crate::model::{DeviceId, Right, SiteId, SnapshotId};
use crate::vault::Vault;

/// What an archive could meet here: the names that are taken, archived ones too.
#[derive(Debug, Default)]
pub struct Existing {
    /// Slugs of sites.
    pub sites: Vec<String>,
    pub credentials: Vec<String>,
    /// In small letters.
    pub users: Vec<String>,
}

/// Those of these names that are there.
///
/// # Errors
/// When the database fails.
pub async fn get_existing(
    conn: &mut PgConnection,
    sites: &[String],
    credentials: &[String],
    users: &[String],
) -> Result<Existing, sqlx::Error> {
    let row = sqlx::query!(
        r#"SELECT ARRAY(SELECT slug FROM sites WHERE slug = ANY ($1) ORDER BY slug) AS "sites!",
                  ARRAY(SELECT name FROM credentials WHERE name = ANY ($2)) AS "credentials!",
                  ARRAY(
                      SELECT lower(name)
                      FROM users
                      WHERE lower(name) IN (SELECT lower(wanted) FROM unnest($3::text[]) AS wanted)
                  ) AS "users!""#,
        sites,
        credentials,
        users,
    )
    .fetch_one(conn)
    .await?;
    Ok(Existing {
        sites: row.sites,
        credentials: row.credentials,
        users: row.users,
    })
}

/// Inserts a site, which is the browser's from then on, under this slug.
///
/// # Errors
/// When the database fails, or has the slug already.
pub async fn insert_site(
    conn: &mut PgConnection,
    slug: &str,
    site: &SiteRecord,
) -> Result<SiteId, sqlx::Error> {
    sqlx::query_scalar!(
        r#"INSERT INTO sites (slug, name, timezone, tags, notes, created_at, archived_at, origin)
           VALUES ($1, $2, $3, $4, $5, $6, $7, 'browser')
           RETURNING id AS "id: SiteId""#,
        slug,
        site.name,
        site.timezone,
        &site.tags,
        site.notes,
        site.created_at,
        site.archived_at,
    )
    .fetch_one(conn)
    .await
}

/// Inserts a credential, which is the browser's from then on, with its secret sealed.
///
/// # Errors
/// When the database fails, or has the name already.
pub async fn insert_credential(
    conn: &mut PgConnection,
    credential: &CredentialRecord,
    sealed: &[u8],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO credentials (name, username, public_key, archived_at, sealed, origin)
         VALUES ($1, $2, $3, $4, $5, 'browser')",
        credential.name,
        credential.username,
        credential.public_key,
        credential.archived_at,
        sealed,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Inserts somebody who has no access: archived, without a password; what they may do once
/// somebody restores them is that of the record. `sites` are slugs as they are here. Whoever has the
/// name by now stays as they are.
///
/// # Errors
/// When the database fails.
pub async fn insert_user(
    conn: &mut PgConnection,
    user: &UserRecord,
    sites: &[String],
) -> Result<(), sqlx::Error> {
    let withheld: Vec<&str> = user
        .withheld
        .iter()
        .map(|right: &Right| right.as_str())
        .collect();
    sqlx::query!(
        "WITH inserted AS (
             INSERT INTO users (name, full_name, role, withheld, all_sites, site_tags, archived_at)
             VALUES ($1, $2, $3, $4, $5, $6, now())
             ON CONFLICT (lower(name)) DO NOTHING
             RETURNING id
         )
         INSERT INTO user_sites (user_id, site_id)
         SELECT inserted.id, sites.id
         FROM inserted
         JOIN sites ON sites.slug = ANY ($7)",
        user.name,
        user.full_name,
        user.role.as_str(),
        &withheld as _,
        user.all_sites,
        &user.tags,
        sites,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Inserts a device of a site, which is the browser's from then on, with the host keys that are
/// trusted. What is summarised of its snapshots follows with [`mark_devices_restored`].
///
/// # Errors
/// When the database fails, or the credential is not there.
pub async fn insert_device(
    conn: &mut PgConnection,
    site: SiteId,
    device: &DeviceRecord,
) -> Result<DeviceId, sqlx::Error> {
    let id = sqlx::query_scalar!(
        r#"INSERT INTO devices (site_id, name, address, port, platform, credential_id, tags, enabled,
                                legacy_ssh, connect_timeout_secs, export_timeout_secs, identity,
                                model, serial, version, answers_sentinel, trusted_anew_at, days,
                                days_until, created_at, archived_at, origin)
           SELECT $1, $2, $3, $4, $5, credentials.id, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
                  $17, $18, $19, $20, $21, 'browser'
           FROM credentials
           WHERE credentials.name = $6
           RETURNING id AS "id: DeviceId""#,
        site.0,
        device.name,
        device.address,
        i32::from(device.port),
        device.platform.as_str(),
        device.credential,
        &device.tags,
        device.enabled,
        device.legacy_ssh,
        i32::try_from(device.connect_timeout_secs).unwrap_or(i32::MAX),
        i32::try_from(device.export_timeout_secs).unwrap_or(i32::MAX),
        device.identity,
        device.model,
        device.serial,
        device.version,
        device.answers_sentinel,
        device.trusted_anew_at,
        device.days,
        device.days_until,
        device.created_at,
        device.archived_at,
    )
    .fetch_one(&mut *conn)
    .await?;
    insert_host_keys(conn, id, &device.host_keys).await?;
    Ok(id)
}

async fn insert_host_keys(
    conn: &mut PgConnection,
    device: DeviceId,
    keys: &[HostKeyRecord],
) -> Result<(), sqlx::Error> {
    for key in keys {
        sqlx::query!(
            "INSERT INTO host_keys (device_id, algorithm, public_key, fingerprint, first_seen_at)
             VALUES ($1, $2, decode($3, 'hex'), $4, $5)",
            device.0,
            key.algorithm,
            key.public_key,
            key.fingerprint,
            key.first_seen_at,
        )
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// Inserts the next snapshot of a device that the caller's transaction has made, with what is known
/// of it beside its text.
///
/// # Errors
/// [`BodyError::Database`]
pub async fn insert_snapshot(
    conn: &mut PgConnection,
    vault: &Vault,
    (new, snapshot): (&NewSnapshot<'_>, &SnapshotRecord),
    previous: Option<SnapshotId>,
) -> Result<SnapshotId, BodyError> {
    let id = snapshots::insert_unshared(conn, vault, new, previous).await?;
    sqlx::query!(
        "UPDATE snapshots
         SET last_seen_at = $2,
             times_seen = $3,
             comment = $4,
             pinned = $5,
             expires_at = $6,
             uploaded_by = $7
         WHERE id = $1",
        id.0,
        snapshot.last_seen_at,
        snapshot.times_seen,
        snapshot.comment,
        snapshot.pinned,
        snapshot.expires_at,
        snapshot.uploaded_by,
    )
    .execute(conn)
    .await?;
    Ok(id)
}

/// Makes the rows of the devices of a site tell what their snapshots are: how many, the newest,
/// and the newest verified one.
///
/// # Errors
/// When the database fails.
pub async fn mark_devices_restored(
    conn: &mut PgConnection,
    site: SiteId,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE devices
         SET snapshot_count = kept.snapshots,
             newest_snapshot_id = kept.newest[1],
             last_verified_snapshot_id = verified.id,
             last_verified_at = verified.last_seen_at
         FROM (
             SELECT device_id,
                    count(*) AS snapshots,
                    array_agg(snapshots.id ORDER BY taken_at DESC, snapshots.id DESC) AS newest
             FROM snapshots
             JOIN devices ON devices.id = snapshots.device_id
             WHERE devices.site_id = $1
             GROUP BY device_id
         ) AS kept
         LEFT JOIN LATERAL (
             SELECT id, last_seen_at
             FROM snapshots
             WHERE snapshots.device_id = kept.device_id
               AND verdict = 'verified'
             ORDER BY last_seen_at DESC, id DESC
             LIMIT 1
         ) AS verified ON true
         WHERE devices.id = kept.device_id",
        site.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// How much there is of sites.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InSites {
    pub devices: i64,
    pub snapshots: i64,
}

/// Counts what there is of these sites.
///
/// # Errors
/// When the database fails.
pub async fn count_restored(
    conn: &mut PgConnection,
    sites: &[SiteId],
) -> Result<InSites, sqlx::Error> {
    let ids: Vec<i64> = sites.iter().map(|site| site.0).collect();
    sqlx::query_as!(
        InSites,
        r#"SELECT (SELECT count(*) FROM devices WHERE site_id = ANY ($1)) AS "devices!",
                  (
                      SELECT count(*)
                      FROM snapshots
                      JOIN devices ON devices.id = snapshots.device_id
                      WHERE devices.site_id = ANY ($1)
                  ) AS "snapshots!""#,
        &ids,
    )
    .fetch_one(conn)
    .await
}
