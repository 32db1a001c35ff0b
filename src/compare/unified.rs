//! The unified diff: what `diff` prints and what patch(1) applies to the comparison form.

use std::ops::Range;

use super::ops::{Lines, Menus, Op, Side, groups, span};
use crate::platform::routeros::text::comparison_form;

/// The unified diff from one export to another, over their comparison forms, with the menu
/// behind each hunk's range. Empty when nothing differs. Exact bytes: not every terminal likes
/// what a hostile router may have sent.
#[must_use]
pub fn unified(old_label: &str, new_label: &str, old: &[u8], new: &[u8]) -> Vec<u8> {
    let (old, new) = (comparison_form(old), comparison_form(new));
    let lines = Lines::of(&old, &new);
    let groups = groups(&lines);
    let mut out = Vec::new();
    if groups.is_empty() {
        return out;
    }
    line(&mut out, b"--- ", one_line(old_label).as_bytes());
    line(&mut out, b"+++ ", one_line(new_label).as_bytes());
    let mut menus = Menus::of(&lines.old);
    for group in &groups {
        let menu = menus.before(span(group, Side::Old).start);
        hunk(&mut out, &lines, group, menu);
    }
    out
}

fn hunk(out: &mut Vec<u8>, lines: &Lines<'_>, group: &[Op], menu: Option<&[u8]>) {
    let (old, new) = (span(group, Side::Old), span(group, Side::New));
    let ranges = format!("@@ -{} +{} @@", hunk_range(&old), hunk_range(&new));
    out.extend_from_slice(ranges.as_bytes());
    if let Some(menu) = menu {
        out.push(b' ');
        out.extend_from_slice(menu);
    }
    out.push(b'\n');
    for op in group {
        if op.equal {
            for text in &lines.old[op.old.clone()] {
                line(out, b" ", text);
            }
            continue;
        }
        for text in &lines.old[op.old.clone()] {
            line(out, b"-", text);
        }
        for text in &lines.new[op.new.clone()] {
            line(out, b"+", text);
        }
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

fn line(out: &mut Vec<u8>, sign: &[u8], text: &[u8]) {
    out.extend_from_slice(sign);
    out.extend_from_slice(text);
    out.push(b'\n');
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
