//! What forms that say when something comes by itself share: their two buttons, and the next times
//! before anything is saved.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

/// How many times are shown.
pub const TIMES: usize = 5;

/// What is to be done with what was typed.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Show when it would come.
    Preview,
    #[default]
    Save,
}

/// What was typed, what the form was filled from, and which button was pressed.
#[derive(Debug, Deserialize)]
pub struct TimedForm<T> {
    #[serde(default)]
    pub stamp: String,
    #[serde(default)]
    pub action: Action,
    #[serde(flatten)]
    pub text: T,
}

/// `Mon 23 Nov 2026, 02:00`, on the clock of a zone.
pub fn in_words(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone)
        .format("%a %-d %b %Y, %H:%M")
        .to_string()
}
