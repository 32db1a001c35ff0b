//! Physical and logical lines.
//!
//! RouterOS wraps a long line at the width of its terminal (80 over exec) with a backslash, a
//! line end and exactly four spaces; 1,432,072 of 1,432,080 continuation lines counted in public
//! exports have exactly four. Deleting those bytes, and no others, gives the line back whole:
//! leading blanks of the text itself survive.
//!
//! Inside a string a backslash is also the escape character, so a line that ends in `\\` ends in
//! an escaped backslash, which is data. The break never falls inside an escape, so the number of
//! backslashes at the end decides: odd means that the last one continues the line (`\\\` is an
//! escaped backslash and a continuation), even means that it does not. A script's line break is
//! written `\r\` + line end + four spaces + `\n`, which joins to `\r\n` by the same rule.

use std::borrow::Cow;

use memchr::memchr;

/// What RouterOS puts in front of a continued line.
pub(super) const INDENT: &[u8] = b"    ";

/// How many lines the text has; the last one counts with or without its line end.
#[must_use]
pub fn line_count(export: &[u8]) -> usize {
    let unended = export.last().is_some_and(|&byte| byte != b'\n');
    memchr::memchr_iter(b'\n', export).count() + usize::from(unended)
}

/// The lines as received, without their line ends (LF, CR LF, or more CRs before the LF as an
/// interactive session writes them).
#[must_use]
pub fn physical_lines(export: &[u8]) -> PhysicalLines<'_> {
    PhysicalLines { rest: export }
}

/// Iterator of [`physical_lines`].
#[derive(Debug, Clone)]
pub struct PhysicalLines<'a> {
    rest: &'a [u8],
}

impl PhysicalLines<'_> {
    /// How many bytes have not been given out yet.
    pub(super) fn remaining(&self) -> usize {
        self.rest.len()
    }
}

impl<'a> Iterator for PhysicalLines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let (mut line, rest) = match memchr(b'\n', self.rest) {
            Some(end) => (&self.rest[..end], &self.rest[end + 1..]),
            None => (self.rest, &self.rest[self.rest.len()..]),
        };
        self.rest = rest;
        while let [shorter @ .., b'\r'] = line {
            line = shorter;
        }
        Some(line)
    }
}

/// One line of configuration, put together from the physical lines it was wrapped into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogicalLine<'a> {
    /// Number of its first physical line, from 1.
    pub number: usize,
    /// Its bytes without continuations and line end.
    pub text: Cow<'a, [u8]>,
}

/// The lines with their continuations joined. A backslash that nothing continues stays.
#[must_use]
pub fn logical_lines(export: &[u8]) -> LogicalLines<'_> {
    LogicalLines {
        physical: physical_lines(export).peekable(),
        number: 0,
    }
}

/// Iterator of [`logical_lines`].
#[derive(Debug, Clone)]
pub struct LogicalLines<'a> {
    physical: std::iter::Peekable<PhysicalLines<'a>>,
    number: usize,
}

impl<'a> Iterator for LogicalLines<'a> {
    type Item = LogicalLine<'a>;

    fn next(&mut self) -> Option<LogicalLine<'a>> {
        let first = self.physical.next()?;
        self.number += 1;
        let number = self.number;
        let mut text = Cow::Borrowed(first);
        let mut open = starts_continued(first);
        while open {
            let Some(more) = self.physical.next_if(|line| line.starts_with(INDENT)) else {
                break;
            };
            self.number += 1;
            let whole = text.to_mut();
            whole.pop();
            whole.extend_from_slice(&more[INDENT.len()..]);
            open = ends_continued(more);
        }
        Some(LogicalLine { number, text })
    }
}

/// Whether the line ends in a continuation: an odd number of backslashes. One that follows a
/// bare CR is none; RouterOS never writes that, and taking it for one would leave the CR at the
/// end of the joined line, where it reads as part of the line end.
pub(super) fn ends_continued(line: &[u8]) -> bool {
    let run = line.iter().rev().take_while(|&&byte| byte == b'\\').count();
    run % 2 == 1 && line[..line.len() - run].last() != Some(&b'\r')
}

/// Whether a line that is no continuation itself is continued by the next one. A lone backslash
/// is not: RouterOS never begins a line with one, and joining would move what follows to
/// column 0, where a `#` or four spaces mean something else.
pub(super) fn starts_continued(line: &[u8]) -> bool {
    ends_continued(line) && !is_blank(&line[..line.len() - 1])
}

/// The menu that a physical line opens, without trailing blanks. `None` when it is no heading.
pub(super) fn heading(line: &[u8]) -> Option<&[u8]> {
    line.starts_with(b"/").then(|| line.trim_ascii_end())
}

/// Whether there is nothing but white space.
pub(super) fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'))
}
