//! Where the physical lines of an export lie in its bytes, and which part of each belongs to the
//! logical line.
//!
//! [`super::logical_lines`] gives joined text and forgets where it stood. Masking and
//! highlighting work on logical lines and answer for physical ones, so they need the way back.

use std::ops::Range;

use super::lines::{INDENT, ends_continued, starts_continued};

/// One physical line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// Its bytes in the export, with the line end.
    pub whole: Range<usize>,
    /// The bytes that belong to the logical line: without indent, continuation and line end.
    pub text: Range<usize>,
    /// Where its line end begins.
    pub end: usize,
    /// Whether the next physical line continues it.
    pub continues: bool,
}

/// The physical lines of the export, in order.
pub(super) fn pieces(export: &[u8]) -> Pieces<'_> {
    Pieces {
        export,
        at: 0,
        continued: false,
    }
}

/// Iterator of [`pieces`].
pub(super) struct Pieces<'a> {
    export: &'a [u8],
    at: usize,
    continued: bool,
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        let start = self.at;
        if start == self.export.len() {
            return None;
        }
        let line_end = memchr::memchr(b'\n', &self.export[start..]).map(|at| start + at);
        self.at = line_end.map_or(self.export.len(), |at| at + 1);
        let line = &self.export[start..line_end.unwrap_or(self.export.len())];
        let carriage_returns = line.iter().rev().take_while(|byte| **byte == b'\r').count();
        let line = &line[..line.len() - carriage_returns];
        let (indent, open) = if self.continued {
            (INDENT.len(), ends_continued(line))
        } else {
            (0, starts_continued(line))
        };
        let continues = open && self.export[self.at..].starts_with(INDENT);
        self.continued = continues;
        let end = start + line.len();
        Some(Piece {
            whole: start..self.at,
            text: start + indent..end - usize::from(continues),
            end,
            continues,
        })
    }
}

/// A logical line with the physical lines it was wrapped into.
#[derive(Debug, Default)]
pub(super) struct Joined {
    /// Its text.
    pub text: Vec<u8>,
    /// Its physical lines.
    pub pieces: Vec<Piece>,
}

impl Joined {
    /// Takes the next logical line in place of the one held. False when there is none.
    pub fn read(&mut self, pieces: &mut Pieces<'_>) -> bool {
        self.text.clear();
        self.pieces.clear();
        let export = pieces.export;
        for piece in pieces {
            let continues = piece.continues;
            self.text.extend_from_slice(&export[piece.text.clone()]);
            self.pieces.push(piece);
            if !continues {
                break;
            }
        }
        !self.pieces.is_empty()
    }
}
