//! What the list of runs may be narrowed to, as words in the address and in the form.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use crate::db::pages::RunStateFilter;
use crate::model::RunState;

/// A state of runs, as the pages call it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateFilter {
    #[default]
    #[serde(rename = "")]
    Any,
    Queued,
    Running,
    Completed,
    Suspect,
    Failed,
    Cancelled,
}

/// The states in the order of the form.
pub const STATES: [StateFilter; 7] = [
    StateFilter::Any,
    StateFilter::Queued,
    StateFilter::Running,
    StateFilter::Completed,
    StateFilter::Suspect,
    StateFilter::Failed,
    StateFilter::Cancelled,
];

impl StateFilter {
    /// The value in the address.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Any => "",
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Suspect => "suspect",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The word in the form.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Any => "Any state",
            Self::Queued => "Queued",
            Self::Running => "Running",
            Self::Completed => "Completed",
            Self::Suspect => "Suspect",
            Self::Failed => "Failed",
            Self::Cancelled => "Cancelled",
        }
    }

    /// What the database is asked for.
    pub const fn filter(self) -> Option<RunStateFilter> {
        let state = match self {
            Self::Any => return None,
            Self::Suspect => return Some(RunStateFilter::Suspect),
            Self::Queued => RunState::Queued,
            Self::Running => RunState::Running,
            Self::Completed => RunState::Succeeded,
            Self::Failed => RunState::Failed,
            Self::Cancelled => RunState::Cancelled,
        };
        Some(RunStateFilter::State(state))
    }
}

/// How far back runs are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    #[default]
    #[serde(rename = "")]
    Always,
    Day,
    Week,
    Month,
}

/// The spans in the order of the form.
pub const SPANS: [Span; 4] = [Span::Always, Span::Day, Span::Week, Span::Month];

impl Span {
    /// The value in the address.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Always => "",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// The words in the form.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Always => "Any time",
            Self::Day => "Last 24 hours",
            Self::Week => "Last 7 days",
            Self::Month => "Last 30 days",
        }
    }

    /// Since when; `None` for ever.
    pub fn begin(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let days = match self {
            Self::Always => return None,
            Self::Day => 1,
            Self::Week => 7,
            Self::Month => 30,
        };
        Some(now - TimeDelta::days(days))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::de::{DeserializeOwned, IntoDeserializer as _, value::Error};

    fn read<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
        T::deserialize(text.into_deserializer())
    }

    #[test]
    fn the_address_says_what_the_form_offers_and_nothing_else() {
        for state in STATES {
            assert_eq!(read(state.as_str()), Ok(state));
        }
        for span in SPANS {
            assert_eq!(read(span.as_str()), Ok(span));
        }
        assert!(read::<StateFilter>("<script>").is_err());
        assert!(read::<Span>("year").is_err());
    }
}
