//! The words of alerts: what is told, where it goes, and where a message stands.

use serde::{Deserialize, Serialize};

use super::state::text_enum;

text_enum! {
    /// What may happen to a device.
    AlertKind {
        /// A backup failed, and the one before did not.
        FirstFailure => "first_failure",
        /// A verified backup after failed or suspect ones.
        Recovered => "recovered",
        /// No verified backup for longer than a rule allows.
        Overdue => "overdue",
        /// A backup is suspect, and the one before was not.
        Suspect => "suspect",
        /// The router showed another host key than the trusted one.
        HostKeyChanged => "host_key_changed",
        /// A verified backup says something else than the one before.
        ConfigurationChanged => "configuration_changed",
    }
}

impl AlertKind {
    /// Each of them, as they are listed.
    pub const ALL: [Self; 6] = [
        Self::FirstFailure,
        Self::Recovered,
        Self::Overdue,
        Self::Suspect,
        Self::HostKeyChanged,
        Self::ConfigurationChanged,
    ];

    /// The words of pages and messages.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::FirstFailure => "Backup failed",
            Self::Recovered => "Recovered",
            Self::Overdue => "Overdue",
            Self::Suspect => "Suspect backup",
            Self::HostKeyChanged => "Host key changed",
            Self::ConfigurationChanged => "Configuration changed",
        }
    }
}

text_enum! {
    /// How messages get to a destination.
    DestinationKind {
        Mail => "mail",
        /// JSON, signed.
        Webhook => "webhook",
        Slack => "slack",
        /// Microsoft Teams.
        Teams => "teams",
    }
}

impl DestinationKind {
    /// Each of them, as they are offered.
    pub const ALL: [Self; 4] = [Self::Mail, Self::Webhook, Self::Slack, Self::Teams];

    /// The words of pages.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Mail => "Mail",
            Self::Webhook => "Webhook",
            Self::Slack => "Slack",
            Self::Teams => "Microsoft Teams",
        }
    }
}

text_enum! {
    /// How the way to the mail server is protected.
    MailSecurity {
        /// TLS from the first byte.
        Tls => "tls",
        /// TLS before anything is said.
        Starttls => "starttls",
        /// Nothing: for a server on this machine.
        Clear => "clear",
    }
}

impl MailSecurity {
    /// Each of them, as they are offered.
    pub const ALL: [Self; 3] = [Self::Starttls, Self::Tls, Self::Clear];

    /// The words of pages.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Tls => "TLS from the first byte (often port 465)",
            Self::Starttls => "STARTTLS before anything is said (often port 587)",
            Self::Clear => "None, for a server on this machine only",
        }
    }
}

text_enum! {
    /// Why a message was made.
    MessageKind {
        /// Something happened.
        Events => "events",
        /// It is the time of the daily digest.
        Digest => "digest",
        /// Somebody asked for it.
        Test => "test",
    }
}

impl MessageKind {
    /// The word the pages show.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Events => "Alert",
            Self::Digest => "Daily digest",
            Self::Test => "Test",
        }
    }
}

text_enum! {
    /// Where a message stands.
    MessageState {
        /// For its time, or for the next attempt.
        Waiting => "waiting",
        Sending => "sending",
        Sent => "sent",
        /// Given up.
        Failed => "failed",
    }
}

impl MessageState {
    /// Each of them, as they are offered.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Sending, Self::Sent, Self::Failed];

    /// The word the pages show.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Waiting => "Waiting",
            Self::Sending => "Sending",
            Self::Sent => "Sent",
            Self::Failed => "Failed",
        }
    }
}
