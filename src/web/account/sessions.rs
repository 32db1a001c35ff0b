//! Ending one's own sessions: one, or all but that which asks.

use axum::{
    extract::{Path, State},
    response::IntoResponse,
};
use sqlx::Connection as _;

use super::{done::Done, owner::Owner};
use crate::db::sessions;
use crate::model::{AuditAction, SessionId};
use crate::web::{error::PageError, state::AppState};

/// Ends one. That of somebody else is not there.
pub async fn end(
    State(state): State<AppState>,
    owner: Owner,
    Path(id): Path<SessionId>,
) -> Result<impl IntoResponse, PageError> {
    let own = owner.own(&state);
    let mut conn = state.connection().await?;
    let mut tx = conn.begin().await?;
    if !sessions::delete_of(&mut tx, own.user, id).await? {
        return Err(PageError::NotFound("session"));
    }
    own.record(&mut tx, AuditAction::SessionEnded, "", "one of their own")
        .await?;
    tx.commit().await?;
    Ok(Done::SessionEnded.at("/account"))
}

/// Ends all others.
pub async fn end_others(
    State(state): State<AppState>,
    owner: Owner,
) -> Result<impl IntoResponse, PageError> {
    let own = owner.own(&state);
    let mut conn = state.connection().await?;
    let mut tx = conn.begin().await?;
    let ended = sessions::delete_all(&mut tx, own.user, Some(owner.session)).await?;
    let detail = format!("all others of their own: {ended}");
    own.record(&mut tx, AuditAction::SessionEnded, "", &detail)
        .await?;
    tx.commit().await?;
    Ok(Done::SessionsEnded.at("/account"))
}
