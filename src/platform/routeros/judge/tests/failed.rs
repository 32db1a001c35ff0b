//! Captures that are provably not whole: which check tells, and what the technician reads.

use super::{detail, failing, failure, in_order, judged, judged_fixture, known};
use crate::model::FailureCode;
use crate::platform::routeros::judge::{Capture, Ending, Known, Sentinel, is_in_doubt, judge};
use crate::platform::routeros::text::tests::samples::fixture;

#[test]
fn what_is_not_whole_fails_by_the_check_that_tells() {
    for (name, check) in [
        ("cut-in-header.rsc", "has_menus"),
        ("header-without-menus.rsc", "has_menus"),
        ("header-too-late.rsc", "header"),
        ("cut-in-quote.rsc", "last_line_finished"),
        ("cut-after-backslash.rsc", "last_line_finished"),
        ("cut-in-bracket.rsc", "last_line_finished"),
        ("cut-in-brace.rsc", "last_line_finished"),
        ("cut-in-parenthesis.rsc", "last_line_finished"),
        ("cut-in-word.rsc", "last_line_finished"),
        ("cut-in-error-exporting.rsc", "last_line_finished"),
        ("trailing-prompt.rsc", "last_line_finished"),
        ("log-echo.rsc", "not_interrupted"),
        ("v6-interrupted.rsc", "not_interrupted"),
        ("empty.rsc", "header"),
        ("not-an-export.rsc", "header"),
    ] {
        let judgement = judged_fixture(name, &Known::default());
        assert!(
            failing(&judgement).contains(&check),
            "{name}: {:?}",
            failing(&judgement)
        );
        assert_eq!(
            failure(&judgement).code,
            FailureCode::ExportIncomplete,
            "{name}"
        );
        assert!(is_in_doubt(&judgement), "{name}");
    }
}

#[test]
fn a_refused_permission_names_the_policies_and_is_not_tried_again() {
    let judgement = judged_fixture("refused-permission.rsc", &known());
    let failure = failure(&judgement);
    assert_eq!(failure.code, FailureCode::ExportRefused);
    assert!(
        failure.message.contains("\"not enough permissions (9)\""),
        "{}",
        failure.message
    );
    assert!(
        failure.message.contains("ssh,read,sensitive"),
        "{}",
        failure.message
    );
    assert!(!is_in_doubt(&judgement));
}

#[test]
fn every_error_of_the_command_line_fails_with_the_routers_own_words() {
    let errors = String::from_utf8(fixture("cli-errors.txt")).unwrap();
    for error in errors.lines() {
        let judgement = judged(error.as_bytes(), &known());
        let failure = failure(&judgement);
        let passing = ["interrupted", "action ", "std failure"];
        let expected = if passing.iter().any(|start| error.starts_with(start)) {
            FailureCode::ExportIncomplete
        } else {
            FailureCode::ExportRefused
        };
        assert_eq!(failure.code, expected, "{error}");
        let words: String = error.chars().take(120).collect();
        assert!(failure.message.contains(&words), "{}", failure.message);
    }
}

#[test]
fn an_error_behind_a_whole_export_still_fails() {
    let judgement = judged_fixture("error-behind-export.rsc", &known());
    assert!(failing(&judgement).contains(&"no_cli_error"));
    assert_eq!(failure(&judgement).code, FailureCode::ExportRefused);
}

#[test]
fn nothing_at_all_is_said_to_be_nothing() {
    for name in ["empty.rsc", "only-blank-lines.rsc"] {
        let judgement = judged_fixture(name, &known());
        assert!(
            failure(&judgement)
                .message
                .starts_with("The router sent nothing"),
            "{name}"
        );
    }
}

#[test]
fn a_channel_that_does_not_end_in_order_fails() {
    let export = fixture("v7-routerboard.rsc");
    let signal = Some("TERM".to_owned());
    for (ending, seen) in [
        (
            Ending {
                exit_status: None,
                ..in_order()
            },
            "The router sent no exit status.",
        ),
        (
            Ending {
                exit_status: Some(1),
                ..in_order()
            },
            "The router sent exit status 1.",
        ),
        (
            Ending {
                closed: false,
                ..in_order()
            },
            "The router did not close the channel.",
        ),
        (
            Ending {
                exit_signal: signal,
                ..in_order()
            },
            "The command was ended by the signal TERM.",
        ),
    ] {
        let capture = Capture {
            export: &export,
            sentinel: Sentinel::Seen,
            ending: &ending,
            agrees_with_second_fetch: None,
        };
        let judgement = judge(&capture, &known());
        assert_eq!(failing(&judgement), ["closed_normally"]);
        assert_eq!(detail(&judgement, "closed_normally"), seen);
        assert!(failure(&judgement).message.starts_with(seen));
    }
}
