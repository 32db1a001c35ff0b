//! Exports made to be expensive: what is looked at and what is shown stays bounded.

use super::draw::{compared, drawn};
use crate::compare::table::{MAX_ROWS, Row};
use crate::platform::routeros::text::Tone;

#[test]
fn a_long_value_is_cut_around_what_differs() {
    let item = |word: &str| {
        let filler = "0123456789 ".repeat(2_000);
        format!("/system script\nadd name=s source=\"{filler}{word}{filler}\"\n")
    };
    let table = compared(&item("here"), &item("there"));
    let Row::Item(row) = &table.rows[1] else {
        panic!("no item")
    };
    let text = row.cells[1].text.as_ref().unwrap();
    let shown: usize = text.pieces.iter().map(|piece| piece.text.len()).sum();
    assert!(shown < 4_500, "{shown}");
    let line = drawn(&table)[1].clone();
    assert!(
        line.contains("{there0123456789}") || line.contains("{there}"),
        "{line}"
    );
    assert_eq!(
        text.hidden_bytes,
        item("there").lines().nth(1).unwrap().len() - shown_bytes(text)
    );
}

/// How many bytes of the line a cell shows.
fn shown_bytes(text: &crate::compare::table::CellText) -> usize {
    let pieces = text
        .pieces
        .iter()
        .filter(|piece| piece.tone != Tone::Continuation);
    pieces.map(|piece| piece.text.len()).sum()
}

#[test]
fn a_difference_beyond_what_is_shown_is_said_to_be_there() {
    let item = |word: &str| {
        format!(
            "/system note\nset note=\"{}\"\n",
            format!("{word} b c d e f ").repeat(3_000)
        )
    };
    let table = compared(&item("one"), &item("two"));
    let Row::Item(row) = &table.rows[1] else {
        panic!("no item")
    };
    let text = row.cells[1].text.as_ref().unwrap();
    assert!(text.pieces.iter().any(|piece| piece.is_changed));
    assert!(text.hidden_bytes > 30_000);
}

#[test]
fn thousands_of_equal_lines_are_compared() {
    let lines = |count| format!("/ip pool\n{}", "add name=a\n".repeat(count));
    let table = compared(&lines(20_000), &lines(20_010));
    assert_eq!(table.steps[0].sentence(), "ip pool: 10 added");
}

#[test]
fn thousands_of_different_lines_are_compared_and_the_rows_have_an_end() {
    let lines = |from: usize| -> String {
        let items =
            (from..from + 8_000).map(|at| format!("add address=192.0.2.{at} list=l{}\n", at % 7));
        format!("/ip firewall address-list\n{}", items.collect::<String>())
    };
    let table = compared(&lines(0), &lines(100_000));
    assert_eq!(
        table.steps[0].sentence(),
        "ip firewall address-list: 8000 added, 8000 removed"
    );
    assert_eq!((table.rows.len(), table.truncated), (MAX_ROWS, true));
}

#[test]
fn a_line_of_a_megabyte_is_compared() {
    let line = |word: &str| format!("/x\nadd {}\n", format!("a={word} b ").repeat(100_000));
    let table = compared(&line("1"), &line("2"));
    assert_eq!(table.differences, 1);
    assert!(format!("{table:?}").len() < 1_000_000);
}

#[test]
fn lines_beyond_what_is_compared_are_counted_and_never_called_equal() {
    let export = "a\n".repeat(300_100);
    let table = compared(&export, &export);
    assert_eq!((table.left_out, table.differences), (200, 0));
    assert!(!table.is_identical());
}
