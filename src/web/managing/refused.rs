//! What a refusal leads to where no form has to be shown again.

use axum::response::{IntoResponse, Redirect, Response};

use super::{done::Done, links};
use crate::managing::{Problems, Refused};
use crate::web::error::PageError;

/// Why a form is shown again.
pub enum Again {
    /// Fields are wrong.
    Wrong(Problems),
    /// Somebody else was faster.
    Meanwhile,
}

/// What is said of a refusal, unless fields are wrong or somebody else was faster.
///
/// # Errors
/// When it is not there (`what`), or when the fault is ours.
fn sorted(refused: Refused, what: &'static str) -> Result<Result<Done, Again>, PageError> {
    Ok(Ok(match refused {
        Refused::Wrong(problems) => return Ok(Err(Again::Wrong(problems))),
        Refused::Meanwhile => return Ok(Err(Again::Meanwhile)),
        Refused::Gone => return Err(PageError::NotFound(what)),
        Refused::Database(error) => return Err(error.into()),
        Refused::Sealed(error) => return Err(PageError::Internal(error.into())),
        Refused::InFile => Done::InFile,
        Refused::OtherState => Done::OtherState,
        Refused::InUse => Done::InUse,
        Refused::NeedsArchived => Done::NeedsArchived,
        Refused::Yourself => Done::Yourself,
        Refused::LastAdministrator => Done::LastAdministrator,
        Refused::Elsewhere => Done::Elsewhere,
        Refused::RulesLeadHere => Done::RulesLeadHere,
        Refused::AlwaysThere => Done::AlwaysThere,
    }))
}

/// Leads back to the page of what was to be changed, unless its form has to be shown again.
///
/// # Errors
/// When it is not there (`what`), or when the fault is ours.
pub fn lead_back(
    refused: Refused,
    what: &'static str,
    page: &str,
) -> Result<Result<Response, Again>, PageError> {
    let sorted = sorted(refused, what)?;
    Ok(sorted.map(|done| Redirect::to(&links::with(page, done)).into_response()))
}

/// What a program is told in place of a page.
pub fn refusal(refused: Refused, what: &'static str) -> PageError {
    match sorted(refused, what) {
        Ok(Ok(done)) => PageError::Conflict(done.sentence()),
        Ok(Err(Again::Meanwhile)) => PageError::Outdated,
        Ok(Err(Again::Wrong(problems))) => wrong(problems),
        Err(error) => error,
    }
}

/// What a program is told of wrong fields: all sentences.
pub fn wrong(problems: Problems) -> PageError {
    let sentences: Vec<String> = problems.into_sentences().collect();
    PageError::Wrong(format!("{}.", sentences.join(". ")))
}

/// The same where there is no form.
///
/// # Errors
/// When it is not there (`what`), or when the fault is ours.
pub fn without_form(
    refused: Refused,
    what: &'static str,
    page: &str,
) -> Result<Response, PageError> {
    match lead_back(refused, what, page)? {
        Ok(response) => Ok(response),
        Err(_) => Err(PageError::BadRequest(
            "This can not be done as things are. Go back and try again.",
        )),
    }
}
