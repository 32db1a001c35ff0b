//! The rows of the table, from the groups of changes.

use super::inline::{Parts, changed_parts};
use super::ops::{Lines, Menus, Op, Side, span};
use super::{Comparison, Row, RowKind};
use crate::visible;

/// How many bytes of lines are looked into for the parts that differ, over a whole comparison:
/// beyond that the lines are shown as changed, without saying where.
const MAX_INLINE_BYTES: usize = 256 * 1024;

/// Builds the rows, at most `max_rows`; the counts of the result are left at 0.
pub(super) fn rows(lines: &Lines<'_>, groups: &[Vec<Op>], max_rows: usize) -> Comparison {
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
