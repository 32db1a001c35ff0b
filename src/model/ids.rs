//! Ids as newtypes, so that a device's id can not be taken for a site's.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord,
            serde::Serialize, serde::Deserialize, sqlx::Type, utoipa::ToSchema,
        )]
        #[serde(transparent)]
        #[sqlx(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map($name)
            }
        }

        impl From<i64> for $name {
            fn from(id: i64) -> Self {
                $name(id)
            }
        }
    )+};
}

ids! {
    /// A customer's location.
    SiteId,
    /// A router.
    DeviceId,
    /// A user name with its secret.
    CredentialId,
    /// When devices are backed up by themselves.
    ScheduleId,
    /// A time in which no scheduled backup begins.
    WindowId,
    /// What one trigger asked for.
    BatchId,
    /// One device in a batch.
    RunId,
    /// An export kept, with its verdict.
    SnapshotId,
    /// A distinct line of configuration in the search index.
    LineId,
    /// Somebody who may sign in.
    UserId,
    /// A browser that is signed in.
    SessionId,
    /// A host key that a device showed in place of the trusted one.
    HostKeyChangeId,
    /// An attempt that stores nothing.
    ConnectionTestId,
    /// A token of the API.
    TokenId,
    /// An entry of the audit.
    AuditId,
    /// One zip of a site or of everything.
    ArchiveId,
    /// When archives are made by themselves.
    ArchivePlanId,
    /// Who hears of what.
    AlertRuleId,
    /// Where alerts go.
    DestinationId,
    /// What happened, as it is told.
    AlertEventId,
    /// A message with alerts.
    AlertMessageId,
}
