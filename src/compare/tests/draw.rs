//! A table as text, so that a test reads like what it expects.

use crate::compare::table;
use crate::compare::table::{Cell, Change, Options, Row, Table};

/// Two exports compared as a page compares them when nothing else is said.
pub(super) fn compared(old: &str, new: &str) -> Table {
    table(&[old.as_bytes(), new.as_bytes()], &Options::default())
}

/// The rows: sign and text of each cell, what differs in `{}`; columns by ` | `.
pub(super) fn drawn(table: &Table) -> Vec<String> {
    table.rows.iter().map(row).collect()
}

fn row(row: &Row) -> String {
    match row {
        Row::Menu(menu) => match menu.fold {
            Some(fold) => format!("[{}] ... {}", menu.path, fold.items),
            None => format!("[{}]", menu.path),
        },
        Row::Fold(fold) => format!("... {}", fold.items),
        Row::Item(item) => {
            let cells: Vec<String> = item.cells.iter().map(cell).collect();
            cells.join(" | ")
        }
    }
}

fn cell(cell: &Cell) -> String {
    let sign = match cell.change {
        Change::Equal => "=",
        Change::Changed => "~",
        Change::Added => "+",
        Change::Removed => "-",
        Change::Moved => "<",
        Change::MovedAway => ">",
        Change::Absent => ".",
    };
    let elsewhere = cell
        .elsewhere
        .map_or(String::new(), |line| line.to_string());
    let text = cell.text.as_ref().map_or(String::new(), |text| {
        let pieces = text.pieces.iter().map(|piece| {
            if piece.is_changed {
                format!("{{{}}}", piece.text)
            } else {
                piece.text.clone()
            }
        });
        format!(" {} {}", text.line, pieces.collect::<String>())
    });
    format!("{sign}{elsewhere}{text}")
}
