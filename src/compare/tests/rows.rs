//! The comparison of lines as a table: its rows and counts.

use proptest::prelude::*;

use crate::compare::{Comparison, Row, RowKind, compare, compare_at_most, unified};
use crate::platform::routeros::text::comparison_form;
use crate::platform::routeros::text::tests::samples::{
    configuration, fixture, noise, plain, render,
};

/// The rows as a unified diff shows them, with the line numbers in front.
fn drawn(comparison: &Comparison) -> Vec<String> {
    let number = |line: Option<usize>| line.map_or("-".to_owned(), |line| line.to_string());
    let draw = |row: &Row| {
        let sign = match row.kind {
            RowKind::Heading => return format!("[{}]", row.text),
            RowKind::Skipped(lines) => return format!("... {lines}"),
            RowKind::Context => ' ',
            RowKind::Removed => '-',
            RowKind::Added => '+',
        };
        format!(
            "{} {} {sign}{}",
            number(row.old_line),
            number(row.new_line),
            row.text
        )
    };
    comparison.rows.iter().map(draw).collect()
}

fn edited(name: &str, from: &str, to: &str) -> (Vec<u8>, Vec<u8>) {
    let old = fixture(name);
    let text = String::from_utf8(old.clone()).unwrap();
    assert!(text.contains(from), "{from}");
    (old, text.replace(from, to).into_bytes())
}

#[test]
fn a_changed_line_stands_in_its_menu_with_three_lines_around_it() {
    let (old, new) = edited(
        "v7-lf.rsc",
        "in-interface-list=!LAN",
        "in-interface-list=WAN",
    );
    let comparison = compare(&old, &new);
    assert_eq!(
        (comparison.added, comparison.removed, comparison.truncated),
        (1, 1, false)
    );
    let drop = "add action=drop chain=input comment=\"defconf: drop all not coming from LAN\"";
    let accept = "add action=accept chain=input comment=\"defconf: accept \
        established,related,untracked\" connection-state=established,related,untracked";
    let expected = [
        "... 10".to_owned(),
        "[/ip address]".to_owned(),
        "11 11  add address=192.0.2.1/24 comment=defconf interface=bridge network=192.0.2.0"
            .to_owned(),
        "12 12  /ip firewall filter".to_owned(),
        format!("13 13  {accept}"),
        format!("14 - -{drop} in-interface-list=!LAN"),
        format!("- 14 +{drop} in-interface-list=WAN"),
        "15 15  /system identity".to_owned(),
        "16 16  set name=\"Branch office 1\"".to_owned(),
        "17 17  /tool mac-server".to_owned(),
        "... 1".to_owned(),
    ];
    assert_eq!(drawn(&comparison), expected);
    let row = &comparison.rows[5];
    let parts: Vec<&str> = row
        .changed
        .iter()
        .map(|part| &row.text[part.clone()])
        .collect();
    assert_eq!(parts, ["!LAN"]);
}

#[test]
fn a_hunk_that_begins_with_its_heading_has_no_second_one() {
    let comparison = compare(b"/ip address\nadd a=1\n", b"/ip address\nadd a=2\n");
    assert_eq!(
        drawn(&comparison),
        ["1 1  /ip address", "2 - -add a=1", "- 2 +add a=2"]
    );
}

#[test]
fn a_new_version_shows_beside_the_changes() {
    let (old, new) = edited("v7-lf.rsc", "RouterOS 7.16.2", "RouterOS 7.17");
    let rows = drawn(&compare(&old, &new));
    assert_eq!(
        rows[..2],
        ["1 - -# by RouterOS 7.16.2", "- 1 +# by RouterOS 7.17"]
    );
}

#[test]
fn rows_beyond_the_cap_are_left_out_and_the_counts_stay_whole() {
    let lines = |value: &str| format!("/ip address\n{}", format!("add a={value}\n").repeat(500));
    let (old, new) = (lines("1"), lines("2"));
    let comparison = compare_at_most(old.as_bytes(), new.as_bytes(), 100);
    assert_eq!(comparison.rows.len(), 100);
    assert!(comparison.truncated);
    assert_eq!((comparison.added, comparison.removed), (500, 500));
    let whole = compare_at_most(old.as_bytes(), new.as_bytes(), 1_001);
    assert_eq!((whole.rows.len(), whole.truncated), (1_001, false));
}

proptest! {
    #[test]
    fn any_two_texts_can_be_compared_and_the_rows_agree_with_the_diff(old in noise(), new in noise()) {
        let diff = unified("old", "new", &old, &new);
        let comparison = compare(&old, &new);
        prop_assert_eq!(comparison.is_identical(), diff.is_empty());
        let rows = |kind| comparison.rows.iter().filter(|row| row.kind == kind).count();
        prop_assert_eq!((rows(RowKind::Added), rows(RowKind::Removed)), (comparison.added, comparison.removed));
        for row in &comparison.rows {
            prop_assert!(row.changed.iter().all(|part| row.text.get(part.clone()).is_some()));
        }
    }

    #[test]
    fn the_folds_and_lines_of_the_rows_add_up_to_both_texts(old in configuration(), new in configuration()) {
        let (old, new) = (render(&old, &plain()), render(&new, &plain()));
        let comparison = compare(&old, &new);
        let count = |of: fn(&Row) -> usize| comparison.rows.iter().map(of).sum::<usize>();
        let skipped = count(|row| if let RowKind::Skipped(lines) = row.kind { lines } else { 0 });
        let lines = |export: &[u8]| memchr::memchr_iter(b'\n', &comparison_form(export)).count();
        if !comparison.is_identical() {
            prop_assert_eq!(skipped + count(|row| usize::from(row.old_line.is_some())), lines(&old));
            prop_assert_eq!(skipped + count(|row| usize::from(row.new_line.is_some())), lines(&new));
        }
    }
}
