//! **Cancel** of one run.

use axum::{
    extract::{Path, State},
    response::Redirect,
};

use crate::db::{pages, runs};
use crate::model::RunId;
use crate::web::{error::PageError, guard::SignedIn, links, shell::Notice, state::AppState};

/// Cancels a run that is queued or running.
pub async fn cancel(
    State(state): State<AppState>,
    person: SignedIn,
    Path(id): Path<RunId>,
) -> Result<Redirect, PageError> {
    let mut conn = state.connection().await?;
    let run = pages::get_run_movement(&mut conn, &person.scope, id).await?;
    run.ok_or(PageError::NotFound("run"))?;
    let notice = if runs::cancel_run(&mut conn, &person.scope, id).await? {
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
