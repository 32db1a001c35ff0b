//! What is made and changed of settings by a program: kept with its entry in the audit, and told as
//! what it is then.

use axum::{http::StatusCode, response::Response};
use serde::Serialize;
use sqlx::{Postgres, Transaction};

use super::idempotency::Once;
use crate::managing::Changed;
use crate::model::AuditAction;
use crate::web::{
    actions::{self, Who},
    error::PageError,
    state::AppState,
};

/// Tags as a form has them, with commas between.
///
/// # Errors
/// [`PageError::Wrong`] for one that would be another, or several, there.
pub fn tags_text(tags: &[String]) -> Result<String, PageError> {
    let is_one = |tag: &String| !tag.is_empty() && !tag.contains(',') && tag.trim() == tag;
    if tags.iter().all(is_one) {
        return Ok(tags.join(","));
    }
    let sentence = "A tag is not empty, and has no comma and no blank at its ends.";
    Err(PageError::Wrong(sentence.to_owned()))
}

/// Keeps what was made, with its entry in the audit and the answer under the program's key, and
/// gives that answer: 201 with the address of it.
///
/// # Errors
/// What the database answers.
pub async fn made(
    state: &AppState,
    mut transaction: Transaction<'_, Postgres>,
    who: Who<'_>,
    changed: &Changed,
    (once, location): (&Once, String),
    body: &impl Serialize,
) -> Result<Response, PageError> {
    let done = (AuditAction::SettingsChanged, changed);
    actions::record(state, &mut transaction, who.actor, done).await?;
    let at = (StatusCode::CREATED, location);
    let user = who.person.user;
    let response = once.answer(&mut transaction, user, at, body).await?;
    transaction.commit().await?;
    Ok(response)
}
