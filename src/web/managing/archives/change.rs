//! Cancelling an archive that is being made, and deleting one that has ended.

use axum::{
    extract::{Path, State},
    response::Redirect,
};

use super::LIST;
use crate::model::ArchiveId;
use crate::web::{
    actions::{self, Who},
    error::PageError,
    guard::{Acting, SignedIn},
    managing::{done::Done, links},
    state::AppState,
};

/// Cancels an archive that waits or is being made.
pub async fn cancel(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path(id): Path<ArchiveId>,
) -> Result<Redirect, PageError> {
    let who = Who {
        person: &person,
        actor: &actor,
    };
    let done = match actions::cancel_archive(&state, who, id).await? {
        true => Done::ArchiveCancelled,
        false => Done::ArchiveEnded,
    };
    Ok(Redirect::to(&links::with(LIST, done)))
}

/// Deletes an archive that has ended, and its file.
pub async fn delete(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path(id): Path<ArchiveId>,
) -> Result<Redirect, PageError> {
    let who = Who {
        person: &person,
        actor: &actor,
    };
    let done = match actions::delete_archive(&state, who, id).await? {
        true => Done::ArchiveDeleted,
        false => Done::ArchiveGoesOn,
    };
    Ok(Redirect::to(&links::with(LIST, done)))
}
