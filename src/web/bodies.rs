//! Reads the text of a snapshot for a page: whole and verified, or a sentence why not.

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
    match snapshots::load_body(conn, &state.vault, id).await {
        Ok(Some(body)) => Ok(body),
        Ok(None) => Err(PageError::NotFound("snapshot")),
        Err(BodyError::Database(error)) => Err(error.into()),
        Err(damage) => Err(PageError::Damaged {
            id,
            detail: damage.to_string(),
        }),
    }
}
