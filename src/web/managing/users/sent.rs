//! What the form of a person sends. Sites are ticked among those that a search finds, so that it
//! works for thousands of them and without a script: those that are ticked already stay in the
//! form, and a press of **Find** shows more to tick, with nothing saved.

use crate::managing::UserText;
use crate::model::Right;
use crate::web::fields::{self, Fields};

/// The form, understood.
#[derive(Debug, Clone)]
pub struct Sent {
    pub text: UserText,
    /// What the form was filled from.
    pub stamp: String,
    /// What to find sites by, when that button was pressed.
    pub find: Option<String>,
}

impl Sent {
    /// Reads the fields.
    pub fn read(fields: &Fields) -> Self {
        let one = |name| fields::values(fields, name).next().unwrap_or_default();
        let all = |name| fields::values(fields, name).collect::<Vec<_>>().join(", ");
        let is_ticked = |name| fields::values(fields, name).next().is_some();
        let withheld = Right::WITHHOLDABLE.into_iter();
        let withheld = withheld.filter(|right| {
            fields::values(fields, "withheld").any(|value| value == right.as_str())
        });
        Self {
            text: UserText {
                name: one("name").to_owned(),
                full_name: one("full_name").to_owned(),
                role: one("role").to_owned(),
                withheld: withheld.map(Right::as_str).collect::<Vec<_>>().join(", "),
                all_sites: is_ticked("all_sites").to_string(),
                sites: all("site"),
                tags: one("tags").to_owned(),
            },
            stamp: one("stamp").to_owned(),
            find: is_ticked("find").then(|| one("search").trim().to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_become_lists() {
        let fields: Fields = [
            ("name", "kim"),
            ("role", "technician"),
            ("withheld", "reveal"),
            ("withheld", "manage"),
            ("site", "acme"),
            ("site", "depot"),
            ("search", " north "),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
        let sent = Sent::read(&fields);
        assert_eq!(sent.text.sites, "acme, depot");
        assert_eq!(sent.text.withheld, "reveal");
        assert_eq!(sent.text.all_sites, "false");
        assert_eq!(sent.find, None, "the button was not pressed");
        let mut pressed = fields;
        pressed.push(("find".to_owned(), "1".to_owned()));
        assert_eq!(Sent::read(&pressed).find.as_deref(), Some("north"));
    }
}
