//! The unified diff: what `diff` prints and what patch(1) applies to the comparison form.

use std::ops::Range;

use super::mask::Mask;
use super::ops::{Lines, Menus, Op, Side, groups, span};
use crate::platform::routeros::text::comparison_form;

/// How many lines of the comparison form two exports do not share.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChangedLines {
    /// Only in the new one.
    pub added: usize,
    /// Only in the old one.
    pub removed: usize,
}

/// Counts the lines that the unified diff adds and removes, without writing it.
#[must_use]
pub fn changed_lines(old: &[u8], new: &[u8]) -> ChangedLines {
    let (old, new) = (comparison_form(old), comparison_form(new));
    let mut changed = ChangedLines::default();
    for op in groups(&Lines::of(&old, &new)).iter().flatten() {
        changed.removed += op.changed_lines(Side::Old);
        changed.added += op.changed_lines(Side::New);
    }
    changed
}

/// The unified diff from one export to another, over their comparison forms, with the menu
/// behind each hunk's range. Empty when nothing differs. Exact bytes: not every terminal likes
/// what a hostile router may have sent.
#[must_use]
pub fn unified(old_label: &str, new_label: &str, old: &[u8], new: &[u8]) -> Vec<u8> {
    unified_steps(&[(old_label, old), (new_label, new)], false)
}

/// The unified diffs of each of these labelled exports against the one before, one after the
/// other. With `mask` there is [`MASK`](crate::platform::routeros::text::MASK) in place of each
/// secret, for a ticket: what is secret in one of them is hidden in all, also in those that it is
/// not compared with. A line in which only a secret differs is there as removed and added, and
/// looks the same on both sides.
#[must_use]
pub fn unified_steps(columns: &[(&str, &[u8])], mask: bool) -> Vec<u8> {
    let exports: Vec<&[u8]> = columns.iter().map(|(_, export)| *export).collect();
    let mask = Mask::of(&exports, mask);
    let forms = exports.into_iter().map(comparison_form);
    let forms: Vec<(&str, Vec<u8>)> = columns.iter().map(|(label, _)| *label).zip(forms).collect();
    let mut out = Vec::new();
    for pair in forms.windows(2) {
        write(&pair[0], &pair[1], &mask, &mut out);
    }
    out
}

fn write(
    (old_label, old): &(&str, Vec<u8>),
    (new_label, new): &(&str, Vec<u8>),
    mask: &Mask,
    out: &mut Vec<u8>,
) {
    let lines = Lines::of(old, new);
    let groups = groups(&lines);
    if groups.is_empty() {
        return;
    }
    let mut writer = Writer {
        lines: &lines,
        mask,
        old_menus: Menus::of(&lines.old),
        new_menus: Menus::of(&lines.new),
        out,
    };
    writer.line(b"--- ", one_line(old_label).as_bytes());
    writer.line(b"+++ ", one_line(new_label).as_bytes());
    for group in &groups {
        writer.hunk(group);
    }
}

/// The diff while it is being written.
struct Writer<'a> {
    lines: &'a Lines<'a>,
    mask: &'a Mask,
    old_menus: Menus<'a>,
    new_menus: Menus<'a>,
    out: &'a mut Vec<u8>,
}

impl Writer<'_> {
    fn hunk(&mut self, group: &[Op]) {
        let (old, new) = (span(group, Side::Old), span(group, Side::New));
        let mut ranges = format!("@@ -{} +{} @@", hunk_range(&old), hunk_range(&new)).into_bytes();
        if let Some(menu) = self.old_menus.before(old.start) {
            ranges.push(b' ');
            ranges.extend_from_slice(&self.mask.masked(menu, menu));
        }
        self.line(b"", &ranges);
        for op in group {
            let sign: &[u8] = if op.equal { b" " } else { b"-" };
            for at in op.old.clone() {
                let text = self.lines.old[at];
                let menu = self.old_menus.before(at).unwrap_or(text);
                let text = self.mask.masked(menu, text);
                self.line(sign, &text);
            }
            for at in op.new.clone().filter(|_| !op.equal) {
                let text = self.lines.new[at];
                let menu = self.new_menus.before(at).unwrap_or(text);
                let text = self.mask.masked(menu, text);
                self.line(b"+", &text);
            }
        }
    }

    fn line(&mut self, sign: &[u8], text: &[u8]) {
        self.out.extend_from_slice(sign);
        self.out.extend_from_slice(text);
        self.out.push(b'\n');
    }
}

/// `first,count` from 1; an empty range names the line before it, as POSIX asks.
fn hunk_range(range: &Range<usize>) -> String {
    match range.len() {
        0 => format!("{},0", range.start),
        1 => format!("{}", range.start + 1),
        count => format!("{},{count}", range.start + 1),
    }
}

/// A label without control characters: a line break in it would read as a line of the diff.
fn one_line(label: &str) -> String {
    label
        .chars()
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .collect()
}
