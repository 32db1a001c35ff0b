//! What moves: each kind asks the database whether it did, and is drawn, in its own way.

use crate::db::alerts::log::get_message_movement;
use crate::db::pages::{self as db, Movement};
use crate::model::{AlertMessageId, BatchId, ConnectionTestId, RunId, UserId};
use crate::web::{
    batches, connection_tests, error::PageError, guard::SignedIn, managing, runs, state::AppState,
};

/// What moves. Equal ones look the same to all who may see and do the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Block {
    /// The progress of a batch, with one page of its runs.
    Batch { id: BatchId, page: i64 },
    /// One page of the list of batches.
    Batches(batches::ListQuery),
    /// A run.
    Run(RunId),
    /// A connection test of this person.
    ConnectionTest { id: ConnectionTestId, user: UserId },
    /// A message of alerts, with one page of what it tells.
    AlertMessage { id: AlertMessageId, page: i64 },
}

impl Block {
    /// Where it stands.
    ///
    /// # Errors
    /// [`PageError::NotFound`] when there is no such thing, others when the database fails.
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
            Self::ConnectionTest { id, user } => {
                db::get_connection_test_movement(&mut conn, &person.scope, *user, *id)
                    .await?
                    .ok_or(PageError::NotFound("connection test"))
            }
            Self::AlertMessage { id, .. } => get_message_movement(&mut conn, *id)
                .await?
                .ok_or(PageError::NotFound("message")),
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
            Self::ConnectionTest { id, .. } => {
                connection_tests::draw_progress(state, person, *id).await
            }
            Self::AlertMessage { id, page } => {
                managing::draw_alert_message(state, person, *id, *page).await
            }
        }
    }
}
