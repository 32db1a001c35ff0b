//! Who asks.

use super::{Right, Rights, Scope, UserId};

/// Somebody who was recognised, with what they may do and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub user: UserId,
    /// As they are called at sign-in and in the audit.
    pub name: String,
    pub rights: Rights,
    pub scope: Scope,
    /// The token by which a program acts for them; `None`: they ask themselves.
    pub token: Option<String>,
}

impl Person {
    /// Whether they may do this, at the sites of their scope.
    #[must_use]
    pub const fn may(&self, right: Right) -> bool {
        self.rights.has(right)
    }
}
