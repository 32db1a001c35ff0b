//! **Cancel** and **Retry failed**: what a person may do to a batch.

use axum::{
    extract::{Path, State},
    response::Redirect,
};
use sqlx::{Connection as _, PgConnection};

use crate::access::subject;
use crate::db::audit::{self, Entry};
use crate::db::{batches, pages};
use crate::model::{AuditAction, BatchId, Scope};
use crate::plural::counted;
use crate::web::{
    error::PageError,
    guard::{Acting, SignedIn},
    links,
    shell::Notice,
    state::AppState,
};

/// Cancels what is queued or running in a batch, as far as who asks reaches it.
pub async fn cancel(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path(id): Path<BatchId>,
) -> Result<Redirect, PageError> {
    let mut conn = state.connection().await?;
    check_exists(&mut conn, &person.scope, id).await?;
    let mut transaction = conn.begin().await?;
    let notice = match batches::cancel(&mut transaction, &person.scope, id).await? {
        0 => Notice::NothingToCancel,
        runs => {
            let entry = Entry {
                action: AuditAction::BackupCancelled,
                site: batches::get_site(&mut transaction, id).await?,
                subject: &subject::batch(id),
                detail: &counted(runs, "run"),
            };
            audit::record(&mut transaction, &actor, &entry, state.now()).await?;
            Notice::Cancelled
        }
    };
    transaction.commit().await?;
    batches::mark_finished(&mut conn, &[id]).await?;
    Ok(to_batch(id, notice))
}

/// Backs up again what failed, as far as who asks reaches it, and leads to the new batch.
pub async fn retry(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path(id): Path<BatchId>,
) -> Result<Redirect, PageError> {
    let mut transaction = state.pool.begin().await?;
    check_exists(&mut transaction, &person.scope, id).await?;
    let name = Some(person.name.clone());
    let requested = batches::retry_failed(&mut transaction, &person.scope, id, name).await?;
    if let Some(batch) = requested.batch {
        let entry = Entry {
            action: AuditAction::BackupRequested,
            site: batches::get_site(&mut transaction, id).await?,
            subject: &subject::batch(batch),
            detail: &format!("what failed in {}", subject::batch(id)),
        };
        audit::record(&mut transaction, &actor, &entry, state.now()).await?;
    }
    transaction.commit().await?;
    Ok(match (requested.batch, requested.already_active_batch) {
        (Some(batch), _) => to_batch(batch, Notice::Retried),
        (None, Some(batch)) => to_batch(batch, Notice::AlreadyRunning),
        (None, None) => to_batch(id, Notice::NothingToRetry),
    })
}

async fn check_exists(
    conn: &mut PgConnection,
    scope: &Scope,
    id: BatchId,
) -> Result<(), PageError> {
    let batch = pages::get_batch_movement(conn, scope, id).await?;
    batch.map(drop).ok_or(PageError::NotFound("batch"))
}

fn to_batch(id: BatchId, notice: Notice) -> Redirect {
    Redirect::to(&format!("{}?notice={}", links::batch(&id), notice.as_str()))
}
