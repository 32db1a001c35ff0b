//! **Cancel** and **Retry failed**: what a person may do to a batch.

use axum::{
    extract::{Path, State},
    response::Redirect,
};

use crate::model::{BatchId, Trigger};
use crate::web::{
    actions::{self, Who},
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
    let who = Who {
        person: &person,
        actor: &actor,
    };
    let notice = match actions::cancel_batch(&state, who, id).await? {
        0 => Notice::NothingToCancel,
        _ => Notice::Cancelled,
    };
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
    let who = Who {
        person: &person,
        actor: &actor,
    };
    let requested = actions::retry(&state, &mut transaction, who, (id, Trigger::Manual)).await?;
    transaction.commit().await?;
    Ok(match (requested.batch, requested.already_active_batch) {
        (Some(batch), _) => to_batch(batch, Notice::Retried),
        (None, Some(batch)) => to_batch(batch, Notice::AlreadyRunning),
        (None, None) => to_batch(id, Notice::NothingToRetry),
    })
}

fn to_batch(id: BatchId, notice: Notice) -> Redirect {
    Redirect::to(&format!("{}?notice={}", links::batch(&id), notice.as_str()))
}
