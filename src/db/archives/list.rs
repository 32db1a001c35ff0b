//! The list of archives, and what a person does to one of it.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::queue::{Finished, NewArchive};
use crate::db::pages::Slice;
use crate::model::{
    ArchiveChoice, ArchiveId, ArchivePlanId, ArchiveState, ArchivedSecrets, Contents, History,
};

/// An archive as it is listed.
#[derive(Debug)]
pub struct ListedArchive {
    pub id: ArchiveId,
    pub site: Option<String>,
    pub history: History,
    pub contents: Contents,
    pub secrets: ArchivedSecrets,
    pub comment: String,
    pub requested_by: String,
    /// The plan that asked for it.
    pub plan_id: Option<ArchivePlanId>,
    pub is_uploaded: bool,
    pub state: ArchiveState,
    /// How many snapshots are written, of about how many.
    pub done: i32,
    pub total: i32,
    pub created_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    pub expires_at: Option<DateTime<Utc>>,
    /// The file in the folder of archives; whole only when it is completed.
    pub file_name: Option<String>,
    pub size_bytes: Option<i64>,
    pub sha256: Option<Vec<u8>>,
    pub sites: Option<i32>,
    pub devices: Option<i32>,
    pub snapshots: Option<i32>,
    pub left_out: i32,
    pub failure: Option<String>,
    pub restore_note: Option<String>,
    pub restored_at: Option<DateTime<Utc>>,
}

impl ListedArchive {
    /// What it holds.
    #[must_use]
    pub fn choice(&self) -> ArchiveChoice {
        ArchiveChoice {
            site: self.site.clone(),
            history: self.history,
            contents: self.contents,
            secrets: self.secrets,
        }
    }
}

/// One archive, or a part of the list, newest first.
async fn rows(
    conn: &mut PgConnection,
    id: Option<ArchiveId>,
    slice: Slice,
) -> Result<Vec<ListedArchive>, sqlx::Error> {
    sqlx::query_as!(
        ListedArchive,
        r#"SELECT id AS "id: ArchiveId", site, history AS "history: History",
                  contents AS "contents: Contents", secrets AS "secrets: ArchivedSecrets", comment,
                  requested_by, plan_id AS "plan_id: ArchivePlanId", is_uploaded, state AS "state: ArchiveState", done, total, created_at,
                  finished_at, expires_at, file_name, size_bytes, sha256, sites, devices, snapshots,
                  left_out, failure, restore_note, restored_at
           FROM archives
           WHERE $1::bigint IS NULL OR id = $1
           ORDER BY id DESC
           LIMIT $2
           OFFSET $3"#,
        id.map(|id| id.0),
        slice.limit,
        slice.offset,
    )
    .fetch_all(conn)
    .await
}

/// A page of the archives, newest first.
///
/// # Errors
/// When the database fails.
pub async fn list(
    conn: &mut PgConnection,
    slice: Slice,
) -> Result<Vec<ListedArchive>, sqlx::Error> {
    rows(conn, None, slice).await
}

/// How many archives are listed.
///
/// # Errors
/// When the database fails.
pub async fn count(conn: &mut PgConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(r#"SELECT count(*) AS "count!" FROM archives"#)
        .fetch_one(conn)
        .await
}

/// One archive.
///
/// # Errors
/// When the database fails.
pub async fn get(
    conn: &mut PgConnection,
    id: ArchiveId,
) -> Result<Option<ListedArchive>, sqlx::Error> {
    let one = Slice {
        limit: 1,
        offset: 0,
    };
    Ok(rows(conn, Some(id), one).await?.pop())
}

/// Lists a file that was brought and found whole.
///
/// # Errors
/// When the database fails.
pub async fn insert_uploaded(
    conn: &mut PgConnection,
    new: &NewArchive<'_>,
    file_name: &str,
    finished: &Finished<'_>,
) -> Result<ArchiveId, sqlx::Error> {
    let number = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
    sqlx::query_scalar!(
        r#"INSERT INTO archives (site, history, contents, secrets, comment, requested_by, is_uploaded,
                                 state, created_at, finished_at, expires_at, file_name, size_bytes,
                                 sha256, sites, devices, snapshots, left_out)
           VALUES ($1, $2, $3, $4, $5, $6, true, 'completed', $7, $7, $8, $9, $10, $11, $12, $13, $14,
                   $15)
           RETURNING id AS "id: ArchiveId""#,
        new.choice.site,
        new.choice.history.as_str(),
        new.choice.contents.as_str(),
        new.choice.secrets.as_str(),
        new.comment,
        new.requested_by,
        new.now,
        new.expires_at,
        file_name,
        i64::try_from(finished.size_bytes).unwrap_or(i64::MAX),
        finished.sha256,
        number(finished.sites),
        number(finished.devices),
        number(finished.snapshots),
        i32::try_from(finished.left_out).unwrap_or(i32::MAX),
    )
    .fetch_one(conn)
    .await
}

/// Cancels an archive that waits or is being made: its worker stops at its next heartbeat. Gives
/// whether there was one.
///
/// # Errors
/// When the database fails.
pub async fn cancel(conn: &mut PgConnection, id: ArchiveId) -> Result<bool, sqlx::Error> {
    let cancelled = sqlx::query!(
        "UPDATE archives
         SET state = 'cancelled',
             finished_at = now(),
             lease_until = NULL,
             file_name = NULL
         WHERE id = $1
           AND state IN ('queued', 'running')",
        id.0,
    )
    .execute(conn)
    .await?;
    Ok(cancelled.rows_affected() == 1)
}

/// Takes an archive that has ended off the list. Gives whether there was one; its file is to be
/// deleted once the caller's transaction is kept.
///
/// # Errors
/// When the database fails.
pub async fn delete(conn: &mut PgConnection, id: ArchiveId) -> Result<bool, sqlx::Error> {
    let deleted = sqlx::query!(
        "DELETE FROM archives
         WHERE id = $1
           AND state NOT IN ('queued', 'running')",
        id.0,
    )
    .execute(conn)
    .await?;
    Ok(deleted.rows_affected() == 1)
}

/// Notes what came of a restore.
///
/// # Errors
/// When the database fails.
pub async fn note_restore(
    conn: &mut PgConnection,
    id: ArchiveId,
    note: &str,
    at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE archives
         SET restore_note = $2,
             restored_at = $3
         WHERE id = $1",
        id.0,
        note,
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}
