//! The checks for an export that came as a file: those that need no session. They never lead to
//! *verified*, for nobody saw a router send it.

use super::{Capture, Ending, Evidence, Known, Sentinel, checks, header, marks};
use crate::model::Check;

/// The check that an export which somebody brought never passes.
const SEEN_COMING: &str = "seen_coming";

/// What only a session can tell: these are left out.
const OF_A_SESSION: [&str; 3] = [checks::CLOSED_NORMALLY, checks::SENTINEL, checks::VERSION];

/// The checks of a file that `person` brought; the last of them says so and has not passed. `None`
/// when it is no export at all: it has no header of RouterOS, or no menu.
#[must_use]
pub fn judge_file(export: &[u8], known: &Known, person: &str) -> Option<Vec<Check>> {
    let ending = Ending {
        exit_status: Some(0),
        exit_signal: None,
        closed: true,
        stderr_bytes: 0,
    };
    let capture = Capture {
        export,
        sentinel: Sentinel::NotAsked,
        ending: &ending,
        agrees_with_second_fetch: None,
    };
    let evidence = Evidence {
        capture: &capture,
        known,
        header: header(export),
        marks: marks(export),
    };
    let mut all = checks::all(&evidence);
    let has_failed = |name: &str| all.iter().any(|check| check.name == name && !check.ok);
    if has_failed(checks::HEADER) || has_failed(checks::HAS_MENUS) {
        return None;
    }
    all.retain(|check| !OF_A_SESSION.contains(&check.name.as_str()));
    all.push(Check {
        name: SEEN_COMING.to_owned(),
        ok: false,
        detail: format!("Uploaded as a file by {person}: nobody saw a router send it."),
    });
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::routeros::text::tests::samples::fixture;

    #[test]
    fn a_whole_file_passes_every_check_but_that_it_was_seen_coming() {
        let checks = judge_file(&fixture("v7-routerboard.rsc"), &Known::default(), "kim").unwrap();
        let failed: Vec<&Check> = checks.iter().filter(|check| !check.ok).collect();
        assert_eq!(failed.len(), 1, "{failed:?}");
        assert!(failed[0].detail.contains("by kim"));
        assert!(checks.iter().all(|check| check.name != "sentinel"));
    }

    #[test]
    fn what_is_no_export_is_none_and_one_that_was_cut_says_so() {
        assert_eq!(judge_file(b"hello\n", &Known::default(), "kim"), None);
        assert_eq!(judge_file(b"", &Known::default(), "kim"), None);
        let checks = judge_file(&fixture("cut-in-quote.rsc"), &Known::default(), "kim").unwrap();
        let cut = checks
            .iter()
            .find(|check| check.name == "last_line_finished");
        assert!(!cut.unwrap().ok);
    }
}
