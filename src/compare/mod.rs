//! The comparison of two exports: what a page shows and what a unified diff says.
//!
//! It works on the comparison forms, so it shows configuration that changed and nothing that
//! merely differs from run to run; line numbers are those of the comparison forms, the same as
//! in the unified diff. It is pure, and the same two texts always give the same result: the
//! worst case is bounded by the search limits of the algorithm and not by a clock.

mod build;
mod columns;
mod configuration;
mod grid;
mod inline;
mod item;
mod marks;
mod mask;
mod ops;
mod order;
mod pair;
mod pieces;
mod rows;
mod summary;
pub mod table;
#[cfg(test)]
mod tests;
mod unified;
mod words;

use std::ops::Range;

pub use build::table;
pub use table::{
    Cell, Change, ItemRow, MAX_COLUMNS, MenuRow, Open, Options, Row as TableRow, Table, Tone,
};
pub use unified::{unified, unified_masked};

use ops::{Lines, Side, groups};

use crate::platform::routeros::text::comparison_form;

/// How many unchanged lines are shown before and after a change.
const CONTEXT_LINES: usize = 3;

/// How many rows a comparison has at most: what a browser can still show as a table.
pub const MAX_ROWS: usize = 5_000;

/// What differs between two exports, ready for a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// The rows from top to bottom: each change with three lines around it, and the rest folded.
    /// Empty when nothing differs.
    pub rows: Vec<Row>,
    /// How many lines only the new export has, those beyond the last row included.
    pub added: usize,
    /// How many lines only the old export has, those beyond the last row included.
    pub removed: usize,
    /// Whether rows were left out at the end because there are too many.
    pub truncated: bool,
}

impl Comparison {
    /// Whether the two exports have the same configuration.
    #[must_use]
    pub fn is_identical(&self) -> bool {
        self.added == 0 && self.removed == 0
    }
}

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What the row is.
    pub kind: RowKind,
    /// Line number in the old comparison form, from 1. `None` for a line that it does not have,
    /// and for rows that are no lines.
    pub old_line: Option<usize>,
    /// The same in the new comparison form.
    pub new_line: Option<usize>,
    /// The line without its line end, the menu of a heading, or nothing for a fold. Bytes that
    /// are not UTF-8, and characters that are invisible or change the direction of writing, are
    /// shown as `<E9>` or `<U+202E>`: it still has to be escaped for HTML, but needs no other
    /// care.
    pub text: String,
    /// The parts of `text` that differ from the line it stands for, as byte ranges in order, on
    /// character boundaries. Empty when the row is not one of a pair, or when the two have too
    /// little in common for parts to help.
    pub changed: Vec<Range<usize>>,
}

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// The menu in which the lines below stand, when its own line is not shown.
    Heading,
    /// A line that both have.
    Context,
    /// A line that only the old export has.
    Removed,
    /// A line that only the new export has.
    Added,
    /// So many equal lines are not shown here.
    Skipped(usize),
}

/// Compares two exports; at most [`MAX_ROWS`] rows.
#[must_use]
pub fn compare(old: &[u8], new: &[u8]) -> Comparison {
    compare_at_most(old, new, MAX_ROWS)
}

/// Compares two exports and gives at most `max_rows` rows; the counts are whole in any case.
#[must_use]
pub fn compare_at_most(old: &[u8], new: &[u8], max_rows: usize) -> Comparison {
    let (old, new) = (comparison_form(old), comparison_form(new));
    let lines = Lines::of(&old, &new);
    let groups = groups(&lines);
    let mut comparison = rows::rows(&lines, &groups, max_rows);
    for op in groups.iter().flatten() {
        comparison.removed += op.changed_lines(Side::Old);
        comparison.added += op.changed_lines(Side::New);
    }
    comparison
}
