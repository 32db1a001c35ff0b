//! Lines of two texts and the operations that lead from the one to the other.
//!
//! The lines are cut here and not by the library: it takes a bare CR for a line end, which in
//! router text it is not.

use std::ops::Range;

use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices, group_diff_ops};

use super::CONTEXT_LINES;

/// How many lines of both texts together are searched for what they share: some 15 MB of
/// configuration. A hostile router can make the search of so many take a second; beyond it, what
/// lies between the common beginning and end is shown as one change.
const MAX_SEARCHED_LINES: usize = 400_000;

/// The old or the new text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Old,
    New,
}

/// The lines of both texts, without their line ends.
pub(super) struct Lines<'a> {
    pub old: Vec<&'a [u8]>,
    pub new: Vec<&'a [u8]>,
}

impl<'a> Lines<'a> {
    /// Cuts two comparison forms into lines.
    pub fn of(old: &'a [u8], new: &'a [u8]) -> Self {
        Self {
            old: cut(old),
            new: cut(new),
        }
    }
}

fn cut(form: &[u8]) -> Vec<&[u8]> {
    let mut start = 0;
    memchr::memchr_iter(b'\n', form)
        .map(|end| {
            let line = &form[start..end];
            start = end + 1;
            line
        })
        .collect()
}

/// A run of lines that are equal, or stand in each other's place. Indexes from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Op {
    pub old: Range<usize>,
    pub new: Range<usize>,
    pub equal: bool,
}

impl Op {
    /// How many lines of a side the operation takes away or brings.
    pub fn changed_lines(&self, side: Side) -> usize {
        match (self.equal, side) {
            (true, _) => 0,
            (false, Side::Old) => self.old.len(),
            (false, Side::New) => self.new.len(),
        }
    }
}

/// The changes, each group with its context. Empty when nothing differs.
pub(super) fn groups(lines: &Lines<'_>) -> Vec<Vec<Op>> {
    let ops = operations(lines);
    if ops.iter().all(|op| op.tag() == DiffTag::Equal) {
        return Vec::new();
    }
    group_diff_ops(ops, CONTEXT_LINES)
        .iter()
        .map(|group| group.iter().map(op).collect())
        .collect()
}

/// Myers with the search limits of `similar` 3.2 (as in Git): no deadline is needed, so the
/// result does not depend on how busy the machine is.
fn operations(lines: &Lines<'_>) -> Vec<DiffOp> {
    if lines.old.len() + lines.new.len() > MAX_SEARCHED_LINES {
        return one_replacement(lines);
    }
    capture_diff_slices(Algorithm::Myers, &lines.old, &lines.new)
}

/// Everything between the common beginning and the common end as one change.
fn one_replacement(Lines { old, new }: &Lines<'_>) -> Vec<DiffOp> {
    let same = |(old, new): &(&&[u8], &&[u8])| old == new;
    let before = old.iter().zip(new).take_while(same).count();
    let (old_rest, new_rest) = (&old[before..], &new[before..]);
    let behind = old_rest
        .iter()
        .rev()
        .zip(new_rest.iter().rev())
        .take_while(same)
        .count();
    let equal = |old_index, new_index, len| DiffOp::Equal {
        old_index,
        new_index,
        len,
    };
    let change = DiffOp::Replace {
        old_index: before,
        old_len: old_rest.len() - behind,
        new_index: before,
        new_len: new_rest.len() - behind,
    };
    let ops = [
        equal(0, 0, before),
        change,
        equal(old.len() - behind, new.len() - behind, behind),
    ];
    let is_empty = |op: &DiffOp| op.old_range().is_empty() && op.new_range().is_empty();
    ops.into_iter().filter(|op| !is_empty(op)).collect()
}

fn op(op: &DiffOp) -> Op {
    Op {
        old: op.old_range(),
        new: op.new_range(),
        equal: op.tag() == DiffTag::Equal,
    }
}

/// The range of one side that a group covers.
pub(super) fn span(group: &[Op], side: Side) -> Range<usize> {
    let of = |op: &Op| match side {
        Side::Old => op.old.clone(),
        Side::New => op.new.clone(),
    };
    match (group.first(), group.last()) {
        (Some(first), Some(last)) => of(first).start..of(last).end,
        _ => 0..0,
    }
}

/// Tells in which menu a line stands; asked in ascending order, it looks at each line once.
pub(super) struct Menus<'a> {
    lines: &'a [&'a [u8]],
    looked_to: usize,
    current: Option<&'a [u8]>,
}

impl<'a> Menus<'a> {
    pub fn of(lines: &'a [&'a [u8]]) -> Self {
        Self {
            lines,
            looked_to: 0,
            current: None,
        }
    }

    /// The menu in which line `at` stands. `None` when it is a heading itself, or above the first.
    pub fn before(&mut self, at: usize) -> Option<&'a [u8]> {
        let is_heading = |line: &&&[u8]| line.starts_with(b"/");
        if self.lines.get(at).as_ref().is_some_and(is_heading) {
            return None;
        }
        let passed = self.lines.get(self.looked_to..at).unwrap_or_default();
        self.looked_to = self.looked_to.max(at);
        let last = passed.iter().rev().find(is_heading).copied();
        self.current = last.or(self.current);
        self.current
    }
}
