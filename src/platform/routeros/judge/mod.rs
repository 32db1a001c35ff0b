//! The judgement on a captured export: every check by name, and the ruling they lead to.
//!
//! Nothing that is not proven whole is called a backup. The proof is made of named checks, all
//! of them always present in the result, so that a page can show what was looked at. It is a
//! pure function: the session brings the capture and what is known of the device.

use crate::model::{Check, Failure};

mod checks;
mod file;
mod ruling;
#[cfg(test)]
mod tests;
mod words;

pub use file::judge_file;
pub use words::suspicion;

pub use crate::ssh::Ending;

use super::text::{Header, Marks, header, marks};

/// What became of the mark that was asked for behind the export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sentinel {
    /// It was the last line.
    Seen,
    /// It was asked for and did not come.
    Missing,
    /// It was not asked for: this device does not answer a `:put` behind `/export`.
    NotAsked,
}

/// What came back for the export command.
#[derive(Debug, Clone, Copy)]
pub struct Capture<'a> {
    /// The bytes, without the line of the sentinel.
    pub export: &'a [u8],
    /// What became of the sentinel.
    pub sentinel: Sentinel,
    /// How the channel ended.
    pub ending: &'a Ending,
    /// Whether a second fetch gave the same comparison form. `None`: fetched once.
    pub agrees_with_second_fetch: Option<bool>,
}

/// What is known of the device before the capture is looked at.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The version that the router answered to this run's question.
    pub probed_version: Option<String>,
    /// Serial number (or software id) of the last verified snapshot.
    pub serial: Option<String>,
    /// Size of the last verified snapshot in bytes. `None` when there is none.
    pub last_verified_size_bytes: Option<u64>,
    /// Menus that the last verified snapshot lacks, as [`Marks::error_menus`] names them.
    pub accepted_error_menus: Vec<String>,
    /// Menus that the newest suspect snapshot lacks, when the device has no verified one.
    pub recurring_error_menus: Option<Vec<String>>,
    /// Whether the router refused to show passwords and keys, which the last verified snapshot
    /// has.
    pub lost_secrets: bool,
    /// Whether the hardware is a RouterBOARD. `None` when the router did not say.
    pub has_routerboard: Option<bool>,
}

/// What the checks lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling {
    /// Proven whole.
    Verified,
    /// To be kept and shown, never counted as good.
    Suspect,
    /// Not to be kept.
    Failed(Failure),
}

/// The checks, in a fixed order, and the ruling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// Every check, passed or not.
    pub checks: Vec<Check>,
    /// What they lead to.
    pub ruling: Ruling,
}

/// The evidence that every check looks at.
struct Evidence<'a> {
    capture: &'a Capture<'a>,
    known: &'a Known,
    header: Option<Header>,
    marks: Marks,
}

/// Judges a capture.
#[must_use]
pub fn judge(capture: &Capture<'_>, known: &Known) -> Judgement {
    let evidence = Evidence {
        capture,
        known,
        header: header(capture.export),
        marks: marks(capture.export),
    };
    let checks = checks::all(&evidence);
    let ruling = ruling::rule(&evidence, &checks);
    Judgement { checks, ruling }
}

/// The checks that look at the text alone, for an export that this program did not fetch: nothing
/// is known of how it came, and nothing is ruled.
#[must_use]
pub fn check_text(export: &[u8]) -> Vec<Check> {
    let capture = Capture {
        export,
        sentinel: Sentinel::NotAsked,
        ending: &Ending::default(),
        agrees_with_second_fetch: None,
    };
    checks::of_text(&Evidence {
        capture: &capture,
        known: &Known::default(),
        header: header(export),
        marks: marks(export),
    })
}

/// Whether an export has any menu, which is the least that makes it one.
#[must_use]
pub fn has_menus(checks: &[Check]) -> bool {
    let mut menus = checks
        .iter()
        .filter(|check| check.name == checks::HAS_MENUS);
    menus.any(|check| check.ok)
}

/// Whether fetching the export again can change the ruling. Not when the router refuses the
/// command, and not for what another fetch on the same connection answers in the same way: the
/// version, the identity, and the secrets.
#[must_use]
pub fn is_in_doubt(judgement: &Judgement) -> bool {
    ruling::is_in_doubt(judgement)
}
