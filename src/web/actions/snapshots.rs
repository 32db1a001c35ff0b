//! What a person does with one snapshot: comment on it, pin it, delete it.

use sqlx::PgConnection;

use super::Who;
use crate::access::subject;
use crate::db::audit::{self, Entry};
use crate::db::pages::{self, SnapshotNotes};
use crate::db::snapshots::{self, Deleted, MAX_COMMENT_CHARS};
use crate::model::{AuditAction, SnapshotId};
use crate::web::{bodies, error::PageError, state::AppState, words};

const MISSING: PageError = PageError::NotFound("backup");

/// Keeps the comment on a snapshot; an empty one takes it away.
///
/// # Errors
/// [`PageError::BadRequest`] for one that is too long, [`PageError::NotFound`], or what the
/// database answers.
pub async fn set_comment(
    state: &AppState,
    who: Who<'_>,
    id: SnapshotId,
    comment: &str,
) -> Result<SnapshotNotes, PageError> {
    // Forms send CR LF, whatever was typed.
    let comment = comment.replace("\r\n", "\n");
    let comment = comment.trim();
    if comment.chars().count() > MAX_COMMENT_CHARS {
        return Err(PageError::BadRequest(
            "A comment has at most 2,000 characters. Go back and shorten it.",
        ));
    }
    if comment.contains('\0') {
        return Err(PageError::BadRequest(
            "The comment has a NUL character in it.",
        ));
    }
    let mut transaction = state.pool.begin().await?;
    let snapshot = get(&mut transaction, who, id).await?;
    if !snapshots::set_comment(&mut transaction, &who.person.scope, id, comment).await? {
        return Err(MISSING);
    }
    let detail = if comment.is_empty() {
        "removed"
    } else {
        "written"
    };
    let done = (AuditAction::CommentChanged, &snapshot, detail);
    record(state, &mut transaction, who, done).await?;
    transaction.commit().await?;
    Ok(snapshot)
}

/// Pins or unpins a snapshot.
///
/// # Errors
/// [`PageError::NotFound`], or what the database answers.
pub async fn set_pinned(
    state: &AppState,
    who: Who<'_>,
    id: SnapshotId,
    pinned: bool,
) -> Result<SnapshotNotes, PageError> {
    let mut transaction = state.pool.begin().await?;
    let snapshot = get(&mut transaction, who, id).await?;
    if !snapshots::set_pinned(&mut transaction, &who.person.scope, id, pinned).await? {
        return Err(MISSING);
    }
    let detail = if pinned { "pinned" } else { "unpinned" };
    let done = (AuditAction::PinChanged, &snapshot, detail);
    record(state, &mut transaction, who, done).await?;
    transaction.commit().await?;
    Ok(snapshot)
}

/// Deletes a snapshot, unless it has to stay. Gives what it was, and what came of it; never
/// [`Deleted::Missing`].
///
/// # Errors
/// [`PageError::NotFound`], [`PageError::Damaged`], or what the database answers.
pub async fn delete(
    state: &AppState,
    who: Who<'_>,
    id: SnapshotId,
) -> Result<(SnapshotNotes, Deleted), PageError> {
    let mut transaction = state.pool.begin().await?;
    let snapshot = get(&mut transaction, who, id).await?;
    let deleted = snapshots::delete(&mut transaction, &who.person.scope, &state.vault, id)
        .await
        .map_err(bodies::unreadable)?;
    match deleted {
        Deleted::Missing => return Err(MISSING),
        Deleted::Pinned | Deleted::NewestVerified => {}
        Deleted::Done => {
            let taken = snapshot.taken_at.format("taken %Y-%m-%d %H:%M:%S UTC");
            let detail = format!("{}, {taken}", words::verdict(&snapshot.verdict));
            let done = (AuditAction::SnapshotDeleted, &snapshot, detail.as_str());
            record(state, &mut transaction, who, done).await?;
        }
    }
    transaction.commit().await?;
    Ok((snapshot, deleted))
}

async fn get(
    conn: &mut PgConnection,
    who: Who<'_>,
    id: SnapshotId,
) -> Result<SnapshotNotes, PageError> {
    let snapshot = pages::get_snapshot_notes(conn, &who.person.scope, id).await?;
    snapshot.ok_or(MISSING)
}

/// Records what was done to a snapshot. What a comment says is not repeated: it can be taken back
/// from the snapshot, and never from the audit.
async fn record(
    state: &AppState,
    conn: &mut PgConnection,
    who: Who<'_>,
    (action, snapshot, detail): (AuditAction, &SnapshotNotes, &str),
) -> Result<(), PageError> {
    let entry = Entry {
        action,
        site: Some(snapshot.site_id),
        subject: &subject::backup(&snapshot.site_slug, &snapshot.device_name, snapshot.id),
        detail,
    };
    Ok(audit::record(conn, who.actor, &entry, state.now()).await?)
}
