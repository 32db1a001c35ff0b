//! Messages of alerts that a person asks for: a test, and one that was given up.

use sqlx::PgConnection;

use super::{commit_as, record};
use crate::db::alerts::{log, messages, settings};
use crate::db::audit::Actor;
use crate::managing::Changed;
use crate::model::{AlertMessageId, AuditAction, DestinationId};
use crate::web::{error::PageError, state::AppState};

fn changed(destination: &str, message: AlertMessageId) -> Changed {
    Changed {
        site: None,
        subject: format!("alert destination {destination}"),
        detail: format!("message {message}"),
        batches: Vec::new(),
    }
}

/// Asks for a test message; in the caller's transaction.
///
/// # Errors
/// [`PageError::NotFound`], or what the database answers.
pub async fn test_destination(
    state: &AppState,
    conn: &mut PgConnection,
    actor: &Actor,
    id: DestinationId,
) -> Result<AlertMessageId, PageError> {
    let found = settings::get_destination(conn, id).await?;
    let destination = found.ok_or(PageError::NotFound("destination"))?;
    let message = messages::request_test(conn, id, &actor.name, state.now()).await?;
    let done = (
        AuditAction::AlertTested,
        &changed(&destination.name, message),
    );
    record(state, conn, actor, done).await?;
    Ok(message)
}

/// Has a message that was given up sent once more. Gives whether it was to be had: it is failed, and
/// its destination is there.
///
/// # Errors
/// [`PageError::NotFound`], or what the database answers.
pub async fn retry_message(
    state: &AppState,
    actor: &Actor,
    id: AlertMessageId,
) -> Result<bool, PageError> {
    let mut transaction = state.pool.begin().await?;
    if log::get_message(&mut transaction, id).await?.is_none() {
        return Err(PageError::NotFound("message"));
    }
    let retried = log::retry(&mut transaction, id, state.now()).await?;
    let Some(destination) = retried else {
        return Ok(false);
    };
    let done = (AuditAction::AlertRetried, &changed(&destination, id));
    commit_as(state, transaction, actor, done).await?;
    Ok(true)
}
