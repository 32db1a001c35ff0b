//! Backups that a person starts, tries again or cancels.

use sqlx::{Connection as _, PgConnection};

use super::Who;
use crate::access::subject;
use crate::db::audit::{self, Entry};
use crate::db::batches::{self, NewBatch, Requested};
use crate::db::pages::SiteHead;
use crate::db::{pages, runs};
use crate::model::{AuditAction, BatchId, RunId, Scope, Trigger};
use crate::plural::counted;
use crate::web::{error::PageError, state::AppState};

/// Queues a batch for `site`; in the caller's transaction.
///
/// # Errors
/// What the database answers.
pub async fn back_up(
    state: &AppState,
    conn: &mut PgConnection,
    who: Who<'_>,
    site: &SiteHead,
    new: &NewBatch,
) -> Result<Requested, PageError> {
    let requested = batches::request(conn, new).await?;
    if let Some(batch) = requested.batch {
        let devices = requested.runs.len() - requested.already_active;
        let entry = Entry {
            action: AuditAction::BackupRequested,
            site: Some(site.id),
            subject: &format!("{}, {}", site.slug, subject::batch(batch)),
            detail: &counted(devices, "device"),
        };
        audit::record(conn, who.actor, &entry, state.now()).await?;
    }
    Ok(requested)
}

/// Backs up again what failed, as far as who asks reaches it; in the caller's transaction.
///
/// # Errors
/// [`PageError::NotFound`], or what the database answers.
pub async fn retry(
    state: &AppState,
    conn: &mut PgConnection,
    who: Who<'_>,
    (id, trigger): (BatchId, Trigger),
) -> Result<Requested, PageError> {
    check_exists(conn, &who.person.scope, id).await?;
    let by = (trigger, Some(who.person.name.clone()));
    let requested = batches::retry_failed(conn, &who.person.scope, id, by).await?;
    if let Some(batch) = requested.batch {
        let entry = Entry {
            action: AuditAction::BackupRequested,
            site: batches::get_site(conn, id).await?,
            subject: &subject::batch(batch),
            detail: &format!("what failed in {}", subject::batch(id)),
        };
        audit::record(conn, who.actor, &entry, state.now()).await?;
    }
    Ok(requested)
}

/// Cancels what is queued or running in a batch, as far as who asks reaches it. Gives how many
/// runs that were.
///
/// # Errors
/// [`PageError::NotFound`], or what the database answers.
pub async fn cancel_batch(state: &AppState, who: Who<'_>, id: BatchId) -> Result<u64, PageError> {
    let mut conn = state.connection().await?;
    check_exists(&mut conn, &who.person.scope, id).await?;
    let mut transaction = conn.begin().await?;
    let runs = batches::cancel(&mut transaction, &who.person.scope, id).await?;
    if runs > 0 {
        let entry = Entry {
            action: AuditAction::BackupCancelled,
            site: batches::get_site(&mut transaction, id).await?,
            subject: &subject::batch(id),
            detail: &counted(runs, "run"),
        };
        audit::record(&mut transaction, who.actor, &entry, state.now()).await?;
    }
    transaction.commit().await?;
    batches::mark_finished(&mut conn, &[id]).await?;
    Ok(runs)
}

/// Cancels a run that is queued or running. Gives whether it was.
///
/// # Errors
/// [`PageError::NotFound`], or what the database answers.
pub async fn cancel_run(state: &AppState, who: Who<'_>, id: RunId) -> Result<bool, PageError> {
    let mut conn = state.connection().await?;
    let run = pages::get_run(&mut conn, &who.person.scope, id).await?;
    let run = run.ok_or(PageError::NotFound("run"))?;
    let mut transaction = conn.begin().await?;
    let batch = runs::cancel_run(&mut transaction, &who.person.scope, id).await?;
    if let Some(batch) = batch {
        let entry = Entry {
            action: AuditAction::BackupCancelled,
            site: Some(run.site_id),
            subject: &subject::run(&run.site_slug, &run.device_name, id),
            detail: &subject::batch(batch),
        };
        audit::record(&mut transaction, who.actor, &entry, state.now()).await?;
    }
    transaction.commit().await?;
    batches::mark_finished(&mut conn, batch.as_slice()).await?;
    Ok(batch.is_some())
}

async fn check_exists(
    conn: &mut PgConnection,
    scope: &Scope,
    id: BatchId,
) -> Result<(), PageError> {
    let batch = pages::get_batch_movement(conn, scope, id).await?;
    batch.map(drop).ok_or(PageError::NotFound("batch"))
}
