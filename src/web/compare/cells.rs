//! A row of the comparison in cells: the same for both layouts, which differ in what stands
//! beside each other.

use super::page::ShowPage;
use crate::compare::{Cell, CellText, Change, ItemRow};
use crate::model::SnapshotId;
use crate::platform::routeros::text::Tone;
use crate::web::tones;

/// A cell: what happened, the line numbers and the text.
pub struct ShownCell<'a> {
    /// Whether it is one of those that differ.
    pub is_red: bool,
    /// At the first cell of a difference.
    pub links: Option<DifferenceLinks>,
    /// `Equal` where nothing is to be said.
    pub change: Change,
    /// The line on the other side that a moved item stands on.
    pub elsewhere: Option<usize>,
    /// One in columns, the old and the new one in the unified layout.
    pub numbers: Vec<Option<LineNumber>>,
    /// `None` where the column does not have the item.
    pub text: Option<&'a CellText>,
}

impl ShownCell<'_> {
    /// What is added to its classes.
    pub const fn class(&self) -> &'static str {
        if self.is_red { " differs" } else { "" }
    }
}

/// The number of a line.
pub struct LineNumber {
    pub line: usize,
    /// The snapshot that it leads to.
    pub snapshot: Option<SnapshotId>,
}

/// Where the number of a difference leads: to the one before and the one after, and round the
/// ends.
pub struct DifferenceLinks {
    pub number: usize,
    pub previous: usize,
    pub next: usize,
    all: usize,
}

impl DifferenceLinks {
    /// Of difference `number`, from 1, of those up to `shown` that have a row and `all` there are.
    pub const fn new(number: usize, shown: usize, all: usize) -> Self {
        Self {
            number,
            previous: if number > 1 { number - 1 } else { shown },
            next: if number < shown { number + 1 } else { 1 },
            all,
        }
    }

    /// The name of the link to the difference before.
    pub fn to_previous(&self) -> String {
        let is_before = self.previous < self.number;
        self.name(if is_before { "previous" } else { "last" })
    }

    /// The name of the link to the difference after.
    pub fn to_next(&self) -> String {
        let is_after = self.next > self.number;
        self.name(if is_after { "next" } else { "first" })
    }

    fn name(&self, to: &str) -> String {
        format!("Difference {} of {}; to the {to}", self.number, self.all)
    }
}

impl ShowPage {
    /// A row as lines of cells: one line in columns; unified what went above what came.
    pub(super) fn lines<'a>(&self, row: &'a ItemRow) -> Vec<Vec<ShownCell<'a>>> {
        let mut lines = if self.is_unified() {
            self.unified(row)
        } else {
            vec![self.columns(row)]
        };
        if let Some(cell) = lines.first_mut().and_then(|line| line.first_mut()) {
            cell.links = row
                .difference
                .filter(|_| row.is_first)
                .map(|n| self.links(&n));
        }
        lines
    }

    fn columns<'a>(&self, row: &'a ItemRow) -> Vec<ShownCell<'a>> {
        let cells = row.cells.iter().enumerate();
        cells
            .map(|(column, cell)| ShownCell {
                is_red: is_red(row, column),
                links: None,
                change: cell.change,
                elsewhere: cell.elsewhere,
                numbers: vec![self.number(column, cell)],
                text: cell.text.as_ref(),
            })
            .collect()
    }

    fn unified<'a>(&self, row: &'a ItemRow) -> Vec<Vec<ShownCell<'a>>> {
        let [old, new] = [&row.cells[0], &row.cells[1]];
        let line = |column: usize, change: Change| {
            let cell = &row.cells[column];
            let numbers = match (column, change) {
                (0, _) => [self.number(0, old), None],
                // The old number is beside the new one, and leads nowhere.
                (_, Change::Equal) => [line_number(old, None), self.number(1, new)],
                _ => [None, self.number(1, new)],
            };
            vec![ShownCell {
                is_red: change != Change::Equal && !row.is_noise,
                links: None,
                change,
                elsewhere: cell.elsewhere,
                numbers: numbers.into(),
                text: cell.text.as_ref(),
            }]
        };
        match new.change {
            Change::Equal => vec![line(1, Change::Equal)],
            Change::Changed => vec![line(0, Change::Removed), line(1, Change::Added)],
            Change::Added | Change::Moved => vec![line(1, new.change)],
            Change::Removed | Change::MovedAway => vec![line(0, new.change)],
            Change::Absent => Vec::new(),
        }
    }

    fn number(&self, column: usize, cell: &Cell) -> Option<LineNumber> {
        line_number(cell, Some(self.view.snapshots[column]))
    }
}

fn line_number(cell: &Cell, snapshot: Option<SnapshotId>) -> Option<LineNumber> {
    let line = cell.text.as_ref()?.line;
    Some(LineNumber { line, snapshot })
}

/// Whether a cell is red: it differs from the column before, or, in the first that has the item,
/// from the next.
fn is_red(row: &ItemRow, column: usize) -> bool {
    let differs = |cell: &Cell| !matches!(cell.change, Change::Equal | Change::Absent);
    let next = row.cells.get(column + 1);
    !row.is_noise
        && (differs(&row.cells[column])
            || (row.cells[column].text.is_some()
                && (column == 0 || next.is_some_and(|next| next.text.is_none()))
                && next.is_some_and(differs)))
}

/// The class of a piece; in a line that differs the red stands for all tones.
pub const fn class(tone: &Tone, is_red: &bool) -> &'static str {
    if *is_red { "" } else { tones::class(*tone) }
}

/// The sign of a change.
pub const fn sign(change: &Change) -> &'static str {
    match change {
        Change::Equal | Change::Absent => "",
        Change::Changed => "~",
        Change::Added => "+",
        Change::Removed => "−",
        Change::Moved | Change::MovedAway => "↕",
    }
}

/// The word beside the sign.
pub const fn word(change: &Change) -> &'static str {
    match change {
        Change::Equal | Change::Absent => "",
        Change::Changed => "changed",
        Change::Added => "added",
        Change::Removed => "removed",
        Change::Moved => "moved here",
        Change::MovedAway => "moved away",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_links_of_a_difference_lead_on_back_and_round_the_ends_of_what_is_shown() {
        let links = |number| {
            let links = DifferenceLinks::new(number, 3, 9);
            let names = (links.to_previous(), links.to_next());
            (links.previous, links.next, names.0, names.1)
        };
        let name = |number, place| format!("Difference {number} of 9; to the {place}");
        assert_eq!(links(1), (3, 2, name(1, "last"), name(1, "next")));
        assert_eq!(links(2), (1, 3, name(2, "previous"), name(2, "next")));
        assert_eq!(links(3), (2, 1, name(3, "previous"), name(3, "first")));
    }
}
