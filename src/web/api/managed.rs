//! What is made and changed of settings by a program: kept with its entry in the audit, and told as
//! what it is then.

use axum::{http::StatusCode, response::Response};
use secrecy::SecretString;
use serde::{Serialize, Serializer};
use sqlx::PgConnection;

use super::idempotency::{Asking, Told};
use crate::managing::Changed;
use crate::model::{AuditAction, Right, Role};
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

/// Writes nothing of a secret. That the field is there at all has it described.
///
/// # Errors
/// What the serializer answers.
pub fn untold<S: Serializer>(_: &Option<SecretString>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_none()
}

/// Refuses what would give more than it says: a limit beside what has none.
///
/// # Errors
/// [`PageError::Wrong`].
pub fn check_limits(
    role: Role,
    withheld: &[Right],
    all_sites: bool,
    named: [&[String]; 2],
) -> Result<(), PageError> {
    let is_named = named.iter().any(|names| !names.is_empty());
    let wrong = match role {
        Role::Administrator if is_named || !withheld.is_empty() => {
            "An administrator has every right at every site: leave out `withheld`, `sites` and `tags`."
        }
        _ if all_sites && is_named => "Say `all_sites`, or name `sites` and `tags`.",
        _ => return Ok(()),
    };
    Err(PageError::Wrong(wrong.to_owned()))
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
