//! What a rule of retention is for, as one word of an address: `everything`, `site:acme-hq` or
//! `tag:core`.

use sqlx::PgConnection;

use crate::managing::{Refused, RetentionText, find_target};
use crate::model::{Retention, RetentionTarget};
use crate::web::error::PageError;

const WHAT: &str = "site or tag";

/// A target, with the slug of the site that it names.
#[derive(Debug)]
pub struct Named {
    pub target: RetentionTarget,
    pub slug: String,
}

impl Named {
    /// What a word means.
    ///
    /// # Errors
    /// [`PageError::NotFound`] when nothing is called so, or what the database answers.
    pub async fn find(conn: &mut PgConnection, word: &str) -> Result<Self, PageError> {
        let missing = || PageError::NotFound(WHAT);
        let (kind, name) = match word.split_once(':') {
            None if word == "everything" => ("all", ""),
            Some((kind @ ("site" | "tag"), name)) => (kind, name),
            _ => return Err(missing()),
        };
        let text = RetentionText {
            target: kind.to_owned(),
            site: name.to_owned(),
            tag: name.to_owned(),
            ..RetentionText::default()
        };
        match find_target(conn, &text).await {
            Ok(target) => Ok(Self {
                target,
                slug: name.to_owned(),
            }),
            Err(Refused::Database(error)) => Err(error.into()),
            Err(_) => Err(missing()),
        }
    }

    /// The texts of the form for this rule.
    pub fn text(&self, rule: &Retention) -> RetentionText {
        RetentionText::of(&self.target, &self.slug, rule)
    }
}

/// The word for a target; `slug` is that of the site that it is.
pub fn word(target: &RetentionTarget, slug: &str) -> String {
    match target {
        RetentionTarget::All => "everything".to_owned(),
        RetentionTarget::Site(_) => format!("site:{slug}"),
        RetentionTarget::Tag(tag) => format!("tag:{tag}"),
    }
}
