//! Archives that are to be made: asked for, claimed under a lease, kept alive, ended once, swept.
//! The worker is in `archive`.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::db::runs::millis;
use crate::model::{ArchiveChoice, ArchiveId, ArchivedSecrets, Contents, History};

/// How many archives are kept at most, those that are still to be made included. When there are as
/// many, whoever asks for another is told so.
pub const MAX_KEPT: i64 = 20;

/// How often one is begun at most: it may be what ends its maker.
const MAX_ATTEMPTS: i32 = 3;

/// Serialises requests, so that the limit holds.
const REQUEST_LOCK: i64 = 0x5256_4152_4348_4956;

/// An archive to be asked for.
#[derive(Debug)]
pub struct NewArchive<'a> {
    pub choice: &'a ArchiveChoice,
    /// At most 500 characters.
    pub comment: &'a str,
    /// The person, or what asks by itself.
    pub requested_by: &'a str,
    pub now: DateTime<Utc>,
    /// `None`: it is kept until somebody deletes it.
    pub expires_at: Option<DateTime<Utc>>,
}

/// What came of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requested {
    /// It waits for a worker.
    Queued(ArchiveId),
    /// There are [`MAX_KEPT`] already.
    Full,
    /// There is no such site.
    NoSite,
}

/// Asks for an archive; a worker takes it up within seconds of the caller's commit.
///
/// # Errors
/// When the database fails.
pub async fn request(
    conn: &mut PgConnection,
    new: &NewArchive<'_>,
) -> Result<Requested, sqlx::Error> {
    if !has_room(conn).await? {
        return Ok(Requested::Full);
    }
    if let Some(slug) = &new.choice.site
        && !crate::db::sites::exists(conn, slug).await?
    {
        return Ok(Requested::NoSite);
    }
    let id = sqlx::query_scalar!(
        r#"INSERT INTO archives (site, history, contents, secrets, comment, requested_by, created_at,
                                 expires_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
           RETURNING id AS "id: ArchiveId""#,
        new.choice.site,
        new.choice.history.as_str(),
        new.choice.contents.as_str(),
        new.choice.secrets.as_str(),
        new.comment,
        new.requested_by,
        new.now,
        new.expires_at,
    )
    .fetch_one(conn)
    .await?;
    Ok(Requested::Queued(id))
}

/// Whether another archive may be kept; true until the caller's transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn has_room(conn: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query!("SELECT pg_advisory_xact_lock($1)", REQUEST_LOCK)
        .execute(&mut *conn)
        .await?;
    let kept = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!"
           FROM archives
           WHERE state IN ('queued', 'running', 'completed')"#
    )
    .fetch_one(conn)
    .await?;
    Ok(kept < MAX_KEPT)
}

/// An archive that a worker is to make.
#[derive(Debug)]
pub struct Claimed {
    pub id: ArchiveId,
    pub choice: ArchiveChoice,
    pub file_name: String,
    /// About how many snapshots it will have, and how many bytes they are.
    pub total: i64,
    pub bytes: i64,
}

/// Claims the oldest archive that waits; its file is to be called `<site>_<number>_<suffix>.zip`.
///
/// # Errors
/// When the database fails.
pub async fn claim(
    conn: &mut PgConnection,
    worker: &str,
    suffix: &str,
    lease: Duration,
) -> Result<Option<Claimed>, sqlx::Error> {
    let row = sqlx::query!(
        r#"UPDATE archives
           SET state = 'running',
               claimed_by = $1,
               lease_until = now() + $3 * interval '1 millisecond',
               attempt = attempt + 1,
               started_at = now(),
               done = 0,
               file_name = format('archive_%s_%s_%s.zip', coalesce(site, 'everything'), id, $2::text)
           WHERE id = (
               SELECT id
               FROM archives
               WHERE state = 'queued'
               ORDER BY id
               LIMIT 1
               FOR UPDATE SKIP LOCKED
           )
           RETURNING id AS "id: ArchiveId", site, history AS "history: History",
                     contents AS "contents: Contents", secrets AS "secrets: ArchivedSecrets",
                     file_name AS "file_name!""#,
        worker,
        suffix,
        millis(lease) as f64,
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let choice = ArchiveChoice {
        site: row.site,
        history: row.history,
        contents: row.contents,
        secrets: row.secrets,
    };
    let (total, bytes) = measure(conn, row.id, &choice).await?;
    Ok(Some(Claimed {
        id: row.id,
        choice,
        file_name: row.file_name,
        total,
        bytes,
    }))
}

/// How many snapshots and bytes an archive will have, also noted in its row.
async fn measure(
    conn: &mut PgConnection,
    id: ArchiveId,
    choice: &ArchiveChoice,
) -> Result<(i64, i64), sqlx::Error> {
    let size = sqlx::query!(
        r#"WITH size AS (
               SELECT count(*) AS snapshots, coalesce(sum(size_bytes), 0)::bigint AS bytes
               FROM snapshots
               JOIN devices ON devices.id = snapshots.device_id
               JOIN sites ON sites.id = devices.site_id
               WHERE ($2::text IS NULL OR sites.slug = $2)
                 AND (NOT $3 OR snapshots.id = devices.last_verified_snapshot_id)
           )
           UPDATE archives
           SET total = least(size.snapshots, 2147483647)
           FROM size
           WHERE archives.id = $1
           RETURNING size.snapshots AS "snapshots!", size.bytes AS "bytes!""#,
        id.0,
        choice.site,
        choice.history == History::Newest,
    )
    .fetch_optional(conn)
    .await?;
    Ok(size.map_or((0, 0), |size| (size.snapshots, size.bytes)))
}

/// Prolongs the lease of an archive and shows how far it is. Gives `false` when it was cancelled or
/// taken: nothing more is to be done for it.
///
/// # Errors
/// When the database fails.
pub async fn heartbeat(
    conn: &mut PgConnection,
    worker: &str,
    id: ArchiveId,
    done: u32,
    lease: Duration,
) -> Result<bool, sqlx::Error> {
    let prolonged = sqlx::query!(
        "UPDATE archives
         SET lease_until = now() + $4 * interval '1 millisecond',
             done = $3
         WHERE id = $1
           AND claimed_by = $2
           AND state = 'running'",
        id.0,
        worker,
        i32::try_from(done).unwrap_or(i32::MAX),
        millis(lease) as f64,
    )
    .execute(conn)
    .await?;
    Ok(prolonged.rows_affected() == 1)
}

/// What a whole file holds.
#[derive(Debug)]
pub struct Finished<'a> {
    pub size_bytes: u64,
    /// Of the file.
    pub sha256: &'a [u8],
    pub sites: u32,
    pub devices: u32,
    pub snapshots: u32,
    pub left_out: usize,
}

/// Lists an archive whose file is whole and on the disk. Gives `false` when it is no longer this
/// worker's; the file is to go then.
///
/// # Errors
/// When the database fails.
pub async fn mark_completed(
    conn: &mut PgConnection,
    worker: &str,
    id: ArchiveId,
    finished: &Finished<'_>,
) -> Result<bool, sqlx::Error> {
    let number = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
    let marked = sqlx::query!(
        "UPDATE archives
         SET state = 'completed',
             finished_at = now(),
             lease_until = NULL,
             done = $7,
             size_bytes = $3,
             sha256 = $4,
             sites = $5,
             devices = $6,
             snapshots = $7,
             left_out = $8
         WHERE id = $1
           AND claimed_by = $2
           AND state = 'running'",
        id.0,
        worker,
        i64::try_from(finished.size_bytes).unwrap_or(i64::MAX),
        finished.sha256,
        number(finished.sites),
        number(finished.devices),
        number(finished.snapshots),
        i32::try_from(finished.left_out).unwrap_or(i32::MAX),
    )
    .execute(conn)
    .await?;
    Ok(marked.rows_affected() == 1)
}

/// Notes why an archive could not be made.
///
/// # Errors
/// When the database fails.
pub async fn mark_failed(
    conn: &mut PgConnection,
    worker: &str,
    id: ArchiveId,
    failure: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE archives
         SET state = 'failed',
             failure = $3,
             finished_at = now(),
             lease_until = NULL,
             file_name = NULL
         WHERE id = $1
           AND claimed_by = $2
           AND state = 'running'",
        id.0,
        worker,
        failure,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Queues what a worker that stops has begun again.
///
/// # Errors
/// When the database fails.
pub async fn release(conn: &mut PgConnection, worker: &str) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE archives
         SET state = 'queued',
             claimed_by = NULL,
             lease_until = NULL,
             file_name = NULL,
             attempt = greatest(attempt - 1, 0)
         WHERE state = 'running'
           AND claimed_by = $1",
        worker,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Queues archives whose worker fell silent again, or fails them after three attempts; and takes
/// those away that have expired. Their files go with the next look at the folder.
///
/// # Errors
/// When the database fails.
pub async fn sweep(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "WITH expired AS (
             DELETE FROM archives
             WHERE expires_at < $2
               AND state NOT IN ('queued', 'running')
         )
         UPDATE archives
         SET state = CASE WHEN attempt < $1 THEN 'queued' ELSE 'failed' END,
             failure = CASE WHEN attempt >= $1 THEN
                 'The program that made it stopped before it was done, three times. Look at its log, '
                 || 'then ask for it again.' END,
             finished_at = CASE WHEN attempt >= $1 THEN now() END,
             claimed_by = NULL,
             lease_until = NULL,
             file_name = NULL
         WHERE state = 'running'
           AND lease_until < now()",
        MAX_ATTEMPTS,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The names of all files that a row names.
///
/// # Errors
/// When the database fails.
pub async fn list_file_names(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT file_name AS "file_name!" FROM archives WHERE file_name IS NOT NULL"#
    )
    .fetch_all(conn)
    .await
}
