//! Tests of the judgement: each check by name, the ruling it leads to, and what is said.
#![allow(clippy::unwrap_used, reason = "a test stops where it is surprised")]

use proptest::prelude::*;

use super::{Capture, Ending, Judgement, Known, Ruling, Sentinel, is_in_doubt, judge, suspicion};
use crate::model::{Failure, FailureCode};
use crate::platform::routeros::text::tests::samples::{configuration, fixture, render, style};

fn in_order() -> Ending {
    Ending {
        exit_status: Some(0),
        exit_signal: None,
        closed: true,
    }
}

fn known() -> Known {
    Known {
        probed_version: Some("7.16.2 (stable)".to_owned()),
        serial: Some("TEST0A1B2C3".to_owned()),
        last_verified_size_bytes: Some(900),
        has_routerboard: Some(true),
        ..Known::default()
    }
}

fn judged(export: &[u8], known: &Known) -> Judgement {
    let ending = in_order();
    let capture = Capture {
        export,
        sentinel: Sentinel::Seen,
        ending: &ending,
        agrees_with_second_fetch: None,
    };
    judge(&capture, known)
}

fn judged_fixture(name: &str, known: &Known) -> Judgement {
    judged(&fixture(name), known)
}

fn failing(judgement: &Judgement) -> Vec<&str> {
    let failing = judgement.checks.iter().filter(|check| !check.ok);
    failing.map(|check| check.name.as_str()).collect()
}

fn failure(judgement: &Judgement) -> &Failure {
    match &judgement.ruling {
        Ruling::Failed(failure) => failure,
        other => panic!("no failure but {other:?}: {:?}", judgement.checks),
    }
}

fn detail<'a>(judgement: &'a Judgement, name: &str) -> &'a str {
    let check = judgement.checks.iter().find(|check| check.name == name);
    &check.unwrap().detail
}

#[test]
fn a_whole_export_is_verified_with_every_check_named_in_order() {
    let judgement = judged_fixture("v7-routerboard.rsc", &known());
    assert_eq!(judgement.ruling, Ruling::Verified);
    let names: Vec<&str> = judgement
        .checks
        .iter()
        .map(|check| check.name.as_str())
        .collect();
    let expected = [
        "closed_normally",
        "sentinel",
        "header",
        "no_cli_error",
        "not_interrupted",
        "last_line_finished",
        "has_menus",
        "no_timeout",
        "error_menus",
        "version",
        "size",
        "identity",
    ];
    assert_eq!(names, expected);
    assert!(!is_in_doubt(&judgement));
    assert_eq!(suspicion(&judgement.checks), None);
}

#[test]
fn whole_exports_of_every_kind_are_verified_for_a_new_device() {
    for name in [
        "v6-routerboard.rsc",
        "v6-chr.rsc",
        "v7-chr-system-id.rsc",
        "v7-chr-software-id.rsc",
        "v7-header-without-id.rsc",
        "v6-header-without-separator.rsc",
        "v7-release-candidate.rsc",
        "v7-lf.rsc",
        "v7-double-cr.rsc",
        "v7-no-final-newline.rsc",
        "v7-bom-and-blank-lines.rsc",
        "v7-status-remarks.rsc",
        "v7-latin1.rsc",
        "v7-script.rsc",
        "v7-long-line.rsc",
        "v7-break-after-equals.rsc",
        "v7-terse.rsc",
    ] {
        let judgement = judged_fixture(name, &Known::default());
        assert_eq!(
            judgement.ruling,
            Ruling::Verified,
            "{name}: {:?}",
            judgement.checks
        );
    }
}

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

#[test]
fn without_a_sentinel_two_equal_exports_below_a_mebibyte_are_proof_enough() {
    let ending = in_order();
    let small = fixture("v7-routerboard.rsc");
    let line = b"add address=192.0.2.7 list=blocked\r\n".repeat(32_000);
    let large = [&small[..], b"/ip firewall address-list\r\n", &line].concat();
    for (export, agrees, ruling) in [
        (&small, Some(true), Ruling::Verified),
        (&small, Some(false), Ruling::Suspect),
        (&small, None, Ruling::Suspect),
        (&large, Some(true), Ruling::Suspect),
    ] {
        let capture = Capture {
            export,
            sentinel: Sentinel::NotAsked,
            ending: &ending,
            agrees_with_second_fetch: agrees,
        };
        let judgement = judge(&capture, &known());
        assert_eq!(
            judgement.ruling,
            ruling,
            "{agrees:?}, {} bytes",
            export.len()
        );
        assert_eq!(is_in_doubt(&judgement), ruling == Ruling::Suspect);
    }
}

#[test]
fn menus_left_out_are_accepted_only_where_they_are_known_or_harmless() {
    let menus = || {
        vec![
            "/interface bridge calea".to_owned(),
            "/ip firewall calea".to_owned(),
        ]
    };
    let fresh = Known {
        last_verified_size_bytes: None,
        ..known()
    };
    let one = vec!["/ip firewall calea".to_owned()];
    for (known, ruling) in [
        (known(), Ruling::Suspect),
        (
            Known {
                accepted_error_menus: menus(),
                ..known()
            },
            Ruling::Verified,
        ),
        (
            Known {
                accepted_error_menus: one.clone(),
                ..known()
            },
            Ruling::Suspect,
        ),
        (fresh.clone(), Ruling::Suspect),
        (
            Known {
                recurring_error_menus: Some(menus()),
                ..fresh.clone()
            },
            Ruling::Verified,
        ),
        (
            Known {
                recurring_error_menus: Some(one),
                ..fresh
            },
            Ruling::Suspect,
        ),
        (
            Known {
                recurring_error_menus: Some(menus()),
                ..known()
            },
            Ruling::Suspect,
        ),
    ] {
        let judgement = judged_fixture("v7-error-exporting-quoted.rsc", &known);
        assert_eq!(judgement.ruling, ruling, "{known:?}");
    }
}

#[test]
fn routerboard_menus_are_harmless_only_without_a_routerboard() {
    let export = fixture("v7-chr-software-id.rsc");
    let with = |has_routerboard| Known {
        has_routerboard,
        ..Known::default()
    };
    assert_eq!(judged(&export, &with(Some(false))).ruling, Ruling::Verified);
    assert_eq!(judged(&export, &with(None)).ruling, Ruling::Verified);
    assert_eq!(judged(&export, &with(Some(true))).ruling, Ruling::Suspect);
    let on_board = [
        &fixture("v7-lf.rsc")[..],
        b"#error exporting \"/system/routerboard\"\n",
    ]
    .concat();
    assert_eq!(judged(&on_board, &with(None)).ruling, Ruling::Suspect);
    let alike = [
        &fixture("v7-lf.rsc")[..],
        b"#error exporting /system/routerboards\n",
    ]
    .concat();
    assert_eq!(judged(&alike, &with(Some(false))).ruling, Ruling::Suspect);
}

#[test]
fn a_menu_that_did_not_answer_makes_the_export_suspect() {
    let judgement = judged_fixture("v7-timeout.rsc", &known());
    assert_eq!(judgement.ruling, Ruling::Suspect);
    assert_eq!(failing(&judgement), ["no_timeout"]);
    let said = "Not answered in time, and left out: /interface wifi, /ip dns static.";
    assert_eq!(suspicion(&judgement.checks).unwrap(), said);
}

#[test]
fn an_export_of_less_than_half_the_last_size_is_suspect() {
    let export = fixture("v7-lf.rsc");
    let size = export.len() as u64;
    let of = |last| Known {
        last_verified_size_bytes: Some(last),
        ..known()
    };
    assert_eq!(judged(&export, &of(size * 2)).ruling, Ruling::Verified);
    let judgement = judged(&export, &of(size * 2 + 1));
    assert_eq!(judgement.ruling, Ruling::Suspect);
    assert!(is_in_doubt(&judgement));
    let known = of(48_213);
    let expected = format!("Size {size} bytes; the last verified one had 48,213.");
    assert_eq!(detail(&judged(&export, &known), "size"), expected);
    assert_eq!(judged(&export, &of(u64::MAX)).ruling, Ruling::Suspect);
}

#[test]
fn another_version_or_another_router_is_suspect_and_no_second_fetch_helps() {
    let version = Some("7.17 (stable)".to_owned());
    let serial = Some("TEST9Z9Z9Z9".to_owned());
    for (known, check) in [
        (
            Known {
                probed_version: version,
                ..known()
            },
            "version",
        ),
        (Known { serial, ..known() }, "identity"),
    ] {
        let judgement = judged_fixture("v7-routerboard.rsc", &known);
        assert_eq!(judgement.ruling, Ruling::Suspect);
        assert_eq!(failing(&judgement), [check]);
        assert!(!is_in_doubt(&judgement));
    }
}

#[test]
fn a_chr_is_known_by_its_system_id() {
    let known = |serial: &str| Known {
        serial: Some(serial.to_owned()),
        ..Known::default()
    };
    let judged = |serial| judged_fixture("v7-chr-system-id.rsc", &known(serial)).ruling;
    assert_eq!(judged("Tst0AbCdEfG"), Ruling::Verified);
    assert_eq!(judged("Tst0OtherId"), Ruling::Suspect);
    let none = judged_fixture("v6-chr.rsc", &known("Tst0AbCdEfG"));
    assert_eq!(failing(&none), ["identity"]);
}

proptest! {
    #[test]
    fn an_export_cut_anywhere_is_never_verified_when_its_end_mark_is_missing(
        lines in configuration(), style in style(), at in any::<prop::sample::Index>(),
    ) {
        let export = render(&lines, &style);
        let cut = &export[..at.index(export.len())];
        let ending = in_order();
        for sentinel in [Sentinel::Missing, Sentinel::NotAsked] {
            let capture = Capture { export: cut, sentinel, ending: &ending, agrees_with_second_fetch: None };
            let judgement = judge(&capture, &Known::default());
            prop_assert_ne!(&judgement.ruling, &Ruling::Verified);
            prop_assert!(sentinel == Sentinel::NotAsked || matches!(judgement.ruling, Ruling::Failed(_)));
        }
    }

    #[test]
    fn no_bytes_make_the_judgement_panic_or_come_without_a_check(
        export in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        let judgement = judged(&export, &Known::default());
        prop_assert_eq!(judgement.checks.len(), 12);
        prop_assert!(judgement.checks.iter().all(|check| check.detail.ends_with('.')));
    }
}
