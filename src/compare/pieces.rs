//! The text of a cell: segments of a line as pieces that are fit to be shown.

use std::ops::Range;

use super::marks::{Marked, Segment};
use super::table::{CellText, Piece};
use super::words::Ranges;
use crate::platform::routeros::text::MASK;
use crate::platform::routeros::text::Tone;
use crate::plural::counted;
use crate::visible;

/// How many bytes of a line are shown. A longer one is cut around what differs.
const MAX_SHOWN_BYTES: usize = 4_096;
/// How much of the beginning of a long line is shown: what the item is.
const HEAD_BYTES: usize = 512;
/// How much around a difference in a long line is shown.
const AROUND_BYTES: usize = 96;
/// How much of one difference in a long line is shown.
const DIFFERENCE_BYTES: usize = 1_024;

/// Writes the text of a line that begins at a physical line of its export.
pub(super) fn cell_text(number: usize, line: &Marked<'_>, segments: &[Segment]) -> CellText {
    let mut text = CellText {
        line: number,
        pieces: Vec::with_capacity(segments.len()),
        hidden_bytes: 0,
    };
    let total: usize = segments.iter().map(shown_len).sum();
    let windows = windows(segments, total);
    let (mut at, mut window, mut gap) = (0, 0, Gap::default());
    for segment in segments {
        let end = at + shown_len(segment);
        while window < windows.len() && windows[window].end <= at {
            window += 1;
        }
        let mut from = at;
        for shown in &windows[window..] {
            if shown.start >= end {
                break;
            }
            // A secret is shown whole or not at all.
            let (start, stop) = if segment.is_secret {
                (at, end)
            } else {
                (shown.start.max(at), shown.end.min(end))
            };
            gap.add(start.saturating_sub(from), segment);
            gap.end(&mut text);
            push(&mut text, line, segment, start - at..stop - at);
            from = stop;
        }
        gap.add(end - from.min(end), segment);
        at = end;
    }
    gap.end(&mut text);
    text
}

/// How many bytes of a segment there are to be shown; of a secret those of its mask, for its own
/// length is secret as well.
fn shown_len(segment: &Segment) -> usize {
    if segment.is_secret {
        MASK.len()
    } else {
        segment.range.len()
    }
}

/// The ranges that are shown, counted in bytes to be shown, in order and not touching.
fn windows(segments: &[Segment], total: usize) -> Ranges {
    let is_long = total > MAX_SHOWN_BYTES;
    let head = 0..if is_long { HEAD_BYTES } else { total };
    let mut windows: Ranges = std::iter::once(head).collect();
    if !is_long {
        return windows;
    }
    let (mut at, mut shown) = (0, HEAD_BYTES);
    for segment in segments {
        let end = at + shown_len(segment);
        if segment.is_changed {
            let start = at.saturating_sub(AROUND_BYTES);
            let stop = (end.min(at + DIFFERENCE_BYTES) + AROUND_BYTES).min(total);
            let last = windows.last_mut().expect("the head is there");
            if start <= last.end {
                shown += stop.saturating_sub(last.end);
                last.end = last.end.max(stop);
            } else {
                shown += stop - start;
                windows.push(start..stop);
            }
            if shown >= MAX_SHOWN_BYTES {
                return windows;
            }
        }
        at = end;
    }
    if windows.len() == 1 && windows[0].end == HEAD_BYTES {
        windows[0].end = MAX_SHOWN_BYTES;
    }
    windows
}

/// What is left out between two pieces.
#[derive(Default)]
struct Gap {
    bytes: usize,
    is_changed: bool,
}

impl Gap {
    fn add(&mut self, bytes: usize, segment: &Segment) {
        self.bytes += bytes;
        self.is_changed |= bytes > 0 && segment.is_changed;
    }

    fn end(&mut self, text: &mut CellText) {
        let gap = std::mem::take(self);
        if gap.bytes > 0 {
            text.hidden_bytes += gap.bytes;
            text.pieces.push(Piece {
                text: format!("[{} not shown]", counted(gap.bytes, "byte")),
                is_changed: gap.is_changed,
                is_secret: false,
                tone: Tone::Continuation,
            });
        }
    }
}

/// Adds a part of a segment, given relative to its beginning.
fn push(text: &mut CellText, line: &Marked<'_>, segment: &Segment, part: Range<usize>) {
    let shown = if segment.is_secret {
        MASK.to_owned()
    } else {
        visible::bytes(&line.text[segment.range.clone()][part])
    };
    text.pieces.push(Piece {
        text: shown,
        is_changed: segment.is_changed,
        is_secret: segment.is_secret,
        tone: segment.tone,
    });
}
