//! Snapshots: kept exports and their validity; what is stored of their text is in `bodies`.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use sqlx::types::Json;

pub use super::bodies::{BodyError, Sealed, get_sealed, load_body};
pub use super::deletion::{Deleted, delete, delete_gap, lock as lock_for_deletion};

use super::bodies::{self, context};
use super::succession::{self, ChangedLines};
use crate::model::{BatchId, Check, DeviceId, Scope, SnapshotId, Verdict};
use crate::vault::{Vault, body};

/// How many characters a comment has at most, as a CHECK of the table has it.
pub const MAX_COMMENT_CHARS: usize = 2000;

/// A snapshot to be inserted as the newest of its device.
#[derive(Debug)]
pub struct NewSnapshot<'a> {
    pub device: DeviceId,
    /// What asked for the run that made it; `None`: no run of this installation did.
    pub batch: Option<BatchId>,
    pub taken_at: DateTime<Utc>,
    pub verdict: Verdict,
    pub checks: &'a [Check],
    /// SHA-256 of the comparison form.
    pub fingerprint: &'a [u8],
    /// SHA-256 of `export`.
    pub sha256: &'a [u8],
    /// The exact bytes.
    pub export: &'a [u8],
    /// Physical lines.
    pub line_count: i32,
    /// From the export's header, as the two below; `None` when it does not say.
    pub version: Option<&'a str>,
    pub model: Option<&'a str>,
    /// Serial number, or software or system id.
    pub serial: Option<&'a str>,
    pub has_secrets: bool,
    pub error_menus: &'a [String],
}

/// Inserts the newest snapshot of a device, whole, and rewrites `previous`, its newest so far,
/// as a patch against it. The caller's transaction holds both, and no other of this device.
///
/// # Errors
/// [`BodyError::Database`] only: a previous body that can not be read is left as it is, and said
/// in the log.
pub async fn insert(
    conn: &mut PgConnection,
    vault: &Vault,
    new: &NewSnapshot<'_>,
    previous: Option<SnapshotId>,
) -> Result<SnapshotId, BodyError> {
    if previous.is_some() {
        lock_history(conn, new.device).await?;
    }
    insert_unshared(conn, vault, new, previous).await
}

/// The same for a device that the caller's transaction has made: nobody else sees it, so its history
/// needs no lock, of which a transaction over very many devices would need too many.
///
/// # Errors
/// [`BodyError::Database`]
pub(super) async fn insert_unshared(
    conn: &mut PgConnection,
    vault: &Vault,
    new: &NewSnapshot<'_>,
    previous: Option<SnapshotId>,
) -> Result<SnapshotId, BodyError> {
    let before = match previous {
        Some(previous) => look_back(conn, vault, previous, new).await?,
        None => Before::default(),
    };
    let id = insert_whole(conn, vault, new, &before).await?;
    if let Some(patch) = before.patch {
        bodies::rewrite(conn, patch.of, id, &patch.sealed).await?;
    }
    Ok(id)
}

/// What a new snapshot is to the one before it; nothing where that can not be read.
#[derive(Default)]
struct Before {
    changed: Option<ChangedLines>,
    /// `None` also when its chain is long enough to begin a new one.
    patch: Option<Patch>,
}

struct Patch {
    of: SnapshotId,
    sealed: Vec<u8>,
    /// How many snapshots hang on the new one when this one does.
    chain_length: i32,
}

async fn look_back(
    conn: &mut PgConnection,
    vault: &Vault,
    previous: SnapshotId,
    new: &NewSnapshot<'_>,
) -> Result<Before, BodyError> {
    let Some(head) = get_head(conn, previous, new.device).await? else {
        return Ok(Before::default());
    };
    let Some(old) = load_readable(conn, vault, head.id).await? else {
        return Ok(Before::default());
    };
    let fits = head.chain_length + 1 < body::MAX_CHAIN;
    let succession = succession::reckon(old, new.export.to_vec(), fits)
        .await
        .map_err(|error| BodyError::Decode(head.id, error))?;
    Ok(Before {
        changed: Some(succession.changed),
        patch: succession.patch.map(|encoded| Patch {
            of: head.id,
            sealed: vault.seal(&context(new.device, &head.sha256), &encoded),
            chain_length: head.chain_length + 1,
        }),
    })
}

/// A body that can be done without: one that can not be read is said in the log.
async fn load_readable(
    conn: &mut PgConnection,
    vault: &Vault,
    id: SnapshotId,
) -> Result<Option<Vec<u8>>, BodyError> {
    match load_body(conn, vault, id).await {
        Err(error @ BodyError::Database(_)) => Err(error),
        Err(error) => {
            tracing::error!(snapshot = %id, %error, "A stored snapshot can not be read; it is left as it is");
            Ok(None)
        }
        read => read,
    }
}

/// Names the locks of histories among all advisory locks.
const HISTORY_LOCKS: i32 = 0x5256_4849;

/// Keeps others from adding to and deleting from a device's chain of bodies until the caller's
/// transaction ends. Two devices that share a lock (2^31 apart) merely wait for each other.
pub(crate) async fn lock_history(
    conn: &mut PgConnection,
    device: DeviceId,
) -> Result<(), sqlx::Error> {
    let key = i32::try_from(device.0 & i64::from(i32::MAX)).unwrap_or(0);
    sqlx::query!("SELECT pg_advisory_xact_lock($1, $2)", HISTORY_LOCKS, key)
        .execute(conn)
        .await?;
    Ok(())
}

struct Head {
    id: SnapshotId,
    sha256: Vec<u8>,
    chain_length: i32,
}

/// The snapshot that was the newest when the run began; where that one was deleted since, the
/// newest there is.
async fn get_head(
    conn: &mut PgConnection,
    id: SnapshotId,
    device: DeviceId,
) -> Result<Option<Head>, sqlx::Error> {
    sqlx::query_as!(
        Head,
        r#"SELECT id AS "id: SnapshotId", sha256, chain_length
           FROM snapshots
           WHERE id = coalesce(
               (SELECT id FROM snapshots WHERE id = $1),
               (SELECT id
                FROM snapshots
                WHERE device_id = $2
                ORDER BY taken_at DESC, id DESC
                LIMIT 1)
           )
           FOR UPDATE"#,
        id.0,
        device.0,
    )
    .fetch_optional(conn)
    .await
}

async fn insert_whole(
    conn: &mut PgConnection,
    vault: &Vault,
    new: &NewSnapshot<'_>,
    before: &Before,
) -> Result<SnapshotId, sqlx::Error> {
    let sealed = vault.seal(
        &context(new.device, new.sha256),
        &body::encode_whole(new.export),
    );
    sqlx::query_scalar!(
        r#"INSERT INTO snapshots (
               device_id, batch_id, taken_at, last_seen_at, verdict, checks, fingerprint, sha256,
               size_bytes, line_count, version, model, serial, has_secrets, error_menus,
               added_lines, removed_lines, codec, chain_length, body
           )
           VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 'whole', $17, $18)
           RETURNING id AS "id: SnapshotId""#,
        new.device.0,
        new.batch.map(|id| id.0),
        new.taken_at,
        new.verdict.as_str(),
        Json(new.checks) as _,
        new.fingerprint,
        new.sha256,
        i64::try_from(new.export.len()).unwrap_or(i64::MAX),
        new.line_count,
        new.version,
        new.model,
        new.serial,
        new.has_secrets,
        new.error_menus,
        before.changed.map(|changed| changed.added),
        before.changed.map(|changed| changed.removed),
        before.patch.as_ref().map_or(0, |patch| patch.chain_length),
        sealed,
    )
    .fetch_one(conn)
    .await
}

/// Writes beside a snapshot: at most [`MAX_COMMENT_CHARS`] characters. Gives `false` when there is
/// no such snapshot in the scope.
///
/// # Errors
/// When the database fails, or the comment is longer.
pub async fn set_comment(
    conn: &mut PgConnection,
    scope: &Scope,
    id: SnapshotId,
    comment: &str,
) -> Result<bool, sqlx::Error> {
    let updated = sqlx::query!(
        "UPDATE snapshots
         SET comment = $2
         FROM devices
         WHERE snapshots.id = $1
           AND devices.id = snapshots.device_id
           AND ($3::bigint[] IS NULL OR devices.site_id = ANY ($3))",
        id.0,
        comment,
        scope.ids() as Option<Vec<i64>>,
    )
    .execute(conn)
    .await?;
    Ok(updated.rows_affected() == 1)
}

/// Exempts a snapshot from retention and deletion, or no longer. Gives `false` when there is no
/// such snapshot in the scope.
///
/// # Errors
/// When the database fails.
pub async fn set_pinned(
    conn: &mut PgConnection,
    scope: &Scope,
    id: SnapshotId,
    pinned: bool,
) -> Result<bool, sqlx::Error> {
    let updated = sqlx::query!(
        "UPDATE snapshots
         SET pinned = $2
         FROM devices
         WHERE snapshots.id = $1
           AND devices.id = snapshots.device_id
           AND ($3::bigint[] IS NULL OR devices.site_id = ANY ($3))",
        id.0,
        pinned,
        scope.ids() as Option<Vec<i64>>,
    )
    .execute(conn)
    .await?;
    Ok(updated.rows_affected() == 1)
}

/// Extends the validity of a snapshot of `device` to `seen_at`: the same configuration was seen
/// again. Gives `false` when it was deleted meanwhile.
///
/// # Errors
/// When the database fails.
pub async fn mark_seen(
    conn: &mut PgConnection,
    device: DeviceId,
    id: SnapshotId,
    seen_at: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    // Before the snapshot, as everywhere: the device's row follows in the same transaction, and a
    // deletion takes that row before it counts along the chain.
    lock_history(conn, device).await?;
    let updated = sqlx::query!(
        "UPDATE snapshots
         SET last_seen_at = greatest(last_seen_at, $2),
             times_seen = times_seen + 1
         WHERE id = $1",
        id.0,
        seen_at,
    )
    .execute(conn)
    .await?;
    Ok(updated.rows_affected() == 1)
}

/// A snapshot as the command line lists it.
#[derive(Debug, serde::Serialize)]
pub struct Listed {
    pub id: SnapshotId,
    pub site: String,
    pub device: String,
    pub taken_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    pub times_seen: i32,
    pub verdict: Verdict,
    pub size_bytes: i64,
    pub line_count: i32,
    pub version: Option<String>,
    pub model: Option<String>,
    pub serial: Option<String>,
    pub has_secrets: bool,
    #[serde(serialize_with = "as_hex")]
    pub sha256: Vec<u8>,
}

fn as_hex<S: serde::Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&hex::encode(bytes))
}

/// The snapshots of a site, of a device, or of all, by site and device, newest first, a page of
/// at most `limit` after `offset`.
///
/// # Errors
/// When the database fails.
pub async fn list(
    conn: &mut PgConnection,
    site_slug: Option<&str>,
    device: Option<DeviceId>,
    limit: i64,
    offset: i64,
) -> Result<Vec<Listed>, sqlx::Error> {
    sqlx::query_as!(
        Listed,
        r#"SELECT snapshots.id AS "id: SnapshotId",
                  sites.slug AS site,
                  devices.name AS device,
                  snapshots.taken_at,
                  snapshots.last_seen_at,
                  snapshots.times_seen,
                  snapshots.verdict AS "verdict: Verdict",
                  snapshots.size_bytes,
                  snapshots.line_count,
                  snapshots.version,
                  snapshots.model,
                  snapshots.serial,
                  snapshots.has_secrets,
                  snapshots.sha256
           FROM snapshots
           JOIN devices ON devices.id = snapshots.device_id
           JOIN sites ON sites.id = devices.site_id
           WHERE ($1::text IS NULL OR sites.slug = $1)
             AND ($2::bigint IS NULL OR devices.id = $2)
           ORDER BY sites.slug, devices.name, snapshots.taken_at DESC, snapshots.id DESC
           LIMIT $3
           OFFSET $4"#,
        site_slug,
        device.map(|id| id.0),
        limit,
        offset,
    )
    .fetch_all(conn)
    .await
}
