//! The words of signing in, and of the audit.

use serde::{Deserialize, Serialize};

use super::state::text_enum;

text_enum! {
    /// How far a browser is signed in.
    SessionStage {
        /// The password was right, the second factor is still asked for.
        Code => "code",
        /// Wholly.
        Full => "full",
    }
}

text_enum! {
    /// How somebody proved who they are.
    SignInMethod {
        Password => "password",
        /// A link that works once.
        Link => "link",
        SingleSignOn => "single_sign_on",
    }
}

impl SignInMethod {
    /// In words.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Password => "Password",
            Self::Link => "One-time link",
            Self::SingleSignOn => "Single sign-on",
        }
    }
}

text_enum! {
    /// What was decided on a host key that is not the trusted one.
    HostKeyDecision {
        /// It is the device's own; trusted from then on.
        Accepted => "accepted",
        /// It is not; refused from then on without a question.
        Rejected => "rejected",
    }
}

impl HostKeyDecision {
    /// Whether the key is trusted.
    #[must_use]
    pub const fn is_accepted(self) -> bool {
        matches!(self, Self::Accepted)
    }
}

text_enum! {
    /// What the audit records.
    AuditAction {
        SignIn => "sign_in",
        SignInRefused => "sign_in_refused",
        SignOut => "sign_out",
        /// Somebody asked for what they may not do.
        AccessRefused => "access_refused",
        PasswordChanged => "password_changed",
        SecondFactorChanged => "second_factor_changed",
        SessionEnded => "session_ended",
        TokenMade => "token_made",
        TokenRevoked => "token_revoked",
        LinkMade => "link_made",
        SecretsShown => "secrets_shown",
        Download => "download",
        BackupRequested => "backup_requested",
        BackupCancelled => "backup_cancelled",
        CommentChanged => "comment_changed",
        PinChanged => "pin_changed",
        SnapshotDeleted => "snapshot_deleted",
        SettingsChanged => "settings_changed",
        UserChanged => "user_changed",
        HostKeyAccepted => "host_key_accepted",
        HostKeyRejected => "host_key_rejected",
        ConnectionTested => "connection_tested",
        KeyRotated => "key_rotated",
        /// What another tool kept became snapshots.
        HistoryImported => "history_imported",
        ArchiveRequested => "archive_requested",
        ArchiveCancelled => "archive_cancelled",
        ArchiveDeleted => "archive_deleted",
        ArchiveRestored => "archive_restored",
        BackupUploaded => "backup_uploaded",
        /// A test message was asked for.
        AlertTested => "alert_tested",
        /// A message that was given up is to be sent after all.
        AlertRetried => "alert_retried",
    }
}

impl AuditAction {
    /// All of them, as the filter of the audit offers them.
    pub const ALL: [Self; 31] = [
        Self::SignIn,
        Self::SignInRefused,
        Self::SignOut,
        Self::AccessRefused,
        Self::PasswordChanged,
        Self::SecondFactorChanged,
        Self::SessionEnded,
        Self::TokenMade,
        Self::TokenRevoked,
        Self::LinkMade,
        Self::SecretsShown,
        Self::Download,
        Self::BackupRequested,
        Self::BackupCancelled,
        Self::CommentChanged,
        Self::PinChanged,
        Self::SnapshotDeleted,
        Self::SettingsChanged,
        Self::UserChanged,
        Self::HostKeyAccepted,
        Self::HostKeyRejected,
        Self::ConnectionTested,
        Self::KeyRotated,
        Self::HistoryImported,
        Self::ArchiveRequested,
        Self::ArchiveCancelled,
        Self::ArchiveDeleted,
        Self::ArchiveRestored,
        Self::BackupUploaded,
        Self::AlertTested,
        Self::AlertRetried,
    ];

    /// In words.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::SignIn => "Signed in",
            Self::SignInRefused => "Sign-in refused",
            Self::SignOut => "Signed out",
            Self::AccessRefused => "Access refused",
            Self::PasswordChanged => "Password changed",
            Self::SecondFactorChanged => "Second factor changed",
            Self::SessionEnded => "Session ended",
            Self::TokenMade => "API token made",
            Self::TokenRevoked => "API token revoked",
            Self::LinkMade => "One-time link made",
            Self::SecretsShown => "Secrets shown",
            Self::Download => "Download",
            Self::BackupRequested => "Backup started",
            Self::BackupCancelled => "Backup cancelled",
            Self::CommentChanged => "Comment changed",
            Self::PinChanged => "Pin changed",
            Self::SnapshotDeleted => "Backup deleted",
            Self::SettingsChanged => "Settings changed",
            Self::UserChanged => "User changed",
            Self::HostKeyAccepted => "Host key accepted",
            Self::HostKeyRejected => "Host key rejected",
            Self::ConnectionTested => "Connection tested",
            Self::KeyRotated => "Key rotated",
            Self::HistoryImported => "History imported",
            Self::ArchiveRequested => "Archive asked for",
            Self::ArchiveCancelled => "Archive cancelled",
            Self::ArchiveDeleted => "Archive deleted",
            Self::ArchiveRestored => "Archive restored",
            Self::BackupUploaded => "Backup uploaded",
            Self::AlertTested => "Alert tested",
            Self::AlertRetried => "Alert sent again",
        }
    }
}
