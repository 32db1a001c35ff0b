//! Where a connection test stands, and what it saw of the router's host key. Apart from runs: a
//! test stores nothing, and may wait for its commands to be pasted first.

use serde::{Deserialize, Serialize};

use super::state::text_enum;

text_enum! {
    /// Where a connection test stands.
    TestState {
        /// Made to show commands with a new key; begins when a person says so.
        Prepared => "prepared",
        Queued => "queued",
        Running => "running",
        Succeeded => "succeeded",
        Failed => "failed",
        Cancelled => "cancelled",
    }
}

impl TestState {
    /// The word the pages show.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Prepared => "Not begun",
            Self::Queued => "Queued",
            Self::Running => "Running",
            Self::Succeeded => "Passed",
            Self::Failed => "Failed",
            Self::Cancelled => "Cancelled",
        }
    }

    /// Whether something happens to it by itself.
    #[must_use]
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Queued | Self::Running)
    }
}

text_enum! {
    /// What a host key that was shown is to us.
    KeyStanding {
        /// The trusted one of its type.
        Pinned => "pinned",
        /// The first of its type.
        New => "new",
        /// Another one than the trusted one of its type.
        Changed => "changed",
    }
}

text_enum! {
    /// Which kind of key pair signs in to a router.
    KeyKind {
        Ed25519 => "ed25519",
        Rsa => "rsa",
    }
}

impl KeyKind {
    /// Its name for people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Ed25519 => "Ed25519",
            Self::Rsa => "RSA",
        }
    }
}
