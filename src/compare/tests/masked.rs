//! A secret is in no masked output, not even its length, and yet its change is.

use proptest::prelude::*;

use super::draw::{compared, drawn};
use crate::compare::table::{Open, Options, Row, Table};
use crate::compare::{table, unified_steps};
use crate::platform::routeros::text::MASK;

/// An export that holds a secret in many places: as an attribute, in a script, in a comment that
/// repeats it, in a value so long that it is cut, in a URL, and where no command stands.
fn planted(secret: &str, other: &str) -> String {
    format!(
        "/odd menu password={secret}\n\
         /ppp secret\nadd name=a password={secret} service=l2tp\n\
         /system script\nadd name=s source=\":local password \\\"{secret}\\\"\\r\\n:log info {other}\"\n\
         add name=long source=\"{} password={secret} {} {other}\"\n\
         /ip dns\nset servers=192.0.2.53\n\
         /tool fetch\nadd comment=\"was {secret}, {other}\" url=\"https://user:{secret}@example.net/\"\n",
        "x y ".repeat(600),
        "z w ".repeat(600),
    )
}

fn masked(old: &str, new: &str) -> Table {
    let options = Options {
        open: Open::All,
        ..Options::default()
    };
    table(&[old.as_bytes(), new.as_bytes()], &options)
}

fn masked_diff(exports: &[&str]) -> String {
    let columns: Vec<(&str, &[u8])> = ["a", "b", "c"]
        .into_iter()
        .zip(exports.iter().map(|export| export.as_bytes()))
        .collect();
    String::from_utf8(unified_steps(&columns, true)).unwrap()
}

fn secret() -> impl Strategy<Value = String> {
    "[A-Za-z0-9]{4,60}".prop_map(|tail| format!("Zq{tail}9"))
}

#[test]
fn a_secret_that_differs_is_marked_and_masked_on_both_sides() {
    let export = |password| format!("/ppp secret\nadd name=a password={password} service=l2tp\n");
    let table = compared(&export("hunter22"), &export("correct-horse"));
    let row = format!(
        "= 2 add name=a password={{{MASK}}} service=l2tp | ~ 2 add name=a password={{{MASK}}} service=l2tp"
    );
    assert_eq!(drawn(&table)[1], row);
    let Row::Item(item) = &table.rows[1] else {
        panic!("no item")
    };
    for cell in &item.cells {
        let pieces = &cell.text.as_ref().unwrap().pieces;
        assert_eq!(
            pieces
                .iter()
                .filter(|piece| piece.is_secret && piece.is_changed)
                .count(),
            1
        );
    }
    let shown = self::table(
        &[export("hunter22").as_bytes(), export("hunter22").as_bytes()],
        &Options {
            mask: false,
            open: Open::All,
            ..Options::default()
        },
    );
    assert!(drawn(&shown)[1].contains("hunter22"));
}

#[test]
fn the_masked_diff_shows_a_changed_secret_as_a_changed_line() {
    let export = |password| format!("/ppp secret\nadd name=a password={password}\n");
    let diff = masked_diff(&[&export("hunter22"), &export("hunter23")]);
    assert_eq!(
        diff,
        format!(
            "--- a\n+++ b\n@@ -1,2 +1,2 @@\n /ppp secret\n-add name=a password={MASK}\n+add name=a password={MASK}\n"
        )
    );
}

#[test]
fn a_secret_of_one_export_is_hidden_in_the_other_too() {
    let old = "/ppp secret\nadd name=a password=hunter2222\n";
    let new = "/ppp secret\nadd comment=\"no longer hunter2222\" name=a\n";
    let table = masked(old, new);
    assert!(!format!("{table:?}").contains("hunter2222"));
    assert!(!masked_diff(&[old, new]).contains("hunter2222"));
}

#[test]
fn a_secret_of_one_export_is_hidden_in_steps_between_others_too() {
    let account = "/ppp secret\nadd name=a password=hunter2222\n";
    let noted = "/ip dns\nset servers=192.0.2.53 comment=\"was hunter2222\"\n";
    let moved = noted.replace("2.53", "2.54");
    for exports in [[account, noted, &moved], [noted, &moved, account]] {
        let diff = masked_diff(&exports);
        assert!(diff.contains("servers=192.0.2.54"));
        assert!(!diff.contains("hunter2222"), "{diff}");
    }
}

proptest! {
    #[test]
    fn nothing_of_a_secret_is_in_the_masked_output(
        first in [secret(), secret()], second in [secret(), secret()], other in "[a-z]{1,6}",
    ) {
        prop_assume!(first[0] != first[1] && second[0] != second[1]);
        let compare = |[old, new]: &[String; 2]| {
            let (old, new) = (planted(old, "same"), planted(new, &other));
            (masked(&old, &new), masked_diff(&[&old, &new]))
        };
        let (one, two) = (compare(&first), compare(&second));
        let output = format!("{one:?}{two:?}");
        for secret in first.iter().chain(&second) {
            prop_assert!(!output.contains(secret));
        }
        // Whatever the secrets are, the output is the same.
        prop_assert_eq!(&one, &two);
        let is_shown = |row: &Row| match row {
            Row::Item(item) => item.cells.iter().flat_map(|cell| &cell.text).any(|text| {
                text.pieces.iter().any(|piece| piece.is_secret && piece.is_changed)
            }),
            _ => false,
        };
        prop_assert!(one.0.rows.iter().filter(|row| is_shown(row)).count() >= 3);
    }
}
