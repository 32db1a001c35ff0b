//! The content as mail has it: as plain text, and as HTML that asks for nothing from elsewhere.

use askama::Template;

use super::content::{Content, Item};
use super::minute;

#[derive(Template)]
#[template(path = "notify/message.txt", escape = "none")]
struct Plain<'a> {
    content: &'a Content,
}

#[derive(Template)]
#[template(path = "notify/message.html")]
struct Html<'a> {
    content: &'a Content,
}

/// As plain text.
///
/// # Errors
/// When the template fails, which none of its parts can.
pub fn plain(content: &Content) -> askama::Result<String> {
    Plain { content }.render()
}

/// As a whole document of HTML.
///
/// # Errors
/// When the template fails, which none of its parts can.
pub fn html(content: &Content) -> askama::Result<String> {
    Html { content }.render()
}

impl Item {
    /// `Backup failed, 2026-11-22 02:00 UTC`.
    #[must_use]
    pub fn headline(&self) -> String {
        format!("{}, {}", self.kind.label(), minute(self.occurred_at))
    }

    /// The page to open: of what changed, else of the run, else of the device.
    #[must_use]
    pub fn page(&self) -> Option<&str> {
        let links = self.links.as_ref()?;
        let nearest = links.comparison.as_ref().or(links.run.as_ref());
        Some(nearest.unwrap_or(&links.device))
    }
}
