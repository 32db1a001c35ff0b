//! What the lists of managing are asked for.

use serde::Deserialize;

use super::done::Done;
use crate::db::managing::ListFilter;
use crate::web::links::query;
use crate::web::paging::Asked;

/// How many rows stand on one page.
const PER_PAGE: i64 = 100;

/// What the address of a list may say.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    q: String,
    /// The slug of a site.
    site: String,
    /// `1`: those that are archived.
    archived: String,
    page: Option<i64>,
    pub notice: Option<Done>,
}

impl ListQuery {
    /// The letters to search for.
    pub fn search(&self) -> &str {
        self.q.trim()
    }

    /// The site to narrow to; may be empty.
    pub fn site(&self) -> &str {
        self.site.trim()
    }

    pub fn is_archived(&self) -> bool {
        self.archived == "1"
    }

    /// Whether less than everything is asked for.
    pub fn is_filtered(&self) -> bool {
        !self.search().is_empty() || !self.site().is_empty()
    }

    pub fn filter(&self) -> ListFilter<'_> {
        ListFilter {
            search: Some(self.search()).filter(|text| !text.is_empty()),
            archived: self.is_archived(),
        }
    }

    /// The page that is asked for.
    pub fn asked(&self) -> Asked {
        Asked::new(self.page, PER_PAGE)
    }

    /// The list at `path` as it is asked for, up to the number of the page.
    pub fn page_prefix(&self, path: &str) -> String {
        let archived = if self.is_archived() { "1" } else { "" };
        let asked = [
            ("q", self.search()),
            ("site", self.site()),
            ("archived", archived),
        ];
        format!("{}&page=", query(path, asked))
    }
}
