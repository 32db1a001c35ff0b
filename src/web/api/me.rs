//! Who asks: what a program may do with what it was given.

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::problem::Problem;
use crate::db::managing::get_user;
use crate::model::{Right, Role, Scope, UserId};
use crate::web::{actions, error::PageError, guard::SignedIn, state::AppState};

/// The address.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(show))
}

/// Who asks.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    user: UserId,
    name: String,
    full_name: String,
    /// Of the account; a token may be of a lesser one.
    role: Role,
    /// What may be done in this way, with the token or the session.
    rights: Vec<Right>,
    /// Whether every site is reached in this way; else those that the list of sites has.
    all_sites: bool,
    /// Null: by a session.
    token: Option<MyToken>,
}

/// The token by which a program asks.
#[derive(Debug, Serialize, ToSchema)]
pub struct MyToken {
    name: String,
    expires_at: DateTime<Utc>,
}

/// Shows who asks
#[utoipa::path(get, path = "/api/v1/me", tag = "users", operation_id = "show_me",
    responses(
        (status = 200, description = "Who asks", body = Me),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show(State(state): State<AppState>, person: SignedIn) -> Result<Json<Me>, PageError> {
    let mut conn = state.connection().await?;
    let user = get_user(&mut conn, person.user).await?;
    let user = user.ok_or(PageError::NotFound("user"))?;
    let token = match &person.token {
        None => None,
        Some(name) => {
            let tokens = actions::list_tokens(&mut conn, person.user).await?;
            tokens.into_iter().find(|token| token.name == *name)
        }
    };
    let rights = Right::ALL.into_iter();
    Ok(Json(Me {
        user: user.id,
        name: user.values.name,
        full_name: user.values.full_name,
        role: user.values.role,
        rights: rights.filter(|right| person.may(*right)).collect(),
        all_sites: person.scope == Scope::All,
        token: token.map(|token| MyToken {
            name: token.name,
            expires_at: token.expires_at,
        }),
    }))
}
