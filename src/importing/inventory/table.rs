//! A table with headings, whose columns are found by any of several names: what a tool calls them
//! depends on its version.

use csv::{ByteRecord, ReaderBuilder};

use crate::importing::lines::Lines;

/// A row with the headings of its table.
pub struct Row<'a> {
    headings: &'a [String],
    cells: ByteRecord,
    /// `line 3`.
    pub place: String,
}

impl Row<'_> {
    /// The first cell under one of these headings that says something, in lower case and without
    /// blanks around; else an empty text.
    pub fn cell(&self, names: &[&str]) -> String {
        let cells = names.iter().filter_map(|name| {
            let at = self.headings.iter().position(|heading| heading == name)?;
            let cell = String::from_utf8_lossy(self.cells.get(at)?);
            Some(cell.trim().to_owned())
        });
        cells
            .into_iter()
            .find(|cell| !cell.is_empty())
            .unwrap_or_default()
    }
}

/// The rows of a file of CSV, each to `take`.
///
/// # Errors
/// A sentence, when it is no CSV.
pub fn each_row(bytes: &[u8], mut take: impl FnMut(&Row<'_>)) -> Result<(), String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(bytes);
    let headings = reader.byte_headers().map_err(|error| error.to_string())?;
    let headings: Vec<String> = headings
        .iter()
        .map(|heading| String::from_utf8_lossy(heading).trim().to_lowercase())
        .collect();
    let mut lines = Lines::new(bytes);
    for cells in reader.byte_records() {
        let cells = cells.map_err(|error| error.to_string())?;
        let line = lines.of(cells.position());
        take(&Row {
            headings: &headings,
            place: format!("line {line}"),
            cells,
        });
    }
    Ok(())
}
