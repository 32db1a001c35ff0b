//! Single values of a report in words.

use crate::db::pages::ReportChange;
use crate::model::{HostKeyDecision, StoredFailureCode};
use crate::web::words;

/// A cause of failure.
pub fn cause(code: &StoredFailureCode) -> &'static str {
    code.known().map_or("another cause", words::failure)
}

/// The lines of a change, those that came and those that went.
pub fn changed(change: &ReportChange) -> String {
    match (change.added_lines, change.removed_lines) {
        (Some(added), Some(removed)) => format!("+{added} \u{2212}{removed}"),
        _ => "not compared".to_owned(),
    }
}

/// What was decided on a host key; `None`: nothing yet.
pub const fn decision(decision: Option<&HostKeyDecision>) -> &'static str {
    match decision {
        Some(HostKeyDecision::Accepted) => "accepted",
        Some(HostKeyDecision::Rejected) => "rejected",
        None => "not decided yet",
    }
}
