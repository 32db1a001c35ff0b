//! What a person changes of settings: kept together with its entry in the audit. The one place
//! where either is decided.

use sqlx::{PgConnection, Postgres, Transaction};

use crate::db::audit::{self, Actor, Entry};
use crate::db::batches;
use crate::managing::Changed;
use crate::model::AuditAction;
use crate::web::{error::PageError, state::AppState};

/// Keeps a change of settings.
///
/// # Errors
/// What the database answers.
pub async fn commit(
    state: &AppState,
    transaction: Transaction<'_, Postgres>,
    actor: &Actor,
    changed: &Changed,
) -> Result<(), PageError> {
    let done = (AuditAction::SettingsChanged, changed);
    commit_as(state, transaction, actor, done).await
}

/// Keeps a change that the audit calls `action`.
///
/// # Errors
/// What the database answers.
pub async fn commit_as(
    state: &AppState,
    mut transaction: Transaction<'_, Postgres>,
    actor: &Actor,
    (action, changed): (AuditAction, &Changed),
) -> Result<(), PageError> {
    record(state, &mut transaction, actor, (action, changed)).await?;
    transaction.commit().await?;
    if !changed.batches.is_empty() {
        let mut conn = state.connection().await?;
        batches::mark_finished(&mut conn, &changed.batches).await?;
    }
    Ok(())
}

/// Records a change in the caller's transaction, which does more before it is kept.
///
/// # Errors
/// What the database answers.
pub async fn record(
    state: &AppState,
    conn: &mut PgConnection,
    actor: &Actor,
    (action, changed): (AuditAction, &Changed),
) -> Result<(), PageError> {
    let entry = Entry {
        action,
        site: changed.site,
        subject: &changed.subject,
        detail: &changed.detail,
    };
    Ok(audit::record(conn, actor, &entry, state.now()).await?)
}
