//! The comparison of lines, with its rows: `db` counts with it how many lines each snapshot
//! changed. What a page shows is [`super::table`].

use std::ops::Range;

use super::inline::{Parts, changed_parts};
use super::ops::{Lines, Menus, Op, Side, groups, span};
use crate::platform::routeros::text::comparison_form;
use crate::visible;

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
    let mut comparison = rows(&lines, &groups, max_rows);
    for op in groups.iter().flatten() {
        comparison.removed += op.changed_lines(Side::Old);
        comparison.added += op.changed_lines(Side::New);
    }
    comparison
}

/// How many bytes of lines are looked into for the parts that differ, over a whole comparison:
/// beyond that the lines are shown as changed, without saying where.
const MAX_INLINE_BYTES: usize = 256 * 1024;

/// Builds the rows, at most `max_rows`; the counts of the result are left at 0.
fn rows(lines: &Lines<'_>, groups: &[Vec<Op>], max_rows: usize) -> Comparison {
    let mut table = Table {
        lines,
        rows: Vec::new(),
        max_rows,
        truncated: false,
        inline_left: MAX_INLINE_BYTES,
    };
    let mut menus = Menus::of(&lines.new);
    let mut shown_to = 0;
    for group in groups {
        let (old, new) = (span(group, Side::Old), span(group, Side::New));
        table.skip(old.start - shown_to);
        if let Some(menu) = menus.before(new.start) {
            table.push(
                RowKind::Heading,
                (None, None),
                visible::bytes(menu),
                Parts::new(),
            );
        }
        group.iter().for_each(|op| table.op(op));
        shown_to = old.end;
        if table.truncated {
            break;
        }
    }
    if !groups.is_empty() {
        table.skip(lines.old.len() - shown_to);
    }
    Comparison {
        rows: table.rows,
        truncated: table.truncated,
        ..Comparison::default()
    }
}

/// The rows while they are being written.
struct Table<'a> {
    lines: &'a Lines<'a>,
    rows: Vec<Row>,
    max_rows: usize,
    truncated: bool,
    /// How many bytes may still be looked into for parts of lines.
    inline_left: usize,
}

impl Table<'_> {
    fn skip(&mut self, lines: usize) {
        if lines > 0 {
            self.push(
                RowKind::Skipped(lines),
                (None, None),
                String::new(),
                Parts::new(),
            );
        }
    }

    fn op(&mut self, op: &Op) {
        if op.equal {
            for (old, new) in op.old.clone().zip(op.new.clone()) {
                let text = self.old_text(old);
                self.push(RowKind::Context, (Some(old), Some(new)), text, Parts::new());
            }
            return;
        }
        // Lines that stand in each other's place are paired in order.
        let mut new_parts = Vec::new();
        for (at, old) in op.old.clone().enumerate() {
            if self.is_full() {
                break;
            }
            let text = self.old_text(old);
            let (old_part, new_part) = match op.new.clone().nth(at) {
                Some(new) => self.parts(&text, new),
                None => (Parts::new(), Parts::new()),
            };
            new_parts.push(new_part);
            self.push(RowKind::Removed, (Some(old), None), text, old_part);
        }
        let mut new_parts = new_parts.into_iter();
        for new in op.new.clone() {
            if self.is_full() {
                break;
            }
            let text = self.new_text(new);
            let parts = new_parts.next().unwrap_or_default();
            self.push(RowKind::Added, (None, Some(new)), text, parts);
        }
    }

    /// The parts that differ between an old line and the new one in its place.
    fn parts(&mut self, old: &str, new_at: usize) -> (Parts, Parts) {
        let new = self.new_text(new_at);
        let Some(left) = self.inline_left.checked_sub(old.len() + new.len()) else {
            return (Parts::new(), Parts::new());
        };
        self.inline_left = left;
        changed_parts(old, &new)
    }

    /// Whether no row fits any more; asked only when there is another one.
    fn is_full(&mut self) -> bool {
        self.truncated |= self.rows.len() >= self.max_rows;
        self.truncated
    }

    fn old_text(&self, at: usize) -> String {
        visible::bytes(self.lines.old[at])
    }

    fn new_text(&self, at: usize) -> String {
        visible::bytes(self.lines.new[at])
    }

    /// Adds a row unless the table is full; `at` counts lines from 0.
    fn push(
        &mut self,
        kind: RowKind,
        at: (Option<usize>, Option<usize>),
        text: String,
        changed: Parts,
    ) {
        if self.is_full() {
            return;
        }
        self.rows.push(Row {
            kind,
            old_line: at.0.map(|at| at + 1),
            new_line: at.1.map(|at| at + 1),
            text,
            changed,
        });
    }
}
