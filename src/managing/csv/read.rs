//! From bytes to rows of cells, with every fault of the file on its line.

use csv::{ReaderBuilder, StringRecord};

use super::kind::Kind;
use crate::inventory::rules::{decode, nearest, quote, quote_list};

/// How large a file may be, in bytes.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;

/// How many lines a file may have.
pub const MAX_LINES: usize = 20_000;

/// What many programs write before UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Why a file can not be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{sentence}", .line.map_or_else(String::new, |line| format!("Line {line}: ")))]
pub struct Unreadable {
    /// From 1; `None`: it is about the whole file.
    pub line: Option<usize>,
    /// What is wrong, without its full stop.
    pub sentence: String,
}

/// A file with its columns known.
#[derive(Debug)]
pub(super) struct Table {
    pub columns: Vec<&'static str>,
    pub rows: Vec<Row>,
}

/// A line of a file.
#[derive(Debug)]
pub(super) struct Row {
    /// Where it begins, from 1.
    pub line: usize,
    /// As many as there are columns, or why there are not.
    pub cells: Result<Vec<String>, String>,
}

impl Row {
    /// The columns with their cells, blanks around them gone; none of a broken row.
    pub fn by_column<'a>(
        &'a self,
        columns: &'a [&'static str],
    ) -> impl Iterator<Item = (&'static str, &'a str)> {
        let cells = self.cells.as_deref().unwrap_or_default();
        columns
            .iter()
            .copied()
            .zip(cells.iter().map(|cell| cell.trim()))
    }
}

fn unreadable(line: impl Into<Option<usize>>, sentence: impl Into<String>) -> Unreadable {
    Unreadable {
        line: line.into(),
        sentence: sentence.into(),
    }
}

/// Whether a file can be read, though its lines may be wrong.
///
/// # Errors
/// What is wrong with the file as such.
pub fn check(kind: Kind, bytes: &[u8]) -> Result<(), Unreadable> {
    read(kind, bytes).map(drop)
}

/// The rows of a file.
///
/// # Errors
/// What is wrong with the file as such: its encoding, its quotes, its columns, its length.
pub(super) fn read(kind: Kind, bytes: &[u8]) -> Result<Table, Unreadable> {
    if bytes.len() > MAX_BYTES {
        let most = MAX_BYTES / 1024 / 1024;
        return Err(unreadable(
            None,
            format!("The file is larger than {most} MB"),
        ));
    }
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let text = decode(bytes)
        .map_err(|(line, wrong)| unreadable(line, format!("The file can not be read: {wrong}")))?;
    if let Some(line) = unclosed_quote(text) {
        let sentence = "A quotation mark is opened here and never closed";
        return Err(unreadable(line, sentence));
    }
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut records = reader.records();
    let mut lines = Lines::new(text);
    let first = records.next().transpose().map_err(|error| fault(&error))?;
    let Some(first) = first else {
        return Err(unreadable(None, "The file is empty"));
    };
    let columns = columns(kind, &first, lines.of(&first))?;
    let mut rows = Vec::new();
    for record in records {
        let record = record.map_err(|error| fault(&error))?;
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if rows.len() == MAX_LINES {
            let sentence = format!("The file has more than {MAX_LINES} lines; split it");
            return Err(unreadable(None, sentence));
        }
        rows.push(Row {
            line: lines.of(&record),
            cells: cells(&record, columns.len()),
        });
    }
    Ok(Table { columns, rows })
}

/// The text is UTF-8 and rows may have any length, so nothing is left that could fail.
fn fault(error: &csv::Error) -> Unreadable {
    unreadable(None, format!("The file can not be read: {error}"))
}

fn columns(kind: Kind, first: &StringRecord, line: usize) -> Result<Vec<&'static str>, Unreadable> {
    let known = kind.columns();
    let mut columns = Vec::with_capacity(first.len());
    for written in first {
        let word = written.trim().to_lowercase();
        let Some(column) = known.iter().find(|column| **column == word) else {
            let advice = match nearest(&word, known.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("known are {}", quote_list(known.iter().copied())),
            };
            let sentence = format!("Unknown column {}; {advice}", quote(written.trim()));
            return Err(unreadable(line, sentence));
        };
        if columns.contains(column) {
            let sentence = format!("The column `{column}` is there twice");
            return Err(unreadable(line, sentence));
        }
        columns.push(*column);
    }
    let missing = kind.required().iter().find(|name| !columns.contains(name));
    match missing {
        Some(name) => Err(unreadable(line, format!("There is no column `{name}`"))),
        None => Ok(columns),
    }
}

fn cells(record: &StringRecord, columns: usize) -> Result<Vec<String>, String> {
    if record.len() == columns {
        return Ok(record.iter().map(str::to_owned).collect());
    }
    Err(format!(
        "The line has {} cells, and the first line names {columns} columns; put quotation marks \
         around a cell with a comma in it",
        record.len()
    ))
}

/// The line in which a quotation mark is opened that nothing closes. The reader would take the
/// rest of the file for one cell.
fn unclosed_quote(text: &str) -> Option<usize> {
    let mut line = 1;
    let mut opened = None;
    let mut at_start = true;
    for byte in text.bytes() {
        line += usize::from(byte == b'\n');
        match (opened, byte) {
            // Twice in a row it stands for itself: closed, and opened again.
            (Some(_), b'"') => (opened, at_start) = (None, true),
            (None, b'"') if at_start => opened = Some(line),
            (Some(_), _) => {}
            (None, _) => at_start = matches!(byte, b',' | b'\n' | b'\r'),
        }
    }
    opened
}

/// Tells lines of records that come in their order.
struct Lines<'a> {
    text: &'a [u8],
    byte: usize,
    line: usize,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        let text = text.as_bytes();
        let (byte, line) = (0, 1);
        Self { text, byte, line }
    }

    /// The line in which a record begins; the reader counts blank lines before it to it.
    fn of(&mut self, record: &StringRecord) -> usize {
        let start = record.position().map_or(0, csv::Position::byte);
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        while let Some(&byte) = self.text.get(self.byte) {
            if self.byte >= start && !matches!(byte, b'\n' | b'\r') {
                break;
            }
            self.line += usize::from(byte == b'\n');
            self.byte += 1;
        }
        self.line
    }
}
