//! An archive that a person brings: it goes to the disk as it comes, is checked whole, and is then
//! listed like one that was made here. What is not whole is never listed.

use axum::http::{HeaderMap, header::CONTENT_LENGTH};
use chrono::TimeDelta;
use sqlx::PgConnection;

use super::archives::DEFAULT_DAYS;
use crate::archive::{
    self, Checked, FolderError, Incoming, Received, prepare_folder, uploaded_name,
};
use crate::db::archives::{self as db, Finished, NewArchive};
use crate::db::audit::{self, Actor, Entry};
use crate::model::{ArchiveId, AuditAction};
use crate::web::{bodies, error::PageError, state::AppState};

/// How many bytes who sends says that come; 0 when nothing is said.
pub fn declared_length(headers: &HeaderMap) -> u64 {
    let length = headers.get(CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse().ok());
    length.unwrap_or(0)
}

/// Begins a file of about so many bytes.
///
/// # Errors
/// When the fault is ours; of the inside, what is wrong with the folder.
pub async fn begin_archive(
    state: &AppState,
    bytes: u64,
) -> Result<Result<Incoming, FolderError>, PageError> {
    let folder = state.archives.to_path_buf();
    let beginning = move || {
        prepare_folder(&folder, bytes)?;
        Incoming::begin(&folder, uploaded_name())
    };
    bodies::aside(beginning).await
}

/// Reads a file that came whole.
///
/// # Errors
/// When it is gone; of the inside, why it is no archive that can be used, a sentence.
pub async fn check_archive(received: &Received) -> Result<Result<Checked, String>, PageError> {
    let file = received.open().await;
    let file = file.map_err(|error| PageError::Internal(error.into()))?;
    let checked = archive::check(file).await;
    Ok(checked.map_err(|refused| refused.to_string()))
}

/// Why a file that was checked is not listed.
pub enum NotListed {
    /// As many as are kept are there.
    Full,
    Folder(FolderError),
}

/// Keeps a file that was checked and lists it, in the caller's transaction; until that is
/// committed nobody knows of the file, and it is swept in time.
///
/// # Errors
/// What the database answers; of the inside, why it is not listed.
pub async fn list_archive(
    state: &AppState,
    conn: &mut PgConnection,
    actor: &Actor,
    (received, checked): (Received, &Checked),
) -> Result<Result<ArchiveId, NotListed>, PageError> {
    // Once more: while it came, others may have.
    if !db::has_room(conn).await? {
        return Ok(Err(NotListed::Full));
    }
    let (name, size_bytes) = (received.name.clone(), received.size_bytes);
    let sha256 = received.sha256.clone();
    if let Err(refused) = bodies::aside(move || received.keep()).await? {
        return Ok(Err(NotListed::Folder(refused)));
    }
    let counts = &checked.manifest.counts;
    let finished = Finished {
        size_bytes,
        sha256: &sha256,
        sites: counts.sites,
        devices: counts.devices,
        snapshots: counts.snapshots,
        left_out: checked.manifest.left_out.len(),
    };
    let (choice, now) = (&checked.manifest.choice, state.now());
    let new = NewArchive {
        choice,
        comment: &made(checked),
        requested_by: &actor.name,
        now,
        expires_at: Some(now + TimeDelta::days(i64::from(DEFAULT_DAYS))),
    };
    let id = db::insert_uploaded(conn, &new, &name, &finished).await?;
    let entry = Entry {
        action: AuditAction::ArchiveRequested,
        site: None,
        subject: choice.site.as_deref().unwrap_or("everything"),
        detail: "uploaded",
    };
    audit::record(conn, actor, &entry, now).await?;
    Ok(Ok(id))
}

fn made(checked: &Checked) -> String {
    let manifest = &checked.manifest;
    let with: String = manifest.made_with.chars().take(100).collect();
    let at = manifest.made_at.format("%Y-%m-%d %H:%M UTC");
    format!("Made by {} at {at}", crate::visible::text(&with))
}
