//! What is made and changed of settings by a program: kept with its entry in the audit, and told as
//! what it is then.

use axum::{http::StatusCode, response::Response};
use serde::Serialize;
use sqlx::PgConnection;

use super::idempotency::{Asking, Told};
use crate::managing::Changed;
use crate::model::AuditAction;
use crate::web::{actions, error::PageError, state::AppState};

/// Tags as a form has them, with commas between.
///
/// # Errors
/// [`PageError::Wrong`] for one that would be another, or several, there.
pub fn tags_text(tags: &[String]) -> Result<String, PageError> {
    let is_one = |tag: &String| !tag.is_empty() && !tag.contains(',') && tag.trim() == tag;
    if tags.iter().all(is_one) {
        return Ok(tags.join(", "));
    }
    let sentence = "A tag is not empty, and has no comma and no blank at its ends.";
    Err(PageError::Wrong(sentence.to_owned()))
}

/// Slugs of sites as a form has them, with commas between.
///
/// # Errors
/// [`PageError::Wrong`] for one that would be another, or several, there.
pub fn slugs_text(slugs: &[String]) -> Result<String, PageError> {
    let sentence = "A slug is one word, without a comma.";
    let is_one = |slug: &String| !slug.is_empty() && !slug.contains([',', ' ', '\t', '\r', '\n']);
    match slugs.iter().all(is_one) {
        true => Ok(slugs.join(", ")),
        false => Err(PageError::Wrong(sentence.to_owned())),
    }
}

/// What was made: its address, the change for the audit, and what is told of it.
pub struct Made<T> {
    pub location: String,
    pub changed: Changed,
    pub told: T,
}

/// Makes what was `sent`, once under the program's key, in one transaction with its entry in the
/// audit: 201 with the address of it.
///
/// # Errors
/// What `make` refuses, and what [`Asking::once`] does.
pub async fn make<T: Serialize>(
    state: &AppState,
    asking: &Asking,
    sent: &impl Serialize,
    make: impl AsyncFnOnce(&mut PgConnection) -> Result<Made<T>, PageError>,
) -> Result<Response, PageError> {
    make_as(state, asking, AuditAction::SettingsChanged, sent, make).await
}

/// The same of what the audit calls otherwise.
///
/// # Errors
/// What `make` refuses, and what [`Asking::once`] does.
pub async fn make_as<T: Serialize>(
    state: &AppState,
    asking: &Asking,
    action: AuditAction,
    sent: &impl Serialize,
    make: impl AsyncFnOnce(&mut PgConnection) -> Result<Made<T>, PageError>,
) -> Result<Response, PageError> {
    let act = async |conn: &mut PgConnection| {
        let made = make(conn).await?;
        let done = (action, &made.changed);
        actions::record(state, conn, &asking.actor, done).await?;
        Ok(Told {
            status: StatusCode::CREATED,
            location: made.location,
            body: made.told,
        })
    };
    asking.once(state, sent, act).await
}
