//! The filter by state of sites and devices, as an address has it and a form offers it.

use serde::Deserialize;

use crate::db::pages::Stand;

/// What can be chosen.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StandChoice {
    /// No filter. An empty value of a form means the same.
    #[default]
    #[serde(rename = "")]
    All,
    /// Not every device has a recent verified backup.
    Attention,
    /// Every device has one.
    Verified,
    /// A device never had one.
    Never,
}

/// Every choice, in the order of the form.
pub const CHOICES: [StandChoice; 4] = [
    StandChoice::All,
    StandChoice::Attention,
    StandChoice::Verified,
    StandChoice::Never,
];

impl StandChoice {
    /// The value of the parameter.
    pub fn as_str(self) -> &'static str {
        Stand::from(self).as_str()
    }

    /// Whether it is `other`.
    pub fn is(self, other: &Self) -> bool {
        self == *other
    }

    /// The words of the form.
    pub const fn label(self) -> &'static str {
        match self {
            Self::All => "All states",
            Self::Attention => "Needs attention",
            Self::Verified => "Verified",
            Self::Never => "Never backed up",
        }
    }
}

impl From<StandChoice> for Stand {
    fn from(choice: StandChoice) -> Self {
        match choice {
            StandChoice::All => Self::All,
            StandChoice::Attention => Self::Attention,
            StandChoice::Verified => Self::Verified,
            StandChoice::Never => Self::Never,
        }
    }
}
