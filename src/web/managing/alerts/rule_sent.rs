//! What the form of a rule sends: ticks as lists, and the sites to be found to tick.

use crate::managing::AlertRuleText;
use crate::managing::Texts as _;
use crate::web::fields::{self, Fields};

/// The form, understood.
#[derive(Debug, Clone)]
pub struct Sent {
    pub text: AlertRuleText,
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
        let mut text = AlertRuleText {
            kinds: all("kind"),
            sites: all("site"),
            ..AlertRuleText::default()
        };
        for name in AlertRuleText::FIELDS {
            if !matches!(*name, "kinds" | "sites")
                && let Some(field) = text.field_mut(name)
            {
                one(name).clone_into(field);
            }
        }
        Self {
            text,
            stamp: one("stamp").to_owned(),
            find: is_ticked("find").then(|| one("search").trim().to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_become_lists_and_other_fields_are_taken_as_they_are() {
        let fields: Fields = [
            ("name", "Failures"),
            ("kind", "suspect"),
            ("kind", "overdue"),
            ("site", "acme"),
            ("site", "depot"),
            ("sites", "hidden"),
            ("quiet_from", "22:00"),
            ("search", " north "),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
        let sent = Sent::read(&fields);
        assert_eq!(sent.text.name, "Failures");
        assert_eq!(sent.text.kinds, "suspect, overdue");
        assert_eq!(sent.text.sites, "acme, depot");
        assert_eq!(sent.text.quiet_from, "22:00");
        assert_eq!((sent.text.enabled.as_str(), sent.find), ("", None));
    }
}
