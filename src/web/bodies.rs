//! Reads the text of a snapshot for a page: whole and verified, or a sentence why not; and the
//! place for work that would keep other requests waiting.

use std::sync::Arc;

use sqlx::PgConnection;

use super::{error::PageError, state::AppState};
use crate::db::snapshots::{self, BodyError};
use crate::model::SnapshotId;

/// The exact bytes of a snapshot.
///
/// # Errors
/// [`PageError::NotFound`], [`PageError::Damaged`] when what is stored is not what was stored,
/// or what the database answers.
pub async fn load(
    state: &AppState,
    conn: &mut PgConnection,
    id: SnapshotId,
) -> Result<Vec<u8>, PageError> {
    let sealed = snapshots::get_sealed(conn, id)
        .await?
        .ok_or(PageError::NotFound("backup"))?;
    let vault = Arc::clone(&state.vault);
    let opened = aside(move || sealed.open(&vault)).await?;
    opened.map_err(unreadable)
}

/// Why a body can not be read, as a page tells it.
pub fn unreadable(error: BodyError) -> PageError {
    match error {
        BodyError::Database(error) => error.into(),
        damage => PageError::Damaged {
            detail: damage.to_string(),
        },
    }
}

/// Works on a thread of its own: bodies have up to tens of megabytes, and what takes long on
/// the threads that serve requests keeps every other page waiting.
///
/// # Errors
/// [`PageError::Internal`] when the work panics.
pub async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, PageError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|fault| PageError::Internal(fault.into()))
}
