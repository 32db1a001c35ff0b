//! What moves: each kind asks the database whether it did, and is drawn, in its own way.

use crate::db::pages::{self as db, Movement};
use crate::model::{BatchId, RunId};
use crate::web::{batches, error::PageError, guard::SignedIn, runs, state::AppState};

/// What moves. Equal ones look the same to all who may see and do the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Block {
    /// The progress of a batch, with one page of its runs.
    Batch { id: BatchId, page: i64 },
    /// One page of the list of batches.
    Batches(batches::ListQuery),
    /// A run.
    Run(RunId),
}

impl Block {
    /// Where it stands.
    ///
    /// # Errors
    /// [`PageError::NotFound`] when there is no such batch or run, others when the database fails.
    pub(super) async fn movement(
        &self,
        state: &AppState,
        person: &SignedIn,
    ) -> Result<Movement, PageError> {
        let mut conn = state.connection().await?;
        match self {
            Self::Batch { id, .. } => db::get_batch_movement(&mut conn, &person.scope, *id)
                .await?
                .ok_or(PageError::NotFound("batch")),
            Self::Batches(query) => batches::list_movement(&mut conn, &person.scope, query).await,
            Self::Run(id) => db::get_run_movement(&mut conn, &person.scope, *id)
                .await?
                .ok_or(PageError::NotFound("run")),
        }
    }

    /// What it looks like.
    ///
    /// # Errors
    /// When it is gone, or the database or a template fails.
    pub(super) async fn draw(
        &self,
        state: &AppState,
        person: &SignedIn,
    ) -> Result<String, PageError> {
        match self {
            Self::Batch { id, page } => batches::draw_progress(state, person, *id, *page).await,
            Self::Batches(query) => batches::draw_list(state, person, query.clone()).await,
            Self::Run(id) => runs::draw_progress(state, person, *id).await,
        }
    }
}
