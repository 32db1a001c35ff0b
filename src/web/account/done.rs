//! What the page of an account says after something was done. One of a few fixed sentences, so
//! that a forged link can not put words on a page.

use axum::response::Redirect;
use serde::Deserialize;

use crate::web::links;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Done {
    PasswordChanged,
    SecondFactorOff,
    /// It was turned on or off meanwhile, or its form was sent twice.
    SecondFactorOther,
    SessionEnded,
    SessionsEnded,
    TokenRevoked,
}

impl Done {
    /// The value of the `notice` parameter.
    const fn as_str(self) -> &'static str {
        match self {
            Self::PasswordChanged => "password-changed",
            Self::SecondFactorOff => "second-factor-off",
            Self::SecondFactorOther => "second-factor-other",
            Self::SessionEnded => "session-ended",
            Self::SessionsEnded => "sessions-ended",
            Self::TokenRevoked => "token-revoked",
        }
    }

    /// The sentence on the page.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::PasswordChanged => {
                "The password was changed, and every other browser is signed out. API tokens work on."
            }
            Self::SecondFactorOff => "The second factor is off, and the recovery codes are gone.",
            Self::SecondFactorOther => {
                "Nothing was changed: the second factor was turned on or off already. Recovery codes are shown once; new ones can be made below."
            }
            Self::SessionEnded => "That browser is signed out.",
            Self::SessionsEnded => "Every other browser is signed out.",
            Self::TokenRevoked => "The token is revoked: it is worth nothing from now on.",
        }
    }

    /// Leads to a page of the account, which says it.
    pub fn at(self, page: &str) -> Redirect {
        Redirect::to(&links::query(page, [("notice", self.as_str())]))
    }
}
