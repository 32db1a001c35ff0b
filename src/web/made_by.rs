//! The filter by who or what asked for something, as lists offer it: by a kind, or by the name
//! that stands in the list.

use serde::Deserialize;

use crate::db::pages::MadeBy;
use crate::model::Trigger;

/// A kind of asking.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Whoever it was.
    #[default]
    #[serde(rename = "")]
    Any,
    Scheduled,
    Manual,
    Api,
}

/// The kinds as a form offers them.
pub const KINDS: [Kind; 4] = [Kind::Any, Kind::Scheduled, Kind::Manual, Kind::Api];

impl Kind {
    /// The value in the address.
    pub const fn as_str(self) -> &'static str {
        match self.trigger() {
            None => "",
            Some(trigger) => trigger.as_str(),
        }
    }

    /// The words in the form.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Any => "Made by anyone",
            Self::Scheduled => "Scheduled",
            Self::Manual => "Made by hand",
            Self::Api => "Made by the API",
        }
    }

    /// What the database is asked for; a name alone is that of a person.
    pub fn filter(self, name: &str) -> Option<MadeBy> {
        let requested_by = Some(name.to_owned()).filter(|name| !name.is_empty());
        let unnamed = requested_by.as_ref().map(|_| Trigger::Manual);
        Some(MadeBy {
            trigger: self.trigger().or(unnamed)?,
            requested_by,
        })
    }

    const fn trigger(self) -> Option<Trigger> {
        match self {
            Self::Any => None,
            Self::Scheduled => Some(Trigger::Scheduled),
            Self::Manual => Some(Trigger::Manual),
            Self::Api => Some(Trigger::Api),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_alone_is_that_of_a_person() {
        let asked = |kind: Kind, name| {
            let made_by = kind.filter(name);
            made_by.map(|by| (by.trigger, by.requested_by))
        };
        let kim = Some("kim".to_owned());
        assert_eq!(asked(Kind::Any, ""), None);
        assert_eq!(
            asked(Kind::Any, "kim"),
            Some((Trigger::Manual, kim.clone()))
        );
        assert_eq!(asked(Kind::Api, "kim"), Some((Trigger::Api, kim)));
        assert_eq!(asked(Kind::Scheduled, ""), Some((Trigger::Scheduled, None)));
    }
}
