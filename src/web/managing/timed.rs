//! What forms that say when something comes by itself send: what was typed, and which of their two
//! buttons was pressed.

use serde::Deserialize;

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
