//! A line in segments: what each is, whether it differs from the line it stands for, and whether
//! it is secret. Still ranges of the line and no text; `pieces` writes that.

use std::ops::Range;

use similar::{Algorithm, DiffTag, capture_diff_slices};

use super::item::{Part, PartKind, parts};
use super::words::{Ranges, Value, changed_parts};
use crate::platform::routeros::text::{Tone, tone_of_value};

/// How many parts of both lines together are aligned; longer lines are no items.
const MAX_PARTS: usize = 4_000;

/// A line with its parts, and the ranges in it that are secret, in order and not touching.
#[derive(Clone)]
pub(super) struct Marked<'a> {
    pub text: &'a [u8],
    parts: Vec<Part>,
    secrets: Ranges,
}

impl<'a> Marked<'a> {
    pub fn new(text: &'a [u8], secrets: Ranges) -> Self {
        Self {
            text,
            parts: parts(text),
            secrets,
        }
    }

    fn value(&self, part: &Part) -> Value<'_> {
        let range = part.value();
        Value {
            line: self.text,
            start: range.start,
            end: range.end,
            secrets: &self.secrets,
        }
    }
}

/// A part of a line that is shown in one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Segment {
    pub range: Range<usize>,
    pub tone: Tone,
    pub is_changed: bool,
    pub is_secret: bool,
}

/// What leads from the parts of one line to those of another. Together they name every part of
/// both once, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PartEdit {
    /// Both have the part.
    Keep { old: usize, new: usize },
    /// Both have the attribute, with another value.
    Value { old: usize, new: usize },
    /// Only the old line has the part.
    Remove { old: usize },
    /// Only the new line has the part.
    Insert { new: usize },
}

/// The edits from one line's parts to another's; each line comes with its parts.
pub(super) fn part_edits(old: (&[u8], &[Part]), new: (&[u8], &[Part])) -> Vec<PartEdit> {
    let mut edits = Vec::with_capacity(old.1.len() + new.1.len());
    if old.1.len() + new.1.len() > MAX_PARTS {
        edits.extend((0..old.1.len()).map(|old| PartEdit::Remove { old }));
        edits.extend((0..new.1.len()).map(|new| PartEdit::Insert { new }));
        return edits;
    }
    let ops = capture_diff_slices(Algorithm::Myers, &labels(old), &labels(new));
    for op in ops {
        if op.tag() == DiffTag::Equal {
            let pairs = op.old_range().zip(op.new_range());
            edits.extend(pairs.map(|(at, other)| {
                let is_same = old.0[old.1[at].range.clone()] == new.0[new.1[other].range.clone()];
                let (old, new) = (at, other);
                if is_same {
                    PartEdit::Keep { old, new }
                } else {
                    PartEdit::Value { old, new }
                }
            }));
        } else {
            edits.extend(op.old_range().map(|old| PartEdit::Remove { old }));
            edits.extend(op.new_range().map(|new| PartEdit::Insert { new }));
        }
    }
    edits
}

fn labels<'a>((line, parts): (&'a [u8], &[Part])) -> Vec<&'a [u8]> {
    parts.iter().map(|part| label(line, part)).collect()
}

/// What makes two parts the same: the key of an attribute, otherwise the text.
fn label<'a>(line: &'a [u8], part: &Part) -> &'a [u8] {
    part.key(line).unwrap_or(&line[part.range.clone()])
}

/// The segments of `line`, changed where `against` has something else; `left` is how many words
/// may still be looked at.
pub(super) fn segments(
    line: &Marked<'_>,
    against: Option<&Marked<'_>>,
    left: &mut usize,
) -> Vec<Segment> {
    let changed = against.map_or_else(Ranges::new, |against| changed(line, against, left));
    let mut cutter = Cutter {
        changed: &changed,
        secrets: &line.secrets,
        segments: Vec::with_capacity(line.parts.len() * 2),
    };
    for part in &line.parts {
        cutter.part(line.text, part);
    }
    cutter.segments
}

/// The ranges of the line that differ.
fn changed(line: &Marked<'_>, against: &Marked<'_>, left: &mut usize) -> Ranges {
    let mut changed = Ranges::new();
    for edit in part_edits((against.text, &against.parts), (line.text, &line.parts)) {
        match edit {
            PartEdit::Keep { .. } | PartEdit::Remove { .. } => {}
            PartEdit::Insert { new } => changed.push(without_blank(line.text, &line.parts[new])),
            PartEdit::Value { old, new } => {
                let part = &line.parts[new];
                let old = against.value(&against.parts[old]);
                let differing = changed_parts(old, line.value(part), left);
                if part.value().is_empty() {
                    // There is nothing else to be marked where a value was emptied.
                    changed.push(without_blank(line.text, part));
                }
                changed.extend(differing);
            }
        }
    }
    changed
}

/// A part without the blank before it, which is not what differs.
fn without_blank(line: &[u8], part: &Part) -> Range<usize> {
    let text = &line[part.range.clone()];
    part.range.end - text.trim_ascii_start().len()..part.range.end
}

/// Cuts a line into segments.
struct Cutter<'a> {
    changed: &'a [Range<usize>],
    secrets: &'a [Range<usize>],
    segments: Vec<Segment>,
}

impl Cutter<'_> {
    fn part(&mut self, line: &[u8], part: &Part) {
        let start = without_blank(line, part).start;
        self.cut(part.range.start..start, Tone::Plain);
        let is_remark = line.starts_with(b"#");
        let tone = match &part.kind {
            _ if is_remark => Tone::Remark,
            PartKind::Command => Tone::Command,
            PartKind::Target => Tone::Target,
            PartKind::Attribute { value, .. } => tone_of_value(&line[value.clone()]),
            PartKind::Other => Tone::Plain,
        };
        let value = match &part.kind {
            PartKind::Attribute { value, .. } => value.start,
            _ => start,
        };
        self.cut(start..value, if is_remark { tone } else { Tone::Key });
        self.cut(value..part.range.end, tone);
    }

    /// Cuts a range where it begins or ends to differ or to be secret. A secret is one segment
    /// even when it goes beyond the range.
    fn cut(&mut self, range: Range<usize>, tone: Tone) {
        let done = self.segments.last().map_or(0, |last| last.range.end);
        let mut at = range.start.max(done);
        while at < range.end {
            let secret = following(self.secrets, at);
            let change = following(self.changed, at);
            let (end, is_secret) = match secret {
                Some(secret) if secret.start <= at => (secret.end, true),
                Some(secret) => (secret.start.min(range.end), false),
                None => (range.end, false),
            };
            let end = match change {
                _ if is_secret => end,
                Some(change) if change.start <= at => end.min(change.end),
                Some(change) => end.min(change.start),
                None => end,
            };
            self.segments.push(Segment {
                range: at..end,
                tone,
                is_changed: change.is_some_and(|change| change.start < end),
                is_secret,
            });
            at = end;
        }
    }
}

/// The range at a place, or the next one behind it.
fn following(ranges: &[Range<usize>], at: usize) -> Option<&Range<usize>> {
    ranges.get(ranges.partition_point(|range| range.end <= at))
}
