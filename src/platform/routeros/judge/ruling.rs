//! What the checks lead to, and the sentence for the technician when the run failed.

use super::checks::{
    CLOSED_NORMALLY, HAS_MENUS, HEADER, IDENTITY, LAST_LINE_FINISHED, NO_CLI_ERROR,
    NOT_INTERRUPTED, SECRETS, SENTINEL, VERSION,
};
use super::{Evidence, Judgement, Ruling, Sentinel};
use crate::model::{Check, Failure, FailureCode};

/// Checks whose failing means that the export is not whole, the most telling first.
const PROOFS: [&str; 7] = [
    NO_CLI_ERROR,
    NOT_INTERRUPTED,
    CLOSED_NORMALLY,
    HEADER,
    SENTINEL,
    LAST_LINE_FINISHED,
    HAS_MENUS,
];

/// Checks that another fetch on the same connection answers in the same way.
const SETTLED: [&str; 3] = [VERSION, IDENTITY, SECRETS];

/// The ruling that follows from the checks.
pub(super) fn rule(evidence: &Evidence<'_>, checks: &[Check]) -> Ruling {
    if checks.iter().all(|check| check.ok) {
        return Ruling::Verified;
    }
    // Without a sentinel to expect, doubt about the end is doubt and no proof.
    let is_soft = |name: &str| name == SENTINEL && evidence.capture.sentinel == Sentinel::NotAsked;
    let broken: Vec<&Check> = PROOFS
        .iter()
        .filter(|name| !is_soft(name))
        .filter_map(|name| checks.iter().find(|check| check.name == *name && !check.ok))
        .collect();
    match (broken.first(), &evidence.marks.cli_error) {
        (None, _) => Ruling::Suspect,
        (Some(_), Some(words)) => Ruling::Failed(refusal(words)),
        (Some(worst), None) => {
            let message = if evidence.capture.export.trim_ascii().is_empty() {
                NOTHING_CAME.to_owned()
            } else {
                let seen: Vec<&str> = broken.iter().map(|check| check.detail.as_str()).collect();
                format!("{} {}", seen.join(" "), advice(&worst.name))
            };
            Ruling::Failed(Failure::new(FailureCode::ExportIncomplete, message))
        }
    }
}

/// See [`super::is_in_doubt`].
pub(super) fn is_in_doubt(judgement: &Judgement) -> bool {
    let refused = matches!(
        &judgement.ruling,
        Ruling::Failed(failure) if failure.code == FailureCode::ExportRefused
    );
    !refused
        && judgement
            .checks
            .iter()
            .any(|check| !check.ok && !SETTLED.contains(&check.name.as_str()))
}

const NOTHING_CAME: &str = "The router sent nothing for the export command. It may be busy, or \
    end sessions that run a command. Run the backup again; if it stays so, log in with the same \
    user and run /export by hand.";

/// What a failed proof likely means and what to do next.
fn advice(check: &str) -> &'static str {
    match check {
        NOT_INTERRUPTED => {
            "The router stops an export when its session is cut or it is short of resources. \
             Run the backup again when it is less busy."
        }
        CLOSED_NORMALLY => {
            "The export did not end in order: the connection was cut, or the router gave up. Run \
             the backup again; if it stays so, look at the link to the router and at its log."
        }
        HEADER => {
            "What came does not begin as an export does. Log in with the same user, run /export \
             and look at what comes first."
        }
        SENTINEL => {
            "The tail is missing although the router ended the session in order: RouterOS does \
             that on slow or distant links, and when it is busy. Run the backup again."
        }
        LAST_LINE_FINISHED => {
            "The export was cut on its way, or something other than the export was mixed into \
             it. Run the backup again; if it stays so, look at the link to the router."
        }
        _ => {
            "An export of a router always has menus. Check that the user may read the \
             configuration (policies ssh, read, sensitive), then run the backup again."
        }
    }
}

/// The router's own words, what they mean and what to do. Words that speak of a passing state
/// make the export incomplete, which is tried again; all others are a refusal, which is not.
fn refusal(words: &str) -> Failure {
    let says = |starts: &[&str]| starts.iter().any(|start| words.starts_with(start));
    let (code, advice) = if says(&["not enough permissions"]) {
        (
            FailureCode::ExportRefused,
            "Give the group of the backup user the policies ssh,read,sensitive (/user group).",
        )
    } else if says(&[
        "interrupted",
        "action timed out",
        "action failed",
        "std failure",
    ]) {
        (
            FailureCode::ExportIncomplete,
            "The router gave up before the export was done. Run the backup again when it is \
             less busy.",
        )
    } else if words.contains("device-mode") {
        (
            FailureCode::ExportRefused,
            "Allow it in /system device-mode on the router; that needs someone at the device.",
        )
    } else if says(&[
        "expected",
        "syntax error",
        "bad command",
        "bad parameter",
        "no such command",
    ]) {
        (
            FailureCode::ExportRefused,
            "This RouterOS does not know the export command as it was sent. Run /export by \
             hand with the same user, and compare the router's version with the one shown here.",
        )
    } else {
        (
            FailureCode::ExportRefused,
            "Log in with the same user, run /export by hand and remove what the router \
             complains of.",
        )
    };
    Failure::new(
        code,
        format!("The router answered the export with \"{words}\". {advice}"),
    )
}
