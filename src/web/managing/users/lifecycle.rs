//! Archiving somebody, and letting them in again.

use axum::{
    extract::{Path, State},
    response::Response,
};

use super::LIST;
use crate::managing;
use crate::model::{AuditAction, UserId};
use crate::web::{
    error::PageError,
    guard::{Acting, SignedIn},
    links,
    managing::{Pressed, conclude, done::Done, links::with},
    state::AppState,
};

/// Archives somebody.
pub async fn archive(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path(id): Path<UserId>,
) -> Result<Response, PageError> {
    let mut transaction = state.pool.begin().await?;
    let now = state.now();
    let outcome = managing::archive_user(&mut transaction, person.user, id, now).await;
    let done = (AuditAction::UserChanged, outcome);
    let pressed = Pressed {
        what: "user",
        page: &links::user(&id),
        done: with(LIST, Done::UserArchived),
    };
    conclude(&state, transaction, &actor, done, pressed).await
}

/// Lets somebody in again who was archived.
pub async fn restore(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Path(id): Path<UserId>,
) -> Result<Response, PageError> {
    let own = links::user(&id);
    let mut transaction = state.pool.begin().await?;
    let outcome = managing::restore_user(&mut transaction, id).await;
    let done = (AuditAction::UserChanged, outcome);
    let pressed = Pressed {
        what: "user",
        page: &links::user(&id),
        done: with(&own, Done::UserRestored),
    };
    conclude(&state, transaction, &actor, done, pressed).await
}
