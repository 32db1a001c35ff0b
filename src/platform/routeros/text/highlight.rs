//! How the parts of an export are shown: a tone for each part of each line.
//!
//! The tones of a physical line depend on the logical line it belongs to (the inside of a
//! wrapped string looks like anything), so they are found there and cut at the line breaks. What
//! a page does not show costs no more than finding its line ends.

use std::ops::Range;

use super::mask::MASK;
use super::pieces::{Joined, Piece, Pieces, pieces};
use super::syntax::{Token, TokenKind, tokens};

/// How a part is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Blanks, equals signs, and what has no tone of its own.
    Plain,
    Menu,
    Remark,
    Command,
    Target,
    Key,
    /// A word.
    Value,
    /// A number, an address or a time: `1514`, `192.0.2.1/24`, `5m`.
    Number,
    /// A quoted string.
    Text,
    /// What stands in place of a secret.
    Secret,
    /// The backslash at the end of a wrapped line, and the indent of the next.
    Continuation,
}

/// How many bytes of a logical line have tones; what lies beyond is plain. The longest scripts
/// have a tenth of it, and each part takes more memory than a short word does.
const MAX_TONED_BYTES: usize = 256 * 1024;

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Highlighted {
    /// How it is shown.
    pub tone: Tone,
    /// Its bytes within the line, never empty.
    pub range: Range<usize>,
}

/// A physical line with its tones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HighlightedLine<'a> {
    /// Its number, from 1.
    pub number: usize,
    /// Its bytes without the line end.
    pub text: &'a [u8],
    /// Its parts: in order, without gaps, covering it whole.
    pub parts: Vec<Highlighted>,
}

/// The physical lines of an export (masked or not) from line `first` (from 1) on, in order.
/// Linear time; lines before the first are only counted.
#[must_use]
pub fn highlight(export: &[u8], first: usize) -> HighlightedLines<'_> {
    let mut lines = HighlightedLines {
        export,
        pieces: pieces(export),
        joined: Joined::default(),
        tones: Vec::new(),
        number: 1,
        next: 0,
        at: 0,
    };
    while lines.joined.read(&mut lines.pieces) {
        let after = lines.number + lines.joined.pieces.len();
        if after > first {
            lines.tones = highlight_logical(&lines.joined.text);
            while lines.number < first {
                lines.pass();
            }
            break;
        }
        lines.number = after;
    }
    lines
}

/// The parts of a logical line (no line end, continuations joined): in order, without gaps,
/// covering it whole; neighbours of one tone are one part. Of a very long line only the beginning
/// has tones.
#[must_use]
pub fn highlight_logical(line: &[u8]) -> Vec<Highlighted> {
    let mut parts = Vec::new();
    let toned = line.len().min(MAX_TONED_BYTES);
    for Token { kind, range } in tokens(&line[..toned]) {
        let tone = tone_of(kind, &line[range.clone()]);
        let can_be_masked = !matches!(tone, Tone::Menu | Tone::Command | Tone::Key);
        let mut at = range.start;
        if can_be_masked && range.len() >= MASK.len() {
            for mask in memchr::memmem::find_iter(&line[range.clone()], MASK) {
                let mask = range.start + mask;
                push(&mut parts, tone, at..mask);
                at = mask + MASK.len();
                push(&mut parts, Tone::Secret, mask..at);
            }
        }
        push(&mut parts, tone, at..range.end);
    }
    push(&mut parts, Tone::Plain, toned..line.len());
    parts
}

/// Iterator of [`highlight`].
pub struct HighlightedLines<'a> {
    export: &'a [u8],
    pieces: Pieces<'a>,
    /// The logical line being given out, and its parts.
    joined: Joined,
    tones: Vec<Highlighted>,
    /// Number of the next physical line, and its place among those of the logical line.
    number: usize,
    next: usize,
    /// How many bytes of the logical line have been given out.
    at: usize,
}

impl<'a> Iterator for HighlightedLines<'a> {
    type Item = HighlightedLine<'a>;

    fn next(&mut self) -> Option<HighlightedLine<'a>> {
        if self.next == self.joined.pieces.len() {
            if !self.joined.read(&mut self.pieces) {
                return None;
            }
            self.tones = highlight_logical(&self.joined.text);
            self.next = 0;
            self.at = 0;
        }
        let piece = &self.joined.pieces[self.next];
        let line = HighlightedLine {
            number: self.number,
            text: &self.export[piece.whole.start..piece.end],
            parts: parts_of(piece, &self.tones, self.at),
        };
        self.pass();
        Some(line)
    }
}

impl HighlightedLines<'_> {
    /// Goes on to the next physical line.
    fn pass(&mut self) {
        self.at += self.joined.pieces[self.next].text.len();
        self.next += 1;
        self.number += 1;
    }
}

/// The parts of a physical line whose text begins at byte `at` of its logical line.
fn parts_of(piece: &Piece, tones: &[Highlighted], at: usize) -> Vec<Highlighted> {
    let start = piece.whole.start;
    let indent = piece.text.start - start;
    let end = at + piece.text.len();
    let mut parts = Vec::new();
    push(&mut parts, Tone::Continuation, 0..indent);
    let from = tones.partition_point(|part| part.range.end <= at);
    for Highlighted { tone, range } in &tones[from..] {
        if range.start >= end {
            break;
        }
        let cut = range.start.max(at)..range.end.min(end);
        push(
            &mut parts,
            *tone,
            cut.start - at + indent..cut.end - at + indent,
        );
    }
    push(
        &mut parts,
        Tone::Continuation,
        piece.text.end - start..piece.end - start,
    );
    parts
}

fn push(parts: &mut Vec<Highlighted>, tone: Tone, range: Range<usize>) {
    match parts.last_mut() {
        _ if range.is_empty() => {}
        Some(last) if last.tone == tone && tone != Tone::Secret => last.range.end = range.end,
        _ => parts.push(Highlighted { tone, range }),
    }
}

fn tone_of(kind: TokenKind, text: &[u8]) -> Tone {
    match kind {
        TokenKind::Menu => Tone::Menu,
        TokenKind::Remark => Tone::Remark,
        TokenKind::Command => Tone::Command,
        TokenKind::Target => Tone::Target,
        TokenKind::Key => Tone::Key,
        TokenKind::Value => tone_of_value(text),
        TokenKind::Equals | TokenKind::Space | TokenKind::Other => Tone::Plain,
    }
}

/// How the value of an attribute is shown when it is no secret.
#[must_use]
pub fn tone_of_value(value: &[u8]) -> Tone {
    match value {
        [b'"', ..] => Tone::Text,
        value if is_number(value) => Tone::Number,
        _ => Tone::Value,
    }
}

/// Whether the value is a number, an address, a range, a list of them, or a time.
fn is_number(value: &[u8]) -> bool {
    value.first().is_some_and(u8::is_ascii_digit)
        && value.iter().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b':' | b'/' | b'-' | b',')
        })
}
