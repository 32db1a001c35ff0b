//! What the pages that move have in common: the addresses by which they are kept up to date, and
//! the two forms of their answer.
//!
//! Such a page has a block `progress` whose outermost element is `#progress`. The macros whose
//! names begin with `moving` put it together.

use askama::Template;
use axum::{
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};

use crate::web::error::PageError;

/// A page with a part that moves.
pub trait Moves: IntoResponse {
    /// The part that moves, and the title of the page beside it.
    ///
    /// # Errors
    /// [`PageError::Internal`] when a template fails.
    fn draw(&self) -> Result<String, PageError>;
}

/// Puts together what [`Moves::draw`] gives.
///
/// # Errors
/// [`PageError::Internal`] when a template fails.
pub fn draw(title: impl Template, progress: impl Template) -> Result<String, PageError> {
    let title = title.render();
    let drawn = title.and_then(|title| Ok(title + &progress.render()?));
    drawn.map_err(|error| PageError::Internal(error.into()))
}

/// The whole page, or to htmx (header `HX-Request`) the part of it that moves.
///
/// # Errors
/// [`PageError::Internal`] when a template fails.
pub fn answer(page: impl Moves, headers: &HeaderMap) -> Result<Response, PageError> {
    if headers.contains_key("hx-request") {
        return Ok(Html(page.draw()?).into_response());
    }
    Ok(page.into_response())
}

/// How a page is kept up to date while anything goes on.
#[derive(Debug, PartialEq, Eq)]
pub struct Moving {
    /// The page itself.
    pub page: String,
    /// The stream of its part that moves.
    pub events: String,
}
