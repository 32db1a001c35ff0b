//! The search as the address asks it, checked, and the addresses that ask it again.

use serde::{Deserialize, Serialize};

use crate::db::pages::search as db;
use crate::model::{DeviceId, LineId, SnapshotId};
use crate::visible;
use crate::web::links;

/// How many characters a text, a regular expression, or the name of a menu, site or tag has at
/// most.
pub const MAX_CHARS: usize = 200;

/// When a device has to have the line, as the address says it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum When {
    #[default]
    Now,
    Before,
    Ever,
}

impl When {
    /// The three, in the order in which the form offers them.
    pub const ALL: [Self; 3] = [Self::Now, Self::Before, Self::Ever];

    /// The value in the address.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::Before => "before",
            Self::Ever => "ever",
        }
    }

    /// What the form calls it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Now => "Now",
            Self::Before => "Before, and then no more",
            Self::Ever => "Now or before",
        }
    }

    /// What the database is asked for.
    pub const fn asked(self) -> db::When {
        match self {
            Self::Now => db::When::Now,
            Self::Before => db::When::Before,
            Self::Ever => db::When::Ever,
        }
    }
}

/// What the address may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SearchQuery {
    pub q: String,
    /// Given when `q` is a regular expression.
    pub regex: Option<String>,
    pub menu: String,
    pub site: String,
    pub tag: String,
    pub when: When,
    /// Shows the lines behind this one.
    pub after: Option<LineId>,
    /// On the page of one line: shows the devices behind this one and its snapshot.
    pub after_device: Option<DeviceId>,
    pub after_first: Option<SnapshotId>,
}

/// A search that can be made, or the beginning of one.
#[derive(Debug, Default)]
pub struct Question {
    /// What lines have to contain, made visible as they are.
    pub text: String,
    pub is_regex: bool,
    /// `/ip firewall`, or empty.
    pub menu: String,
    /// Slug of a site, or a part of its slug or name, or empty.
    pub site: String,
    /// A tag, or empty.
    pub tag: String,
    pub when: When,
}

impl Question {
    /// Tidies what was typed. The second is why it can not be searched for, if so; the first is
    /// then what the form goes on showing.
    pub fn new(query: &SearchQuery) -> (Self, Option<&'static str>) {
        let fields = [&query.q, &query.menu, &query.site, &query.tag];
        let is_long = |field: &&String| field.chars().count() > MAX_CHARS;
        let is_regex = query.regex.is_some();
        let [text, menu, site, tag] = fields.map(|field| {
            let shown: String = field.trim().chars().take(MAX_CHARS).collect();
            shown.replace('\0', "")
        });
        let question = Self {
            text: if is_regex { text } else { visible::text(&text) },
            is_regex,
            menu: menu_of(&menu),
            site,
            tag,
            when: query.when,
        };
        let refusal = fields.iter().any(is_long).then_some(
            "This is too long to search for. Use a part of it: at most 200 characters in each field.",
        );
        (question, refusal)
    }

    /// Whether nothing was asked yet.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.menu.is_empty()
    }

    /// The tag, if one was asked for.
    pub fn tag(&self) -> Option<&str> {
        Some(self.tag.as_str()).filter(|tag| !tag.is_empty())
    }

    /// The pattern for the database.
    pub fn pattern(&self) -> db::Pattern<'_> {
        if self.is_regex {
            db::Pattern::Regex(&self.text)
        } else {
            db::Pattern::Text(&self.text)
        }
    }

    /// The part of an address that asks the same again, without the page.
    fn address(&self) -> String {
        self.address_at(&self.site)
    }

    /// The same of a site.
    fn address_at(&self, site: &str) -> String {
        let mut address = format!("q={}", links::encode(&self.text));
        if self.is_regex {
            address.push_str("&regex=1");
        }
        for (name, value) in [
            ("menu", self.menu.as_str()),
            ("site", site),
            ("tag", &self.tag),
        ] {
            if !value.is_empty() {
                address.push_str(&format!("&{name}={}", links::encode(value)));
            }
        }
        format!("{address}&when={}", self.when.as_str())
    }

    /// The same search.
    pub fn link(&self) -> String {
        format!("/search?{}", self.address())
    }

    /// The same search at a site.
    pub fn link_at(&self, slug: &str) -> String {
        format!("/search?{}", self.address_at(slug))
    }

    /// The lines behind one.
    pub fn link_after(&self, line: LineId) -> String {
        format!("{}&after={line}", self.link())
    }

    /// All devices of a line.
    pub fn line_link(&self, line: &LineId) -> String {
        format!("/search/lines/{line}?{}", self.address())
    }

    /// The devices of a line behind a row.
    pub fn line_link_after(&self, line: LineId, row: &db::SpanRow) -> String {
        format!(
            "{}&after_device={}&after_first={}",
            self.line_link(&line),
            row.device,
            row.first
        )
    }
}

/// A menu as exports write it, `/ip firewall filter`, from any way of writing it. Empty when
/// there is no word in it.
fn menu_of(typed: &str) -> String {
    let words: Vec<&str> = typed
        .split(['/', ' ', '\t'])
        .filter(|word| !word.is_empty())
        .collect();
    if words.is_empty() {
        return String::new();
    }
    format!("/{}", words.join(" ").to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_menu_is_understood_however_it_is_written() {
        for typed in [
            "/ip firewall filter",
            "ip/firewall/filter/",
            " /IP  Firewall filter ",
        ] {
            assert_eq!(menu_of(typed.trim()), "/ip firewall filter");
        }
        assert_eq!(menu_of(" / "), "");
    }

    #[test]
    fn what_is_too_long_is_refused_and_not_repeated_whole() {
        let query = SearchQuery {
            q: "x".repeat(10_000),
            ..SearchQuery::default()
        };
        let (question, refusal) = Question::new(&query);
        assert!(refusal.is_some());
        assert_eq!(question.text.len(), MAX_CHARS);
    }

    #[test]
    fn the_address_of_a_search_asks_the_same_again() {
        let query = SearchQuery {
            q: "a&b=c".to_owned(),
            regex: Some("1".to_owned()),
            menu: "ip/address".to_owned(),
            ..SearchQuery::default()
        };
        let link = Question::new(&query).0.link();
        assert_eq!(
            link,
            "/search?q=a%26b%3Dc&regex=1&menu=%2Fip%20address&when=now"
        );
    }
}
