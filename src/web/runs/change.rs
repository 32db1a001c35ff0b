//! **Cancel** of one run.

use axum::{
    extract::{Path, State},
    response::Redirect,
};

use crate::model::RunId;
use crate::web::{
    actions::{self, Who},
    error::PageError,
    guard::{Acting, SignedIn},
    links,
    shell::Notice,
    state::AppState,
};

/// Cancels a run that is queued or running.
pub async fn cancel(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path(id): Path<RunId>,
) -> Result<Redirect, PageError> {
    let who = Who {
        person: &person,
        actor: &actor,
    };
    let notice = if actions::cancel_run(&state, who, id).await? {
        Notice::Cancelled
    } else {
        Notice::NothingToCancel
    };
    Ok(Redirect::to(&format!(
        "{}?notice={}",
        links::run(&id),
        notice.as_str()
    )))
}
