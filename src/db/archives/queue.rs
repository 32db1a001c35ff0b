//! Archives that are to be made: asked for, claimed under a lease, kept alive, ended once, swept.
//! The worker is in `archive`.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::size::{Size, measure};
use crate::db::runs::millis;
use crate::model::{ArchiveChoice, ArchiveId, ArchiveState, ArchivedSecrets, Contents, History};

/// How many archives that people asked for or brought are kept at most, those that are still to be
/// made included. When there are as many, whoever asks for another is told so. What plans make is
/// bounded by what each of them keeps.
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
    Ok(count_kept(conn).await? < MAX_KEPT)
}

/// How many archives count towards [`MAX_KEPT`].
///
/// # Errors
/// When the database fails.
pub async fn count_kept(conn: &mut PgConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!"
           FROM archives
           WHERE state IN ('queued', 'running', 'completed')
             AND plan_id IS NULL"#
    )
    .fetch_one(conn)
    .await
}

/// An archive that a worker is to make.
#[derive(Debug)]
pub struct Claimed {
    pub id: ArchiveId,
    pub choice: ArchiveChoice,
    pub file_name: String,
    /// About how much it will hold.
    pub size: Size,
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
    let size = measure(&mut *conn, &choice).await?;
    sqlx::query!(
        "UPDATE archives SET total = least($2::bigint, 2147483647) WHERE id = $1",
        row.id.0,
        size.snapshots,
    )
    .execute(conn)
    .await?;
    Ok(Some(Claimed {
        id: row.id,
        choice,
        file_name: row.file_name,
        size,
    }))
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
/// those away that have expired. Their files go with the next look at the folder. Gives those that
/// were taken from their workers, with where each stands now.
///
/// # Errors
/// When the database fails.
pub async fn sweep(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
) -> Result<Vec<(ArchiveId, ArchiveState)>, sqlx::Error> {
    let taken = sqlx::query!(
        r#"WITH expired AS (
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
           AND lease_until < now()
         RETURNING id AS "id: ArchiveId", state AS "state: ArchiveState""#,
        MAX_ATTEMPTS,
        now,
    )
    .fetch_all(conn)
    .await?;
    Ok(taken.into_iter().map(|row| (row.id, row.state)).collect())
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
