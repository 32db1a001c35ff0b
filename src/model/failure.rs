//! Why a run failed: a stable code, and a sentence for the person who can act.

use serde::{
    Deserialize, Serialize,
    de::{IntoDeserializer as _, value::Error as UnknownCode},
};
use sqlx::{
    Decode, Postgres, Type,
    error::BoxDynError,
    postgres::{PgTypeInfo, PgValueRef},
};

use super::state::text_enum;

text_enum! {
    /// Stable codes; the sentence beside them may change, they do not.
    FailureCode {
        /// No TCP connection: refused, no route, name not found.
        Unreachable => "unreachable",
        /// The connection was lost before the run was done.
        ConnectionLost => "connection_lost",
        /// A deadline passed.
        Timeout => "timeout",
        /// The device refused the credential.
        AuthFailed => "auth_failed",
        /// The device shows another host key than the one trusted.
        HostKeyChanged => "host_key_changed",
        /// No SSH algorithm in common.
        NoCommonAlgorithm => "no_common_algorithm",
        /// What answers does not speak SSH as it should.
        ProtocolError => "protocol_error",
        /// The device answered the export command with an error.
        ExportRefused => "export_refused",
        /// The export arrived, but is provably not whole.
        ExportIncomplete => "export_incomplete",
        /// The export is larger than the limit.
        ExportTooLarge => "export_too_large",
        /// The account lacks a policy without which a backup is not whole.
        PolicyMissing => "policy_missing",
        /// The stored credential can not be used (a damaged or unsupported key, say).
        CredentialUnusable => "credential_unusable",
        /// The collector that ran it vanished too often.
        CollectorLost => "collector_lost",
        /// A fault of our own; the log has the detail.
        Internal => "internal",
    }
}

impl FailureCode {
    /// Whether a later attempt in the same batch can help. Never after a refused credential or
    /// a changed host key: trying again could lock the account out, or talk to a stranger.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        match self {
            Self::Unreachable
            | Self::ConnectionLost
            | Self::Timeout
            | Self::ProtocolError
            | Self::ExportIncomplete
            | Self::Internal => true,
            Self::AuthFailed
            | Self::HostKeyChanged
            | Self::NoCommonAlgorithm
            | Self::ExportRefused
            | Self::ExportTooLarge
            | Self::PolicyMissing
            | Self::CredentialUnusable
            | Self::CollectorLost => false,
        }
    }
}

/// A code as the database holds it: a newer version may have written one that this version does
/// not know, and its runs are to be read all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum StoredFailureCode {
    Known(FailureCode),
    /// Its text.
    Unknown(String),
}

impl StoredFailureCode {
    /// The code; `None` for one that this version does not know.
    #[must_use]
    pub const fn known(&self) -> Option<FailureCode> {
        match self {
            Self::Known(code) => Some(*code),
            Self::Unknown(_) => None,
        }
    }

    /// The text of the database and of JSON.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(code) => code.as_str(),
            Self::Unknown(text) => text,
        }
    }
}

impl From<FailureCode> for StoredFailureCode {
    fn from(code: FailureCode) -> Self {
        Self::Known(code)
    }
}

impl From<String> for StoredFailureCode {
    fn from(text: String) -> Self {
        let known: Result<FailureCode, UnknownCode> =
            FailureCode::deserialize(text.as_str().into_deserializer());
        known.map_or(Self::Unknown(text), Self::Known)
    }
}

impl Type<Postgres> for StoredFailureCode {
    fn type_info() -> PgTypeInfo {
        <String as Type<Postgres>>::type_info()
    }

    fn compatible(column: &PgTypeInfo) -> bool {
        <String as Type<Postgres>>::compatible(column)
    }
}

impl<'r> Decode<'r, Postgres> for StoredFailureCode {
    fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
        <String as Decode<'r, Postgres>>::decode(value).map(Self::from)
    }
}

/// A failed run as data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// Stable code.
    pub code: FailureCode,
    /// What happened and what to do next; holds no secret and no export text.
    pub message: String,
}

impl Failure {
    /// A failure with its sentence.
    pub fn new(code: FailureCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_comes_back_from_its_text_and_an_unknown_one_keeps_it() {
        for text in ["no_common_algorithm", "of_tomorrow", "Timeout", ""] {
            assert_eq!(StoredFailureCode::from(text.to_owned()).as_str(), text);
        }
        let known = |text: &str| StoredFailureCode::from(text.to_owned()).known();
        assert_eq!(known("timeout"), Some(FailureCode::Timeout));
        assert_eq!(known("of_tomorrow"), None);
    }
}
