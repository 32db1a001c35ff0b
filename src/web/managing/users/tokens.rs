//! The API tokens of somebody, as an administrator sees and revokes them. Nobody makes one for
//! somebody else.

use axum::{
    Form,
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use sqlx::PgConnection;

use crate::access::subject;
use crate::db::api_tokens::{self, TokenRow};
use crate::db::managing as db;
use crate::managing::Changed;
use crate::model::{AuditAction, Scope, TokenId, UserId};
use crate::web::{
    error::PageError,
    guard::Acting,
    links,
    managing::{commit_as, done::Done, links::with},
    state::AppState,
};

/// How many are shown: more than anybody may have.
const MOST_SHOWN: i64 = 100;

/// Those of somebody that are not revoked.
pub(super) async fn list(
    conn: &mut PgConnection,
    id: UserId,
) -> Result<Vec<TokenRow>, sqlx::Error> {
    api_tokens::list(conn, Some(id), &Scope::All, None, MOST_SHOWN).await
}

/// Which token is to be revoked.
#[derive(Debug, Deserialize)]
pub struct TokenForm {
    token: TokenId,
}

/// Revokes a token of somebody.
pub async fn revoke(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Path(id): Path<UserId>,
    Form(form): Form<TokenForm>,
) -> Result<Response, PageError> {
    let mut transaction = state.pool.begin().await?;
    let user = db::get_user(&mut transaction, id).await?;
    let user = user.ok_or(PageError::NotFound("user"))?;
    let revoked = api_tokens::revoke(&mut transaction, form.token, Some(id), state.now()).await?;
    let changed = Changed {
        site: None,
        subject: subject::user(&user.values.name),
        detail: revoked.ok_or(PageError::NotFound("token"))?,
        batches: Vec::new(),
    };
    let done = (AuditAction::TokenRevoked, &changed);
    commit_as(&state, transaction, &actor, done).await?;
    Ok(Redirect::to(&with(&links::user(&id), Done::TokenRevoked)).into_response())
}
