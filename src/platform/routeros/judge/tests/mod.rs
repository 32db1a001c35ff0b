//! Tests of the judgement: each check by name, the ruling it leads to, and what is said.
#![allow(clippy::unwrap_used, reason = "a test stops where it is surprised")]

mod failed;
mod suspect;

use proptest::prelude::*;

use super::{Capture, Ending, Judgement, Known, Ruling, Sentinel, is_in_doubt, judge, suspicion};
use crate::model::Failure;
use crate::platform::routeros::text::tests::samples::{configuration, fixture, render, style};

fn in_order() -> Ending {
    Ending {
        exit_status: Some(0),
        exit_signal: None,
        closed: true,
        stderr_bytes: 0,
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
        "only_configuration",
        "no_timeout",
        "error_menus",
        "version",
        "size",
        "identity",
        "secrets",
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
        prop_assert_eq!(judgement.checks.len(), 14);
        prop_assert!(judgement.checks.iter().all(|check| check.detail.ends_with('.')));
    }
}
