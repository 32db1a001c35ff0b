//! Why a connection or a command failed, as a sentence for the technician who can act.

use std::io;
use std::time::Duration;

use crate::model::{Failure, FailureCode};
use crate::plural::counted;

use super::host_key::HostKey;

/// What was being waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Resolve,
    Connect,
    Handshake,
    SignIn,
    Command,
}

impl Stage {
    const fn waiting_for(self) -> &'static str {
        match self {
            Self::Resolve => "the name server to resolve the address",
            Self::Connect => "the TCP connection",
            Self::Handshake => "the SSH handshake",
            Self::SignIn => "the answer to the sign-in",
            Self::Command => "the answer to a command",
        }
    }

    const fn advice(self) -> &'static str {
        match self {
            Self::Resolve => "Check the address in the inventory and the name server.",
            Self::Connect => {
                "Check that the router is up and that no firewall drops the connection."
            }
            Self::Handshake => {
                "Check that the port is the router's SSH service, and the router's load."
            }
            Self::SignIn => "Check the router's load, or its RADIUS server if it uses one.",
            Self::Command => {
                "Check the router's load; give a slow router a longer export_timeout_secs."
            }
        }
    }
}

/// Why a connection or a command failed. The text of each is the technician's sentence.
#[derive(Debug, thiserror::Error)]
pub enum SshError {
    #[error(
        "The address {host} can not be resolved: {source}. Check the address in the inventory and the name server."
    )]
    Resolve { host: String, source: io::Error },
    #[error(
        "{address} can not be reached: {source}. Check that the router is up, that its SSH service is enabled (/ip service) on this port, and that no firewall is in between."
    )]
    Connect { address: String, source: io::Error },
    #[error("Timed out after {} s waiting for {}. {}", .after.as_secs_f32(), .stage.waiting_for(), .stage.advice())]
    Timeout { stage: Stage, after: Duration },
    #[error("The router went silent for {} s in the middle of its answer, after {}. Check the line and the router's load.", .idle.as_secs_f32(), counted(*.received, "byte"))]
    Idle { idle: Duration, received: usize },
    #[error("The router shows another {} host key than the one trusted so far: {} instead of {}. Nothing was sent to it. If the router was reset or replaced, run `routervault trust SITE/DEVICE`; if not, somebody may be in between.", .seen.algorithm, .seen.fingerprint, .pinned.fingerprint)]
    HostKeyChanged {
        pinned: Box<HostKey>,
        seen: Box<HostKey>,
    },
    #[error("No {kind} algorithm in common: the router offers {}, we offer {}. {}", names(.theirs), names(.ours), legacy_advice(*.legacy))]
    NoCommonAlgorithm {
        kind: &'static str,
        ours: Vec<String>,
        theirs: Vec<String>,
        legacy: bool,
    },
    #[error(
        "What answers at this address hung up before the SSH handshake was done. Check that the port is the router's SSH service, and that it allows our address (/ip service, firewall)."
    )]
    HungUp,
    #[error(
        "What answers at this address does not speak SSH as it should: {0}. Check the address and the port."
    )]
    Protocol(String),
    #[error(
        "The router refused the credential for user {username} (it accepts: {methods}). It is not tried again in this batch. Check the user, its password or key, and that its group has the `ssh` policy; a user with an SSH key may not sign in by password unless the router allows it."
    )]
    AuthRefused { username: String, methods: String },
    #[error(
        "The router closed the connection in answer to the sign-in of user {username}. It is not tried again in this batch. Check the credential, and the user's allowed addresses on the router."
    )]
    AuthCutOff { username: String },
    #[error("The credential can not be used: {0}. Correct it in the inventory.")]
    CredentialUnusable(String),
    #[error(
        "The connection was lost while {doing}, after {}. Check the line; it is worth another try.", counted(*.received, "byte")
    )]
    Lost {
        doing: &'static str,
        received: usize,
    },
    #[error(
        "The router refused to run a command over SSH: {0}. Check that the user's group has the `ssh` policy, and the router's limit of sessions."
    )]
    CommandRefused(String),
    #[error(
        "The answer is larger than the limit of {limit} bytes, and was given up. No RouterOS export is that large; check what answers at this address."
    )]
    TooLarge { limit: usize },
}

impl SshError {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> FailureCode {
        match self {
            Self::Resolve { .. } | Self::Connect { .. } => FailureCode::Unreachable,
            Self::Timeout { .. } | Self::Idle { .. } => FailureCode::Timeout,
            Self::HostKeyChanged { .. } => FailureCode::HostKeyChanged,
            Self::NoCommonAlgorithm { .. } => FailureCode::NoCommonAlgorithm,
            Self::Protocol(_) => FailureCode::ProtocolError,
            Self::AuthRefused { .. } | Self::AuthCutOff { .. } => FailureCode::AuthFailed,
            Self::CredentialUnusable(_) => FailureCode::CredentialUnusable,
            Self::HungUp | Self::Lost { .. } => FailureCode::ConnectionLost,
            Self::CommandRefused(_) => FailureCode::ExportRefused,
            Self::TooLarge { .. } => FailureCode::ExportTooLarge,
        }
    }

    /// What russh said during the handshake.
    pub(super) fn from_handshake(error: russh::Error, legacy: bool) -> Self {
        match error {
            russh::Error::NoCommonAlgo { kind, ours, theirs } => Self::NoCommonAlgorithm {
                kind: kind_name(&kind),
                ours,
                theirs,
                legacy,
            },
            russh::Error::IO(_)
            | russh::Error::HUP
            | russh::Error::Disconnect
            | russh::Error::SendError
            | russh::Error::RecvError => Self::HungUp,
            other => Self::Protocol(printable(&other.to_string())),
        }
    }
}

impl From<SshError> for Failure {
    fn from(error: SshError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

const fn kind_name(kind: &russh::AlgorithmKind) -> &'static str {
    match kind {
        russh::AlgorithmKind::Kex => "key exchange",
        russh::AlgorithmKind::Key => "host key",
        russh::AlgorithmKind::Cipher => "cipher",
        russh::AlgorithmKind::Compression => "compression",
        russh::AlgorithmKind::Mac => "MAC",
    }
}

const fn legacy_advice(legacy: bool) -> &'static str {
    if legacy {
        "Upgrade RouterOS, or change /ip ssh on the router."
    } else {
        "Upgrade RouterOS or set /ip ssh strong-crypto=yes; if neither is possible, `legacy_ssh = true` on the device allows the weak ones."
    }
}

/// How many names of a peer's list are shown.
const MAX_NAMES: usize = 16;

fn names(list: &[String]) -> String {
    let shown: Vec<String> = list
        .iter()
        .filter(|name| !name.starts_with("ext-info") && !name.starts_with("kex-strict"))
        .take(MAX_NAMES)
        .map(|name| printable(name))
        .collect();
    match shown.as_slice() {
        [] => "none".to_owned(),
        _ => shown.join(", "),
    }
}

/// Text of a peer, fit to be shown: short, and without control characters.
pub(super) fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(80).collect()
}
