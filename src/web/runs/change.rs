//! **Cancel** of one run.

use axum::{
    extract::{Path, State},
    response::Redirect,
};
use sqlx::Connection as _;

use crate::access::subject;
use crate::db::audit::{self, Entry};
use crate::db::{batches, pages, runs};
use crate::model::{AuditAction, RunId};
use crate::web::{
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
    let mut conn = state.connection().await?;
    let run = pages::get_run(&mut conn, &person.scope, id).await?;
    let run = run.ok_or(PageError::NotFound("run"))?;
    let mut transaction = conn.begin().await?;
    let batch = runs::cancel_run(&mut transaction, &person.scope, id).await?;
    let notice = if let Some(batch) = batch {
        let entry = Entry {
            action: AuditAction::BackupCancelled,
            site: Some(run.site_id),
            subject: &subject::run(&run.site_slug, &run.device_name, id),
            detail: &subject::batch(batch),
        };
        audit::record(&mut transaction, &actor, &entry, state.now()).await?;
        Notice::Cancelled
    } else {
        Notice::NothingToCancel
    };
    transaction.commit().await?;
    batches::mark_finished(&mut conn, batch.as_slice()).await?;
    Ok(Redirect::to(&format!(
        "{}?notice={}",
        links::run(&id),
        notice.as_str()
    )))
}
