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

use serde::Deserialize;

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

/// Whether a page that could move does (`still` in its address): what moves by itself must be
/// possible to stop (WCAG 2.2.2), and a page that reloads takes the keyboard from its reader.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Deserialize)]
pub enum Pace {
    #[default]
    #[serde(rename = "")]
    Following,
    #[serde(rename = "1")]
    Still,
}

impl Pace {
    /// An address that keeps this pace.
    pub fn keep(self, address: String) -> String {
        match self {
            Self::Following => address,
            Self::Still if address.contains('?') => address + "&still=1",
            Self::Still => address + "?still=1",
        }
    }
}

/// How a page is kept up to date while anything goes on.
#[derive(Debug, PartialEq, Eq)]
pub struct Moving {
    /// The page itself.
    pub page: String,
    /// The stream of its part that moves.
    pub events: String,
    pub pace: Pace,
}

impl Moving {
    /// Whether it moves by itself.
    pub fn follows(&self) -> bool {
        self.pace == Pace::Following
    }

    /// The page as it is now, standing still.
    pub fn still(&self) -> String {
        Pace::Still.keep(self.page.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_stands_still_says_so_in_its_address() {
        let still = |address: &str| Pace::Still.keep(address.to_owned());
        assert_eq!(still("/runs/1"), "/runs/1?still=1");
        assert_eq!(still("/batches?by=api"), "/batches?by=api&still=1");
        assert_eq!(Pace::Following.keep("/runs/1".to_owned()), "/runs/1");
    }
}
