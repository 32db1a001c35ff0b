//! Archiving somebody, and letting them in again.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};

use super::{User, WHAT, get, show};
use crate::db::users::lock;
use crate::managing;
use crate::model::{AuditAction, UserId};
use crate::web::{
    actions,
    api::{conditional, input::Place, problem::Problem},
    error::PageError,
    guard::{Acting, SignedIn},
    managing::refusal,
    state::AppState,
};

/// Archives a user
///
/// Their sessions end, and their tokens are revoked. Nobody archives themselves, and there is always an
/// administrator.
#[utoipa::path(delete, path = "/api/v1/users/{id}", tag = "users", operation_id = "archive_user",
    params(
        ("id" = UserId, Path, description = "Their number"),
        ("If-Match" = Option<String>, Header, description = "The ETag of who is to be archived"),
    ),
    responses(
        (status = 204, description = "They are archived"),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn archive(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Place(id): Place<UserId>,
    headers: HeaderMap,
) -> Result<StatusCode, PageError> {
    let mut transaction = state.pool.begin().await?;
    lock(&mut transaction).await?;
    let stored = get(&mut transaction, id).await?;
    conditional::check(&headers, &User::from(&stored))?;
    let now = state.now();
    let changed = managing::archive_user(&mut transaction, person.user, id, now).await;
    let changed = changed.map_err(|refused| refusal(refused, WHAT))?;
    let done = (AuditAction::UserChanged, &changed);
    actions::commit_as(&state, transaction, &actor, done).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets an archived user sign in again
#[utoipa::path(post, path = "/api/v1/users/{id}/restore", tag = "users", operation_id = "restore_user",
    params(("id" = UserId, Path, description = "Their number")),
    responses(
        (status = 200, description = "The user as they are now", body = User),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn restore(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Place(id): Place<UserId>,
) -> Result<Json<User>, PageError> {
    let mut transaction = state.pool.begin().await?;
    let changed = managing::restore_user(&mut transaction, id).await;
    let changed = changed.map_err(|refused| refusal(refused, WHAT))?;
    let done = (AuditAction::UserChanged, &changed);
    actions::commit_as(&state, transaction, &actor, done).await?;
    show(State(state), Place(id)).await
}
