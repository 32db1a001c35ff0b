//! A text at each level of quoting, with the way back to the bytes it was read from.
//!
//! A script in a scheduler in an export is a string in a string: its quotes are written `\"`,
//! those inside it `\\\"`. Taking the escapes away once gives the script, twice the script in
//! it, and the same plain rules find a secret at either level, whatever way it was escaped.

use std::borrow::Cow;
use std::ops::Range;

/// How often escapes are taken away at most; a string within a string within a string.
const MAX_LEVELS: usize = 4;

/// A text without one or more layers of escapes.
pub(super) struct Level<'a> {
    /// The text at this level.
    pub text: Cow<'a, [u8]>,
    /// Where each of its bytes begins in the original, and where the last ends. `None` when
    /// nothing was escaped.
    starts: Option<Vec<usize>>,
}

/// The levels of `raw` from the first (one layer of escapes taken away) to the last that differs.
pub(super) fn levels(raw: &[u8]) -> impl Iterator<Item = Level<'_>> {
    let first = Level {
        text: Cow::Borrowed(raw),
        starts: None,
    };
    std::iter::successors(Some(first.below()), |level| {
        level.has_escapes().then(|| level.below())
    })
    .take(MAX_LEVELS)
}

impl<'a> Level<'a> {
    /// The bytes of the original that these bytes of the text were read from: whole escapes.
    pub fn original(&self, range: &Range<usize>) -> Range<usize> {
        match &self.starts {
            None => range.clone(),
            Some(starts) => starts[range.start]..starts[range.end],
        }
    }

    fn has_escapes(&self) -> bool {
        memchr::memchr(b'\\', &self.text).is_some()
    }

    fn below(&self) -> Level<'a> {
        if !self.has_escapes() {
            return Level {
                text: self.text.clone(),
                starts: self.starts.clone(),
            };
        }
        let mut text = Vec::with_capacity(self.text.len());
        let mut starts = Vec::with_capacity(self.text.len() + 1);
        let mut at = 0;
        while at < self.text.len() {
            let (byte, length) = unescaped(&self.text[at..]);
            text.push(byte);
            starts.push(self.original(&(at..at)).start);
            at += length;
        }
        starts.push(self.original(&(at..at)).start);
        Level {
            text: Cow::Owned(text),
            starts: Some(starts),
        }
    }
}

/// The first byte of `text`, which is not empty, and how many bytes it is written with. An escape
/// that RouterOS does not know stands for the byte behind the backslash.
fn unescaped(text: &[u8]) -> (u8, usize) {
    match *text {
        [b'\\', high, low, ..] if is_hex(high) && is_hex(low) => {
            (nibble(high) << 4 | nibble(low), 3)
        }
        [b'\\', byte, ..] => (
            match byte {
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'_' => b' ',
                other => other,
            },
            2,
        ),
        _ => (text[0], 1),
    }
}

/// RouterOS writes upper-case digits only; `\b` and `\f` are other escapes.
fn is_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'A'..=b'F')
}

fn nibble(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => digit - b'A' + 10,
    }
}
