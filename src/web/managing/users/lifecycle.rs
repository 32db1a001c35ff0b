//! Archiving somebody, and letting them in again.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};

use super::LIST;
use crate::managing;
use crate::model::{AuditAction, UserId};
use crate::web::{
    error::PageError,
    guard::{Acting, SignedIn},
    links,
    managing::{commit_as, done::Done, links::with, refused::without_form},
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
    match managing::archive_user(&mut transaction, person.user, id, now).await {
        Ok(changed) => {
            commit_as(
                &state,
                transaction,
                &actor,
                (AuditAction::UserChanged, &changed),
            )
            .await?;
            Ok(Redirect::to(&with(LIST, Done::UserArchived)).into_response())
        }
        Err(refused) => without_form(refused, "user", &links::user(&id)),
    }
}

/// Lets somebody in again who was archived.
pub async fn restore(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Path(id): Path<UserId>,
) -> Result<Response, PageError> {
    let own = links::user(&id);
    let mut transaction = state.pool.begin().await?;
    match managing::restore_user(&mut transaction, id).await {
        Ok(changed) => {
            commit_as(
                &state,
                transaction,
                &actor,
                (AuditAction::UserChanged, &changed),
            )
            .await?;
            Ok(Redirect::to(&with(&own, Done::UserRestored)).into_response())
        }
        Err(refused) => without_form(refused, "user", &own),
    }
}
