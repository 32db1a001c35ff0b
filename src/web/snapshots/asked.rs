//! How somebody wants to read a snapshot, as the address says it, and the addresses that change
//! one part of that and keep the rest.

use serde::Deserialize;

use crate::model::{Rights, SnapshotId};
use crate::web::{
    links,
    secrets::{self, Secrets},
    shell::Notice,
};

/// How many characters may be searched for; what is longer is cut.
const MAX_FIND_CHARS: usize = 200;

/// Which lines the text is shown in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum View {
    /// As the router wrapped them.
    #[default]
    Captured,
    /// Each command on one line.
    Joined,
}

/// What the address may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ShowQuery {
    page: Option<i64>,
    line: Option<usize>,
    hit: Option<usize>,
    find: String,
    view: View,
    secrets: Secrets,
    pub notice: Option<Notice>,
}

/// Which part of the text is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A page of lines, from 1.
    Page(Option<i64>),
    /// The page with this line, from 1.
    Line(usize),
    /// The page with this hit of the search, from 1.
    Hit(usize),
}

/// How the text of one snapshot is read.
#[derive(Debug, Clone)]
pub struct Reading {
    id: SnapshotId,
    pub place: Place,
    /// What is searched for; empty for nothing.
    pub find: String,
    pub view: View,
    pub secrets: Secrets,
}

impl Reading {
    /// Reads the address, as far as who has these rights is granted it. A hit goes before a line and a line before a page; a search alone
    /// begins at its first hit.
    pub fn new(id: SnapshotId, query: ShowQuery, rights: Rights) -> Self {
        let find: String = query.find.trim().chars().take(MAX_FIND_CHARS).collect();
        let place = match query {
            ShowQuery { hit: Some(hit), .. } if !find.is_empty() => Place::Hit(hit),
            ShowQuery {
                line: Some(line), ..
            } => Place::Line(line),
            ShowQuery { page: None, .. } if !find.is_empty() => Place::Hit(1),
            ShowQuery { page, .. } => Place::Page(page),
        };
        Self {
            id,
            place,
            find,
            view: query.view,
            secrets: secrets::granted(rights, query.secrets),
        }
    }

    /// Whether lines are joined.
    pub fn is_joined(&self) -> bool {
        self.view == View::Joined
    }

    /// Whether secrets are shown.
    pub fn shows_secrets(&self) -> bool {
        self.secrets == Secrets::Shown
    }

    /// The marked line, from 1.
    pub const fn marked(&self) -> Option<usize> {
        match self.place {
            Place::Line(line) => Some(line),
            _ => None,
        }
    }

    /// A page of the text, without its number at the end.
    pub fn page_prefix(&self) -> String {
        self.address(Some(("page", "")), "")
    }

    /// A line, for a colleague: without the search, and with secrets masked, whatever is shown
    /// here. Without its number at the end.
    pub fn line_prefix(&self) -> String {
        let clean = Self {
            find: String::new(),
            secrets: Secrets::Masked,
            ..self.clone()
        };
        clean.address(Some(("line", "")), "")
    }

    /// A line, read as it is now.
    pub fn line(&self, line: &usize) -> String {
        self.address(Some(("line", &line.to_string())), &format!("#L{line}"))
    }

    /// A hit of the search.
    pub fn hit(&self, hit: &usize) -> String {
        self.address(Some(("hit", &hit.to_string())), "#hit")
    }

    /// The same part of the text, without the search.
    pub fn without_find(&self) -> String {
        let clean = Self {
            find: String::new(),
            ..self.clone()
        };
        clean.here()
    }

    /// The same part of the text in the other view.
    pub fn other_view(&self) -> String {
        let view = match self.view {
            View::Captured => View::Joined,
            View::Joined => View::Captured,
        };
        let other = Self {
            view,
            ..self.clone()
        };
        other.here()
    }

    /// The same part of the text with secrets shown, or masked again.
    pub fn other_secrets(&self) -> String {
        let secrets = match self.secrets {
            Secrets::Masked => Secrets::Shown,
            Secrets::Shown => Secrets::Masked,
        };
        let other = Self {
            secrets,
            ..self.clone()
        };
        other.here()
    }

    /// The whole as plain text, in this view and with secrets as here.
    pub fn plain_text(&self) -> String {
        let own = self.parameters();
        let kept: Vec<_> = own.iter().filter(|(name, _)| *name != "find").collect();
        links::query(
            &links::snapshot_text(&self.id),
            kept.iter().map(|(name, value)| (*name, *value)),
        )
    }

    fn here(&self) -> String {
        match self.place {
            Place::Page(None) => self.address(None, ""),
            Place::Page(Some(page)) => self.address(Some(("page", &page.to_string())), ""),
            Place::Line(line) => self.line(&line),
            Place::Hit(hit) if !self.find.is_empty() => self.hit(&hit),
            Place::Hit(_) => self.address(None, ""),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, &str)> {
        let mut parameters = Vec::new();
        if self.is_joined() {
            parameters.push(("view", "joined"));
        }
        if self.shows_secrets() {
            parameters.push(("secrets", "shown"));
        }
        if !self.find.is_empty() {
            parameters.push(("find", self.find.as_str()));
        }
        parameters
    }

    fn address(&self, more: Option<(&'static str, &str)>, anchor: &str) -> String {
        let mut parameters = self.parameters();
        parameters.extend(more);
        links::query(&links::snapshot(&self.id), parameters) + anchor
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Role;

    fn reading(query: ShowQuery) -> Reading {
        Reading::new(SnapshotId(5), query, Role::Technician.rights())
    }

    #[test]
    fn each_address_keeps_how_the_text_is_read() {
        let query = ShowQuery {
            find: " a&b ".to_owned(),
            hit: Some(3),
            secrets: Secrets::Shown,
            ..ShowQuery::default()
        };
        let reading = reading(query);
        assert_eq!(
            reading.hit(&4),
            "/snapshots/5?secrets=shown&find=a%26b&hit=4#hit"
        );
        assert_eq!(
            reading.other_view(),
            "/snapshots/5?view=joined&secrets=shown&find=a%26b&hit=3#hit"
        );
        assert_eq!(reading.other_secrets(), "/snapshots/5?find=a%26b&hit=3#hit");
        assert_eq!(reading.without_find(), "/snapshots/5?secrets=shown");
        assert_eq!(reading.plain_text(), "/snapshots/5/text?secrets=shown");
    }

    #[test]
    fn what_is_sent_to_a_colleague_shows_no_secret() {
        let query = ShowQuery {
            secrets: Secrets::Shown,
            find: "x".to_owned(),
            ..ShowQuery::default()
        };
        assert_eq!(reading(query).line_prefix(), "/snapshots/5?line=");
    }

    #[test]
    fn a_search_alone_begins_at_its_first_hit() {
        let search = |page| ShowQuery {
            find: "x".to_owned(),
            page,
            ..ShowQuery::default()
        };
        assert_eq!(reading(search(None)).place, Place::Hit(1));
        assert_eq!(reading(search(Some(2))).place, Place::Page(Some(2)));
        let without = ShowQuery {
            hit: Some(2),
            ..ShowQuery::default()
        };
        assert_eq!(reading(without).place, Place::Page(None));
    }
}
