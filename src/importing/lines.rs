//! On which line of its file a row of CSV begins. The reader's own count is one less where lines
//! end in CR LF, and a person looks for the line that is named.

use csv::Position;

/// Counts along with a reader, from row to row.
pub(super) struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    /// For a file of these bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            line: 1,
        }
    }

    /// The line of a row that is not before the last one that was asked for.
    pub fn of(&mut self, row: Option<&Position>) -> u64 {
        let begin = row.and_then(|row| usize::try_from(row.byte()).ok());
        let begin = begin.unwrap_or(self.at).clamp(self.at, self.bytes.len());
        let is_end = |byte: &&u8| matches!(byte, b'\r' | b'\n');
        let begin = begin + self.bytes[begin..].iter().take_while(is_end).count();
        let passed = &self.bytes[self.at..begin];
        self.line += passed.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.at = begin;
        self.line
    }
}
