//! What holds for any configurations, however they are written, and for any bytes.

use proptest::prelude::*;

use super::edits::{applied, edited, edits};
use crate::compare::columns::menus;
use crate::compare::configuration::{Configuration, HEADER, Line, NOT_EXPORTED};
use crate::compare::table;
use crate::compare::table::{Change, Open, Options, Row, Table};
use crate::platform::routeros::text::comparison_form;
use crate::platform::routeros::text::tests::samples::{configuration, noise, plain, render, style};
use crate::visible;

/// Everything shown, as it is.
fn everything() -> Options {
    Options {
        mask: false,
        noise: true,
        open: Open::All,
        max_rows: usize::MAX,
    }
}

/// A configuration written as an export in its comparison form.
fn written(configuration: &Configuration<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    for menu in &configuration.menus {
        let heading = (menu.path != HEADER && menu.path != NOT_EXPORTED).then_some(&menu.path[..]);
        for line in heading
            .into_iter()
            .chain(menu.lines.iter().map(|line| &line.text[..]))
        {
            out.extend_from_slice(line);
            out.push(b'\n');
        }
    }
    out
}

/// The old configuration with the difference to the new one applied to it.
fn apply(old: &Configuration<'_>, new: &Configuration<'_>) -> Vec<Vec<u8>> {
    let both = [old.clone(), new.clone()];
    let lines = menus(&both).into_iter().flat_map(|menu| {
        let [old, new] = [0, 1].map(|side| menu.lines[side].iter().collect::<Vec<&Line<'_>>>());
        let applied = applied(&old, &new);
        assert_eq!(applied.len(), new.len());
        applied
    });
    lines.collect()
}

/// The lines of a column in the order in which the difference has its menus.
fn lines_of(old: &Configuration<'_>, new: &Configuration<'_>) -> Vec<Vec<u8>> {
    let both = [old.clone(), new.clone()];
    let lines = menus(&both).into_iter().flat_map(|menu| {
        let texts = menu.lines[1].iter().map(|line| line.text.to_vec());
        texts.collect::<Vec<_>>()
    });
    lines.collect()
}

/// Menu and text of each item that a column shows, from top to bottom.
fn shown(table: &Table, column: usize) -> Vec<(String, usize, String)> {
    let mut menu = "";
    let mut shown = Vec::new();
    for row in &table.rows {
        match row {
            Row::Menu(row) => menu = &row.path,
            Row::Item(row) => {
                if let Some(text) = &row.cells[column].text {
                    let pieces = text.pieces.iter().map(|piece| piece.text.as_str());
                    shown.push((menu.to_owned(), text.line, pieces.collect()));
                }
            }
            Row::Fold(_) => {}
        }
    }
    shown
}

/// What `shown` should be for an export: menus in the order of the table.
fn expected(exports: &[&[u8]], column: usize) -> Vec<(String, usize, String)> {
    let all: Vec<_> = exports
        .iter()
        .map(|export| Configuration::read(export, true, usize::MAX))
        .collect();
    let items = menus(&all).into_iter().flat_map(|menu| {
        let path = visible::bytes(menu.path);
        let lines = menu.lines[column].iter();
        lines
            .map(|line| (path.clone(), line.number, visible::bytes(&line.text)))
            .collect::<Vec<_>>()
    });
    items.collect()
}

/// That rows, numbers of differences and folds fit together.
fn assert_consistent(table: &Table, columns: usize) {
    assert_eq!(table.columns.len(), columns);
    assert_eq!(table.steps.len(), columns - 1);
    let (mut differences, mut folds) = (0, 0);
    for row in &table.rows {
        match row {
            Row::Fold(fold) => folds += usize::from(fold.id == folds + 1),
            Row::Menu(row) => {
                assert_eq!(row.present.len(), columns);
                folds += usize::from(row.fold.is_some_and(|fold| fold.id == folds + 1));
                if let Some(number) = row.difference {
                    differences += 1;
                    assert_eq!(number, differences);
                }
            }
            Row::Item(row) => {
                assert_eq!(row.cells.len(), columns);
                differences += usize::from(row.is_first);
                let is_equal = row.cells.iter().all(|cell| cell.change == Change::Equal);
                assert_eq!(row.difference, (!is_equal).then_some(differences));
            }
        }
    }
    assert_eq!((table.differences, table.folds), (differences, folds));
}

proptest! {
    #[test]
    fn the_difference_applied_to_the_old_configuration_gives_the_new_one(
        lines in configuration(), edits in edits(), style in style(),
    ) {
        let (old, new) = (render(&lines, &plain()), render(&edited(&lines, &edits), &style));
        let old = Configuration::read(&old, false, usize::MAX);
        let new_read = Configuration::read(&new, false, usize::MAX);
        prop_assert_eq!(apply(&old, &new_read), lines_of(&old, &new_read));
        prop_assert_eq!(written(&new_read), comparison_form(&new));
    }

    #[test]
    fn the_difference_between_any_bytes_can_be_applied(old in noise(), new in noise(), kept in noise()) {
        let (old, new) = ([&old[..], &kept].concat(), [&new[..], &kept].concat());
        let (old, new) = (Configuration::read(&old, true, usize::MAX), Configuration::read(&new, true, usize::MAX));
        prop_assert_eq!(apply(&old, &new), lines_of(&old, &new));
    }

    #[test]
    fn each_column_from_top_to_bottom_is_its_export(
        lines in configuration(), edits in prop::collection::vec((edits(), style()), 1..6),
    ) {
        let mut exports = vec![render(&lines, &plain())];
        exports.extend(edits.iter().map(|(edits, style)| render(&edited(&lines, edits), style)));
        let exports: Vec<&[u8]> = exports.iter().map(Vec::as_slice).collect();
        let table = table(&exports, &everything());
        assert_consistent(&table, exports.len());
        for column in 0..exports.len() {
            prop_assert_eq!(shown(&table, column), expected(&exports, column));
        }
    }

    #[test]
    fn any_bytes_can_be_compared_and_are_shown_whole(one in noise(), two in noise(), three in noise()) {
        let exports = [&one[..], &two, &three];
        let whole = table(&exports, &everything());
        assert_consistent(&whole, 3);
        for column in 0..3 {
            prop_assert_eq!(shown(&whole, column), expected(&exports, column));
        }
        assert_consistent(&table(&exports, &Options::default()), 3);
    }

    #[test]
    fn an_unchanged_configuration_has_no_difference_however_it_is_written(
        lines in configuration(), style in style(),
    ) {
        let exports = [render(&lines, &plain()), render(&lines, &style)];
        let exports = [&exports[0][..], &exports[1]];
        let table = table(&exports, &Options::default());
        prop_assert!(table.is_identical());
        prop_assert_eq!((table.differences, table.reordered), (0, 0));
    }

    #[test]
    fn what_is_shown_does_not_change_what_differs(lines in configuration(), edits in edits(), style in style()) {
        let exports = [render(&lines, &plain()), render(&edited(&lines, &edits), &style)];
        let exports = [&exports[0][..], &exports[1]];
        let closed = table(&exports, &Options::default());
        let open = table(&exports, &Options { open: Open::All, mask: false, ..Options::default() });
        prop_assert_eq!(&closed.steps, &open.steps);
        prop_assert_eq!((closed.differences, closed.folds), (open.differences, open.folds));
        let few = table(&exports, &Options { max_rows: 2, ..Options::default() });
        prop_assert_eq!((&few.steps, few.truncated), (&closed.steps, closed.rows.len() > 2));
        prop_assert_eq!(&few.rows[..], &closed.rows[..closed.rows.len().min(2)]);
    }
}
