//! Where problems are gathered while the file is walked: byte ranges come in, lines go out.

use std::ops::Range;

use super::problem::{Problem, Problems, SHOWN};

/// The problems found so far.
pub(super) struct Report {
    origin: String,
    /// The byte at which each line after the first begins.
    line_starts: Vec<usize>,
    list: Vec<Problem>,
}

impl Report {
    /// `origin` is the name of the file in messages.
    pub fn new(origin: &str, text: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            line_starts: memchr::memchr_iter(b'\n', text.as_bytes())
                .map(|end| end + 1)
                .collect(),
            list: Vec::new(),
        }
    }

    /// The line in which a byte range begins, from 1.
    pub fn line(&self, span: &Range<usize>) -> usize {
        1 + self
            .line_starts
            .partition_point(|&start| start <= span.start)
    }

    /// Notes what is wrong with the text at `span`.
    pub fn add(&mut self, span: &Range<usize>, message: impl Into<String>) {
        let line = Some(self.line(span));
        let message = message.into();
        self.list.push(Problem { line, message });
    }

    /// Whether the problem noted last is on the line in which `span` begins.
    pub fn last_is_on_line_of(&self, span: &Range<usize>) -> bool {
        let line = Some(self.line(span));
        self.list.last().is_some_and(|last| last.line == line)
    }

    /// Whether more is wrong than will be printed, so that looking for advice would only cost.
    pub fn is_crowded(&self) -> bool {
        self.list.len() > SHOWN
    }

    /// Whether nothing is wrong so far.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// `value` when nothing is wrong, else the problems.
    pub fn finish<T>(self, value: T) -> Result<T, Problems> {
        if self.list.is_empty() {
            Ok(value)
        } else {
            Err(Problems::new(&self.origin, self.list))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_is_on_the_line_that_an_editor_shows() {
        let report = Report::new("f", "a\r\nbc\n\nd");
        for (byte, line) in [
            (0, 1),
            (1, 1),
            (2, 1),
            (3, 2),
            (5, 2),
            (6, 3),
            (7, 4),
            (8, 4),
        ] {
            assert_eq!(report.line(&(byte..byte)), line, "byte {byte}");
        }
    }
}
