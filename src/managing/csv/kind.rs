//! What a file has lines of.

use serde::{Deserialize, Serialize};

use crate::managing::Texts as _;
use crate::managing::device::DeviceText;
use crate::managing::site::SiteText;
use crate::managing::user::UserText;

/// What a file has lines of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = CsvKind)]
pub enum Kind {
    Sites,
    Devices,
    Credentials,
    Users,
}

impl Kind {
    /// All of them, in the order in which a house is filled.
    pub const ALL: [Self; 4] = [Self::Sites, Self::Credentials, Self::Devices, Self::Users];

    /// The word in addresses, in the database and on pages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sites => "sites",
            Self::Devices => "devices",
            Self::Credentials => "credentials",
            Self::Users => "users",
        }
    }

    /// The kind of this word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// The columns that a file may have.
    #[must_use]
    pub const fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Sites => SiteText::FIELDS,
            Self::Devices => DeviceText::FIELDS,
            Self::Credentials => &["name", "username", "password"],
            Self::Users => UserText::FIELDS,
        }
    }

    /// Those that it must have.
    #[must_use]
    pub const fn required(self) -> &'static [&'static str] {
        match self {
            Self::Sites => &["slug"],
            Self::Devices => &["site", "name", "address"],
            Self::Credentials => &["name", "username", "password"],
            Self::Users => &["name"],
        }
    }
}
