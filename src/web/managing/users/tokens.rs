//! The API tokens of somebody, as an administrator revokes them. Nobody makes one for somebody else.

use axum::{
    Form,
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use crate::model::{TokenId, UserId};
use crate::web::{
    actions::{self, Who},
    error::PageError,
    guard::{Acting, SignedIn},
    links,
    managing::{done::Done, links::with},
    state::AppState,
};

/// Which token is to be revoked.
#[derive(Debug, Deserialize)]
pub struct TokenForm {
    token: TokenId,
}

/// Revokes a token of somebody.
pub async fn revoke(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path(id): Path<UserId>,
    Form(form): Form<TokenForm>,
) -> Result<Response, PageError> {
    let who = Who {
        person: &person,
        actor: &actor,
    };
    actions::revoke_tokens(&state, who, id, Some(form.token)).await?;
    Ok(Redirect::to(&with(&links::user(&id), Done::TokenRevoked)).into_response())
}
