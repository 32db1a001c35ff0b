//! Random edits to a configuration, and the difference applied to the old one.

use proptest::prelude::*;

use crate::compare::configuration::Line;
use crate::compare::item::parts;
use crate::compare::marks::{PartEdit, part_edits};
use crate::compare::pair::{Step, steps};

/// What somebody does to a line.
#[derive(Debug, Clone)]
pub(super) enum Edit {
    Remove(usize),
    Swap(usize, usize),
    Double(usize),
    Append(usize, &'static str),
    Replace(usize, &'static str, &'static str),
}

/// A few edits.
pub(super) fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let at = || 0..40_usize;
    let edit = prop_oneof![
        at().prop_map(Edit::Remove),
        (at(), at()).prop_map(|(one, other)| Edit::Swap(one, other)),
        at().prop_map(Edit::Double),
        at().prop_map(|line| Edit::Append(line, " disabled=yes")),
        at().prop_map(|line| Edit::Append(line, " comment=\"two words\"")),
        at().prop_map(|line| Edit::Replace(line, "192.0.2.", "198.51.100.")),
        at().prop_map(|line| Edit::Replace(line, "name=", "list=")),
    ];
    prop::collection::vec(edit, 0..8)
}

/// The logical lines after the edits; headings stay as they are.
pub(super) fn edited(lines: &[String], edits: &[Edit]) -> Vec<String> {
    let mut lines = lines.to_vec();
    for edit in edits {
        let is_item = |at: usize| lines.get(at).is_some_and(|line| !line.starts_with('/'));
        match *edit {
            Edit::Remove(at) if is_item(at) => {
                lines.remove(at);
            }
            Edit::Swap(one, other) if is_item(one) && is_item(other) => lines.swap(one, other),
            Edit::Double(at) if is_item(at) => lines.insert(at, lines[at].clone()),
            Edit::Append(at, text) if is_item(at) => lines[at].push_str(text),
            Edit::Replace(at, from, to) if is_item(at) => lines[at] = lines[at].replace(from, to),
            _ => {}
        }
    }
    lines
}

/// The lines that the steps from `old` to `new` make of the old ones: only what a step adds or
/// changes is taken from the new ones. Panics unless every line is named once, the old ones in
/// order.
pub(super) fn applied(old: &[&Line<'_>], new: &[&Line<'_>]) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    let (mut seen, mut left, mut arrived) = (Vec::new(), Vec::new(), Vec::new());
    for step in steps(old, new) {
        match step {
            Step::Both { old: from, new: to } => {
                seen.push(from);
                out.push(item(&old[from].text, &new[to].text));
            }
            Step::MovedFrom { old: from, new: to } => {
                arrived.push((from, to));
                out.push(item(&old[from].text, &new[to].text));
            }
            Step::Added { new: to } => out.push(new[to].text.to_vec()),
            Step::Removed { old: from } => seen.push(from),
            Step::MovedTo { old: from, new: to } => {
                seen.push(from);
                left.push((from, to));
            }
        }
    }
    assert_eq!(seen, (0..old.len()).collect::<Vec<_>>());
    arrived.sort_unstable();
    assert_eq!(left, arrived);
    out
}

/// The line that the edits from `old` to `new` make of the old one.
fn item(old: &[u8], new: &[u8]) -> Vec<u8> {
    let (old_parts, new_parts) = (parts(old), parts(new));
    let (mut out, mut seen) = (Vec::new(), 0);
    for edit in part_edits((old, &old_parts), (new, &new_parts)) {
        match edit {
            PartEdit::Keep { old: at, .. } => {
                assert_eq!(at, seen);
                seen += 1;
                out.extend_from_slice(&old[old_parts[at].range.clone()]);
            }
            PartEdit::Value { old: at, new: to } => {
                assert_eq!(at, seen);
                seen += 1;
                out.extend_from_slice(&new[new_parts[to].range.clone()]);
            }
            PartEdit::Remove { old: at } => {
                assert_eq!(at, seen);
                seen += 1;
            }
            PartEdit::Insert { new: to } => {
                out.extend_from_slice(&new[new_parts[to].range.clone()]);
            }
        }
    }
    assert_eq!(seen, old_parts.len());
    out
}
