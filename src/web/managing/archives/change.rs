//! Cancelling an archive that is being made, and deleting one that has ended.

use axum::{
    extract::{Path, State},
    response::Redirect,
};

use super::{LIST, subject};
use crate::db::archives as db;
use crate::db::audit::{self, Entry};
use crate::model::{ArchiveId, AuditAction};
use crate::web::{
    error::PageError,
    guard::Acting,
    managing::{done::Done, links},
    state::AppState,
};

/// Cancels an archive that waits or is being made.
pub async fn cancel(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Path(id): Path<ArchiveId>,
) -> Result<Redirect, PageError> {
    let mut tx = state.pool.begin().await?;
    let archive = db::get(&mut tx, id)
        .await?
        .ok_or(PageError::NotFound("archive"))?;
    if !db::cancel(&mut tx, id).await? {
        return Ok(Redirect::to(&links::with(LIST, Done::ArchiveEnded)));
    }
    let entry = Entry {
        action: AuditAction::ArchiveCancelled,
        site: None,
        subject: &subject(&archive),
        detail: "",
    };
    audit::record(&mut tx, &actor, &entry, state.now()).await?;
    tx.commit().await?;
    Ok(Redirect::to(&links::with(LIST, Done::ArchiveCancelled)))
}

/// Deletes an archive that has ended, and its file.
pub async fn delete(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Path(id): Path<ArchiveId>,
) -> Result<Redirect, PageError> {
    let mut tx = state.pool.begin().await?;
    let archive = db::get(&mut tx, id)
        .await?
        .ok_or(PageError::NotFound("archive"))?;
    if !db::delete(&mut tx, id).await? {
        return Ok(Redirect::to(&links::with(LIST, Done::ArchiveGoesOn)));
    }
    let entry = Entry {
        action: AuditAction::ArchiveDeleted,
        site: None,
        subject: &subject(&archive),
        detail: archive.state.label(),
    };
    audit::record(&mut tx, &actor, &entry, state.now()).await?;
    tx.commit().await?;
    if let Some(name) = &archive.file_name
        && let Err(error) = tokio::fs::remove_file(state.archives.join(name)).await
    {
        // No row names it any more, so the next look at the folder takes it away.
        tracing::warn!(archive = %id, %error, "The file of a deleted archive could not be deleted");
    }
    Ok(Redirect::to(&links::with(LIST, Done::ArchiveDeleted)))
}
