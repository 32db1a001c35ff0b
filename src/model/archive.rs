//! The words of archives: what goes into one, and where it stands.

use serde::{Deserialize, Serialize};

use super::state::text_enum;

/// How many archives a plan keeps where nothing else is said of it.
pub const USUAL_KEPT: u32 = 7;

/// How many archives a plan may keep.
pub const MOST_KEPT: u32 = 100;

/// How many characters the comment of an archive or a plan may have.
pub const MAX_COMMENT_CHARS: usize = 500;

text_enum! {
    /// How much of the history of each device.
    History {
        /// Every snapshot there is.
        Whole => "whole",
        /// The newest verified one of each device.
        Newest => "newest",
    }
}

text_enum! {
    /// What there is beside the configurations.
    Contents {
        /// All that a restore needs: sites, devices, credentials, users.
        Everything => "everything",
        /// Nothing: it is for reading, and can not be restored.
        Configurations => "configurations",
    }
}

text_enum! {
    /// What becomes of secrets.
    ArchivedSecrets {
        /// Configurations are the exact bytes, and credentials have their passwords and keys.
        Exact => "exact",
        /// Configurations are masked, and credentials left out: it is for reading, and can not be
        /// restored.
        Masked => "masked",
    }
}

text_enum! {
    /// Where an archive stands.
    ArchiveState {
        Queued => "queued",
        Running => "running",
        Completed => "completed",
        Failed => "failed",
        Cancelled => "cancelled",
    }
}

impl ArchiveState {
    /// The word the pages show.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Queued => "Queued",
            Self::Running => "Running",
            Self::Completed => "Completed",
            Self::Failed => "Failed",
            Self::Cancelled => "Cancelled",
        }
    }

    /// Whether it still waits or goes on.
    #[must_use]
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Queued | Self::Running)
    }
}

/// What an archive is to hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchiveChoice {
    /// The slug of the only site; `None`: all of them.
    pub site: Option<String>,
    pub history: History,
    pub contents: Contents,
    pub secrets: ArchivedSecrets,
}

impl ArchiveChoice {
    /// What is made where nothing else is said: all that a restore needs, of the whole history.
    #[must_use]
    pub const fn usual(site: Option<String>) -> Self {
        Self {
            site,
            history: History::Whole,
            contents: Contents::Everything,
            secrets: ArchivedSecrets::Exact,
        }
    }

    /// In words, for the audit and for lists.
    #[must_use]
    pub fn in_words(&self) -> String {
        let history = match self.history {
            History::Whole => "whole history",
            History::Newest => "newest backups",
        };
        let contents = match self.contents {
            Contents::Everything => "with settings",
            Contents::Configurations => "configurations only",
        };
        let secrets = match self.secrets {
            ArchivedSecrets::Exact => "with secrets",
            ArchivedSecrets::Masked => "secrets masked",
        };
        format!("{history}, {contents}, {secrets}")
    }

    /// Whether an archive of this can be brought back: nothing that a restore needs is left out.
    #[must_use]
    pub const fn is_restorable(&self) -> bool {
        matches!(self.contents, Contents::Everything)
            && matches!(self.secrets, ArchivedSecrets::Exact)
    }
}
