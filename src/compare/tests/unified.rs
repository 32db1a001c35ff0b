//! The unified diff can be applied, whatever it was made from.

use proptest::prelude::*;

use crate::compare::{ChangedLines, changed_lines, unified};
use crate::platform::routeros::text::comparison_form;
use crate::platform::routeros::text::tests::samples::{
    configuration, fixture, noise, plain, render, style,
};

/// What patch(1) does, without its tolerance: every context and removed line must fit.
fn apply(diff: &[u8], old: &[u8]) -> Vec<u8> {
    let old: Vec<&[u8]> = old.split_inclusive(|&byte| byte == b'\n').collect();
    let (mut out, mut at) = (Vec::new(), 0);
    for line in diff.split_inclusive(|&byte| byte == b'\n').skip(2) {
        match line[0] {
            b'@' => {
                let text = String::from_utf8_lossy(line);
                let range = text
                    .split(' ')
                    .nth(1)
                    .unwrap()
                    .trim_start_matches('-')
                    .to_owned();
                let (first, count) = range.split_once(',').unwrap_or((&range, "1"));
                let first: usize = first.parse().unwrap();
                let start = if count == "0" { first } else { first - 1 };
                out.extend(old[at..start].concat());
                at = start;
            }
            b'+' => out.extend_from_slice(&line[1..]),
            sign => {
                assert_eq!(&line[1..], old[at]);
                if sign == b' ' {
                    out.extend_from_slice(old[at]);
                }
                at += 1;
            }
        }
    }
    out.extend(old[at..].concat());
    out
}

#[test]
fn exports_that_differ_in_noise_only_have_no_diff() {
    let old = fixture("v7-routerboard.rsc");
    for name in [
        "v7-status-remarks.rsc",
        "v7-unwrapped.rsc",
        "v7-later-time.rsc",
    ] {
        assert!(unified("a", "b", &old, &fixture(name)).is_empty(), "{name}");
    }
}

#[test]
fn everything_is_added_to_an_export_that_was_empty() {
    let export = fixture("v7-lf.rsc");
    assert!(unified("a", "b", b"", &export).starts_with(b"--- a\n+++ b\n@@ -0,0 +1,18 @@\n"));
}

#[test]
fn texts_too_large_to_search_still_give_a_diff_that_fits() {
    let lines = |from: usize, to: usize| -> String {
        (from..to)
            .map(|at| format!("add a={}\n", at % 1_000))
            .collect()
    };
    let text = |middle: &str| format!("/a\n{middle}/z\nset b=1\n").into_bytes();
    let (old, new) = (text(&lines(0, 220_000)), text(&lines(7, 220_000)));
    assert_eq!(apply(&unified("a", "b", &old, &new), &old), new);
}

#[test]
fn a_label_can_not_add_lines_to_the_diff() {
    let diff = unified("a\n+++ x", "b", b"/a\n", b"/b\n");
    assert_eq!(diff, b"--- a +++ x\n+++ b\n@@ -1 +1 @@\n-/a\n+/b\n");
}

proptest! {
    #[test]
    fn the_unified_diff_applied_to_the_old_form_gives_the_new_one(
        old in configuration(), new in configuration(), style in style(), kept in 0..40_usize,
    ) {
        // The second shares a part with the first, as two revisions do.
        let new: Vec<String> = old.iter().take(kept).cloned().chain(new).chain(old.iter().skip(kept + 2).cloned()).collect();
        let (old, new) = (render(&old, &plain()), render(&new, &style));
        let diff = unified("old", "new", &old, &new);
        prop_assert_eq!(apply(&diff, &comparison_form(&old)), comparison_form(&new));
    }

    #[test]
    fn any_two_texts_have_a_diff_that_can_be_applied(old in noise(), new in noise()) {
        let diff = unified("old", "new", &old, &new);
        prop_assert_eq!(apply(&diff, &comparison_form(&old)), comparison_form(&new));
        let lines = |sign: u8| {
            let lines = diff.split_inclusive(|&byte| byte == b'\n').skip(2);
            lines.filter(|line| line[0] == sign).count()
        };
        let counted = ChangedLines { added: lines(b'+'), removed: lines(b'-') };
        prop_assert_eq!(changed_lines(&old, &new), counted);
    }
}
