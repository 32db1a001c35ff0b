//! The masked export: secrets replaced, every line break where it was.

use std::ops::Range;

use super::super::pieces::Joined;
use super::{MASK, Secrets, each_line};

/// The export with each secret replaced by [`MASK`]: the same number of physical lines, the same
/// wrapping, line ends byte for byte. A secret wrapped over several lines leaves its mask on the
/// first and its line breaks in place.
#[must_use]
pub fn masked(export: &[u8]) -> Vec<u8> {
    let secrets = Secrets::of(export);
    if secrets.is_empty() {
        return export.to_vec();
    }
    let mut out = Vec::with_capacity(export.len());
    each_line(export, |menu, line| {
        write(export, line, &secrets.parts(menu, &line.text), &mut out);
    });
    out
}

/// Writes the physical lines of a logical one without its hidden parts.
fn write(export: &[u8], line: &Joined, hidden: &[Range<usize>], out: &mut Vec<u8>) {
    let mut hidden = hidden.iter().peekable();
    // Positions in the logical line.
    let mut at = 0;
    for piece in &line.pieces {
        let end = at + piece.text.len();
        let begin = at;
        out.extend_from_slice(&export[piece.whole.start..piece.text.start]);
        while let Some(part) = hidden.peek().filter(|part| part.start < end) {
            if part.start >= begin {
                out.extend_from_slice(&line.text[at..part.start]);
                out.extend_from_slice(MASK.as_bytes());
            }
            at = part.end.min(end);
            if part.end > end {
                break;
            }
            hidden.next();
        }
        out.extend_from_slice(&line.text[at..end]);
        at = end;
        out.extend_from_slice(&export[piece.text.end..piece.whole.end]);
    }
}
