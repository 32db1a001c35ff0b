//! Mending somebody's way in. One's own is mended in one's own account, with a browser: a program that
//! ended its own token would be told nothing any more.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::WHAT;
use crate::access::link;
use crate::managing::Refused;
use crate::model::UserId;
use crate::web::{
    actions::{self, Who},
    api::{input::Place, problem::Problem},
    client::Client,
    error::PageError,
    guard::{Acting, SignedIn},
    managing::refusal,
    state::AppState,
};

/// A link by which somebody chooses a password.
#[derive(Serialize, ToSchema)]
pub struct OneTimeLink {
    /// Works once; told in this answer alone. Whoever has it can sign in as the user.
    link: String,
    expires_at: DateTime<Utc>,
    /// Whether they are asked for their second factor, too.
    has_second_factor: bool,
}

fn check_other(person: &SignedIn, id: UserId) -> Result<(), PageError> {
    match person.user == id {
        true => Err(refusal(Refused::Yourself, WHAT)),
        false => Ok(()),
    }
}

/// Makes a link by which a user chooses a password
///
/// Links made before no longer work; the password that they have does until the link is used.
#[utoipa::path(post, path = "/api/v1/users/{id}/link", tag = "users", operation_id = "make_user_link",
    params(("id" = UserId, Path, description = "Their number")),
    responses(
        (status = 200, description = "The link", body = OneTimeLink),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn make_link(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    client: Client,
    Place(id): Place<UserId>,
    headers: HeaderMap,
) -> Result<Json<OneTimeLink>, PageError> {
    let who = Who {
        person: &person,
        actor: &actor,
    };
    let made = actions::make_link(&state, who, id).await;
    let (user, token) = made.map_err(|refused| refusal(refused, WHAT))?;
    Ok(Json(OneTimeLink {
        link: actions::link_address(&state, (client, &headers), &token),
        expires_at: state.now() + link::WORKS_FOR,
        has_second_factor: user.has_second_factor,
    }))
}

/// Takes away the second factor of a user
///
/// They sign in by their password alone until they set up another.
#[utoipa::path(delete, path = "/api/v1/users/{id}/second-factor", tag = "users",
    operation_id = "delete_user_second_factor",
    params(("id" = UserId, Path, description = "Their number")),
    responses(
        (status = 204, description = "It is gone"),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn delete_second_factor(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Place(id): Place<UserId>,
) -> Result<StatusCode, PageError> {
    let who = Who {
        person: &person,
        actor: &actor,
    };
    let deleted = actions::delete_second_factor(&state, who, id).await;
    match deleted.map_err(|refused| refusal(refused, WHAT))? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(PageError::NotFound("second factor")),
    }
}

/// Ends all sessions of a user
///
/// Of somebody else; tokens of theirs go on.
#[utoipa::path(delete, path = "/api/v1/users/{id}/sessions", tag = "users", operation_id = "end_user_sessions",
    params(("id" = UserId, Path, description = "Their number")),
    responses(
        (status = 204, description = "None goes on"),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn end_sessions(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Place(id): Place<UserId>,
) -> Result<StatusCode, PageError> {
    check_other(&person, id)?;
    let who = Who {
        person: &person,
        actor: &actor,
    };
    actions::end_sessions(&state, who, id, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Revokes all API tokens of a user
///
/// Of somebody else. Tokens are made by whom they are for, with a browser.
#[utoipa::path(delete, path = "/api/v1/users/{id}/tokens", tag = "users", operation_id = "revoke_user_tokens",
    params(("id" = UserId, Path, description = "Their number")),
    responses(
        (status = 204, description = "None works any more"),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn revoke_tokens(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Place(id): Place<UserId>,
) -> Result<StatusCode, PageError> {
    check_other(&person, id)?;
    let who = Who {
        person: &person,
        actor: &actor,
    };
    actions::revoke_tokens(&state, who, id, None).await?;
    Ok(StatusCode::NO_CONTENT)
}
