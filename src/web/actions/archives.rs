//! Archives that a person asks for, cancels and deletes.

use chrono::TimeDelta;
use sqlx::PgConnection;
use tokio::fs::File;

use super::Who;
use crate::archive::{expected_bytes, prepare_folder};
use crate::db::archives::{self as db, ListedArchive, NewArchive, Requested};
use crate::db::audit::{self, Entry};
use crate::model::archive::MAX_COMMENT_CHARS;
use crate::model::{ArchiveChoice, ArchiveId, ArchiveState, ArchivedSecrets, AuditAction, Right};
use crate::web::{bodies, error::PageError, state::AppState};

/// How long an archive is kept when nothing is said, and how long at most, in days.
pub const DEFAULT_DAYS: u32 = 30;
pub const MOST_DAYS: u32 = 3650;

const MISSING: PageError = PageError::NotFound("archive");

/// An archive as somebody asks for it.
#[derive(Debug)]
pub struct AskedArchive<'a> {
    pub choice: &'a ArchiveChoice,
    pub comment: &'a str,
    /// `None`: it is kept until somebody deletes it.
    pub days: Option<u32>,
}

/// What came of it.
#[derive(Debug)]
pub enum ArchiveAsked {
    Queued(ArchiveId),
    /// As many as are kept are there.
    Full,
    NoSite,
    /// The number of days or the comment is out of bounds.
    Wrong,
    /// The folder can not take it; why, a sentence.
    NoRoom(String),
}

/// Who may not see secrets gets no file that has them.
///
/// # Errors
/// [`PageError::Forbidden`].
pub fn check_secrets(who: Who<'_>, secrets: ArchivedSecrets) -> Result<(), PageError> {
    if secrets == ArchivedSecrets::Masked || who.person.rights.has(Right::Reveal) {
        return Ok(());
    }
    Err(PageError::Forbidden(
        "You may not see secrets, and this archive has them inside. Ask for one with its secrets \
         masked.",
    ))
}

/// Asks for an archive; in the caller's transaction.
///
/// # Errors
/// [`PageError::Forbidden`], or what the database answers.
pub async fn request_archive(
    state: &AppState,
    conn: &mut PgConnection,
    who: Who<'_>,
    asked: &AskedArchive<'_>,
) -> Result<ArchiveAsked, PageError> {
    check_secrets(who, asked.choice.secrets)?;
    let comment = asked.comment.trim();
    let knows_days = asked
        .days
        .is_none_or(|days| (1..=MOST_DAYS).contains(&days));
    if !knows_days || comment.chars().count() > MAX_COMMENT_CHARS || comment.contains('\0') {
        return Ok(ArchiveAsked::Wrong);
    }
    if let Some(problem) = no_room(state, conn, asked.choice).await? {
        return Ok(ArchiveAsked::NoRoom(problem));
    }
    let now = state.now();
    let new = NewArchive {
        choice: asked.choice,
        comment,
        requested_by: &who.actor.name,
        now,
        expires_at: asked.days.map(|days| now + TimeDelta::days(days.into())),
    };
    let id = match db::request(conn, &new).await? {
        Requested::Full => return Ok(ArchiveAsked::Full),
        Requested::NoSite => return Ok(ArchiveAsked::NoSite),
        Requested::Queued(id) => id,
    };
    let entry = Entry {
        action: AuditAction::ArchiveRequested,
        site: None,
        subject: asked.choice.site.as_deref().unwrap_or("everything"),
        detail: &asked.choice.in_words(),
    };
    audit::record(conn, who.actor, &entry, now).await?;
    Ok(ArchiveAsked::Queued(id))
}

/// Why the folder could not take an archive of this, a sentence.
async fn no_room(
    state: &AppState,
    conn: &mut PgConnection,
    choice: &ArchiveChoice,
) -> Result<Option<String>, PageError> {
    let size = db::measure(conn, choice).await?;
    let folder = state.archives.to_path_buf();
    let prepared = bodies::aside(move || prepare_folder(&folder, expected_bytes(&size))).await?;
    let refused = prepared.err();
    Ok(refused.map(|refused| format!("Nothing was asked for: {refused}.")))
}

/// Cancels an archive that waits or is being made. Gives whether it did.
///
/// # Errors
/// [`PageError::NotFound`], or what the database answers.
pub async fn cancel_archive(
    state: &AppState,
    who: Who<'_>,
    id: ArchiveId,
) -> Result<bool, PageError> {
    let mut tx = state.pool.begin().await?;
    let archive = db::get(&mut tx, id).await?.ok_or(MISSING)?;
    if !db::cancel(&mut tx, id).await? {
        return Ok(false);
    }
    let entry = Entry {
        action: AuditAction::ArchiveCancelled,
        site: None,
        subject: &archive_subject(&archive),
        detail: "",
    };
    audit::record(&mut tx, who.actor, &entry, state.now()).await?;
    tx.commit().await?;
    Ok(true)
}

/// Deletes an archive that has ended, and its file. Gives whether it did.
///
/// # Errors
/// [`PageError::NotFound`], or what the database answers.
pub async fn delete_archive(
    state: &AppState,
    who: Who<'_>,
    id: ArchiveId,
) -> Result<bool, PageError> {
    let mut tx = state.pool.begin().await?;
    let archive = db::get(&mut tx, id).await?.ok_or(MISSING)?;
    if !db::delete(&mut tx, id).await? {
        return Ok(false);
    }
    let entry = Entry {
        action: AuditAction::ArchiveDeleted,
        site: None,
        subject: &archive_subject(&archive),
        detail: archive.state.label(),
    };
    audit::record(&mut tx, who.actor, &entry, state.now()).await?;
    tx.commit().await?;
    if let Some(name) = &archive.file_name
        && let Err(error) = tokio::fs::remove_file(state.archives.join(name)).await
    {
        // No row names it any more, so the next look at the folder takes it away.
        tracing::warn!(archive = %id, %error, "The file of a deleted archive could not be deleted");
    }
    Ok(true)
}

/// The file of an archive that is whole.
///
/// # Errors
/// [`PageError::NotFound`] while it is not completed, [`PageError::Gone`] when its file is gone.
pub async fn open_archive(state: &AppState, archive: &ListedArchive) -> Result<File, PageError> {
    let name = archive.file_name.as_ref();
    let name = name.filter(|_| archive.state == ArchiveState::Completed);
    let name = name.ok_or(PageError::NotFound("archive that is completed"))?;
    let opened = File::open(state.archives.join(name)).await;
    opened.map_err(|error| {
        tracing::error!(archive = %archive.id, %error, "The file of an archive can not be opened");
        PageError::Gone(
            "The file of this archive is not in the folder of archives any more, or can not be read.",
        )
    })
}

/// How the audit calls an archive: `archive 3 of acme`.
pub fn archive_subject(archive: &ListedArchive) -> String {
    let of = archive.site.as_deref().unwrap_or("everything");
    format!("archive {} of {of}", archive.id)
}
