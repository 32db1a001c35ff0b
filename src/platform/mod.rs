//! The drivers: what a collector asks of any vendor, and one folder for each.

pub mod routeros;
mod trail;

pub use trail::Trail;

use std::time::Duration;

use crate::model::{Check, Failure, Platform, Verdict};
use crate::ssh::{HostKey, Login, Peer};

/// What an attempt is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// What is proven whole is stored, and a first host key is trusted from then on.
    BackUp,
    /// Nothing is stored; the account is asked for its policies, too.
    Test,
}

/// One attempt to back up one device.
#[derive(Debug)]
pub struct Attempt {
    pub purpose: Purpose,
    pub platform: Platform,
    pub peer: Peer,
    pub login: Login,
    /// For everything after the sign-in together.
    pub export_timeout: Duration,
    /// How long the device may stay silent.
    pub idle_timeout: Duration,
    pub known: Knowledge,
}

/// What earlier runs taught of the device; all of it empty for a new one.
#[derive(Debug, Clone, Default)]
pub struct Knowledge {
    /// The version that the last run found.
    pub version: Option<String>,
    /// Whether a `:put` behind the export is answered; `None` when not known yet.
    pub answers_sentinel: Option<bool>,
    /// Of the last verified snapshot.
    pub serial: Option<String>,
    /// Whether the last verified snapshot has passwords and keys.
    pub had_secrets: bool,
    /// Of the last verified snapshot; `None` when there is none.
    pub last_verified_size_bytes: Option<u64>,
    /// Menus that the last verified snapshot lacked.
    pub accepted_error_menus: Vec<String>,
    /// Menus that the newest suspect snapshot lacked, when nothing was ever verified.
    pub recurring_error_menus: Option<Vec<String>>,
}

/// What a device says of itself; each may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    pub identity: Option<String>,
    pub model: Option<String>,
    pub serial: Option<String>,
    /// Without the channel: `7.16.2`.
    pub version: Option<String>,
    /// Whether it has MikroTik's own hardware; false on CHR and x86.
    pub has_routerboard: Option<bool>,
}

/// What came of an attempt; what was learnt on the way is kept also when it failed.
#[derive(Debug, Default)]
pub struct Attempted {
    /// The host key that was shown, trusted or not.
    pub host_key: Option<HostKey>,
    /// The host key, when it is the first of its type.
    pub new_host_key: Option<HostKey>,
    /// The host key that was shown in place of the trusted one, which comes second.
    pub changed_host_key: Option<(HostKey, HostKey)>,
    pub facts: Facts,
    pub answers_sentinel: Option<bool>,
    pub checks: Vec<Check>,
    /// How much was received, if an export was.
    pub size_bytes: Option<usize>,
    /// What the account's group allows; `None` when that was not asked or not answered.
    pub policies: Option<Vec<String>>,
}

/// An export that is worth keeping.
pub struct Export {
    /// The exact bytes.
    pub bytes: Vec<u8>,
    pub verdict: Verdict,
    /// Whether the command used shows passwords and keys.
    pub has_secrets: bool,
    /// From the export's own header.
    pub version: Option<String>,
    pub model: Option<String>,
    /// The serial number, or the software or system id where there is none.
    pub serial: Option<String>,
    pub error_menus: Vec<String>,
    /// SHA-256 of the comparison form.
    pub fingerprint: [u8; 32],
    pub line_count: usize,
}

impl std::fmt::Debug for Export {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Export")
            .field("size_bytes", &self.bytes.len())
            .field("verdict", &self.verdict)
            .finish_non_exhaustive()
    }
}

/// Makes an attempt: connects, signs in, reads facts and export, judges; a test then asks what the
/// account may do, for which it has some seconds more. Never takes longer than twice the connect
/// timeout and the export timeout together.
///
/// The attempt's story goes to `trail`, and what was learnt to `attempted`, while it happens.
///
/// # Errors
/// The failure to be recorded, when there is nothing worth keeping.
pub async fn attempt(
    attempt: &Attempt,
    trail: &Trail,
    attempted: &mut Attempted,
) -> Result<Export, Failure> {
    match attempt.platform {
        Platform::Routeros => routeros::attempt(attempt, trail, attempted).await,
    }
}
