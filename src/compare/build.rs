//! How the table is filled: menus lined up, each item on its row, and folds and differences
//! numbered.

use std::borrow::Cow;
use std::panic::resume_unwind;

use super::CONTEXT_LINES;
use super::columns::{MenuColumns, menus};
use super::configuration::{Configuration, Line};
use super::grid::{Grid, GridRow, Slot, grid};
use super::marks::{Marked, segments};
use super::mask::Mask;
use super::order::is_ordered;
use super::pieces::cell_text;
use super::summary;
use super::table::{
    Cell, CellText, Column, Fold, ItemRow, MenuRow, MenuSummary, Open, Options, Row, StepSummary,
    Table,
};
use crate::platform::routeros::text::header;
use crate::visible;

/// How many logical lines of all exports together are compared: of two exports some 20 MB of
/// configuration each. What is kept of a line takes more room than a short line does.
const MAX_LINES: usize = 600_000;
/// How many words are looked into for what differs in them, over a whole table: beyond that
/// values are marked whole.
const MAX_WORDS: usize = 100_000;
/// From how many bytes on secrets are found on a thread beside the one that pairs items: to start
/// one takes as long as some 4 kB do.
const MIN_BYTES_OF_A_THREAD: usize = 64 * 1024;

/// Compares exports, in the order given; a page shows two to [`MAX_COLUMNS`] of them.
///
/// [`MAX_COLUMNS`]: super::table::MAX_COLUMNS
#[must_use]
pub fn table(exports: &[&[u8]], options: &Options) -> Table {
    let max_lines = MAX_LINES / exports.len().max(1);
    let columns: Vec<Column> = exports.iter().map(|export| column(export)).collect();
    let configurations: Vec<Configuration<'_>> = exports
        .iter()
        .map(|export| Configuration::read(export, options.noise, max_lines))
        .collect();
    let steps = columns
        .windows(2)
        .map(|pair| StepSummary::between(&pair[0], &pair[1]));
    let (mask, menus) = both(
        exports.iter().map(|export| export.len()).sum(),
        || Mask::of(exports, options.mask),
        || lined_up(&configurations, options.noise),
    );
    let mut builder = Builder {
        options,
        mask,
        words_left: MAX_WORDS,
        table: Table {
            steps: steps.collect(),
            columns,
            rows: Vec::new(),
            differences: 0,
            folds: 0,
            truncated: false,
            reordered: 0,
            remarks: configurations.iter().map(|one| one.remarks).sum(),
            left_out: configurations.iter().map(|one| one.left_out).sum(),
        },
    };
    for (menu, grid) in &menus {
        builder.menu(menu, grid);
    }
    builder.table
}

/// The menus of all columns, with their items each on its row.
fn lined_up<'a>(
    configurations: &'a [Configuration<'a>],
    noise: bool,
) -> Vec<(MenuColumns<'a>, Grid<'a>)> {
    menus(configurations)
        .into_iter()
        .map(|menu| {
            let grid = grid(&menu.lines, is_ordered(menu.path) || noise);
            (menu, grid)
        })
        .collect()
}

/// Does two things that need nothing of each other, at once where there are so many bytes to
/// read that it is worth a thread.
fn both<A: Send, B>(
    bytes: usize,
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B,
) -> (A, B) {
    if bytes < MIN_BYTES_OF_A_THREAD {
        return (one(), other());
    }
    std::thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        let one = one.join().unwrap_or_else(|panic| resume_unwind(panic));
        (one, other)
    })
}

fn column(export: &[u8]) -> Column {
    header(export).map_or_else(Column::default, |header| Column {
        version: Some(header.version),
        model: header.model,
    })
}

struct Builder<'a> {
    options: &'a Options,
    mask: Mask,
    words_left: usize,
    table: Table,
}

impl Builder<'_> {
    fn menu(&mut self, menu: &MenuColumns<'_>, grid: &Grid<'_>) {
        self.table.reordered += grid.reordered;
        for column in 1..menu.lines.len() {
            let summary =
                summary::menu(menu.path, &grid.rows, column).or_else(|| empty_menu(menu, column));
            self.table.steps[column - 1].menus.extend(summary);
        }
        let is_heading_different = menu.is_empty() && menu.present.contains(&false);
        let is_different = grid.rows.iter().any(|row| !row.is_equal());
        let fold = (!is_different && !is_heading_different).then(|| self.fold(grid.rows.len()));
        if is_heading_different {
            self.table.differences += 1;
        }
        self.push(Row::Menu(MenuRow {
            path: visible::bytes(menu.path),
            fold,
            difference: is_heading_different.then_some(self.table.differences),
            present: menu.present.clone(),
        }));
        match fold {
            Some(fold) if !fold.is_open => {}
            Some(_) => self.items(menu.path, &grid.rows),
            None => self.differing(menu.path, &grid.rows),
        }
    }

    /// The rows of a menu with differences: those and what is around them, the rest folded.
    fn differing(&mut self, path: &[u8], rows: &[GridRow<'_>]) {
        let mut at = 0;
        while at < rows.len() {
            let equal = rows[at..].iter().take_while(|row| row.is_equal()).count();
            let (from, to) = (at, at + equal);
            let before = if from == 0 { 0 } else { CONTEXT_LINES };
            let behind = if to == rows.len() { 0 } else { CONTEXT_LINES };
            if equal > before + behind {
                self.items(path, &rows[from..from + before]);
                let folded = &rows[from + before..to - behind];
                let fold = self.fold(folded.len());
                self.push(Row::Fold(fold));
                if fold.is_open {
                    self.items(path, folded);
                }
                self.items(path, &rows[to - behind..to]);
            } else {
                self.items(path, &rows[from..to]);
            }
            let differing = rows[to..].iter().take_while(|row| !row.is_equal()).count();
            self.items(path, &rows[to..to + differing]);
            at = to + differing;
        }
    }

    /// The next fold.
    fn fold(&mut self, items: usize) -> Fold {
        self.table.folds += 1;
        let id = self.table.folds;
        let is_open = match &self.options.open {
            Open::All => true,
            Open::Some(open) => open.contains(&id),
        };
        Fold { id, items, is_open }
    }

    /// Adds rows that are all equal, or all of one difference.
    fn items(&mut self, path: &[u8], rows: &[GridRow<'_>]) {
        let is_difference = rows.first().is_some_and(|row| !row.is_equal());
        self.table.differences += usize::from(is_difference);
        for (at, row) in rows.iter().enumerate() {
            if self.is_full() {
                return;
            }
            let cells = self.cells(path, row);
            self.push(Row::Item(ItemRow {
                difference: is_difference.then_some(self.table.differences),
                is_first: is_difference && at == 0,
                is_noise: summary::is_noise(path, row),
                cells,
            }));
        }
    }

    fn cells(&mut self, path: &[u8], row: &GridRow<'_>) -> Vec<Cell> {
        let marked = |line: &'_ Line<'_>| self.mask.ranges(path, &line.text);
        let lines: Vec<Option<Marked<'_>>> = (0..row.slots.len())
            .map(|at| row.slots[at].line.filter(|_| !row.repeats(at)))
            .map(|line| line.map(|line| Marked::new(&line.text, marked(line))))
            .collect();
        let mut cells: Vec<Cell> = Vec::with_capacity(lines.len());
        for (at, slot) in row.slots.iter().enumerate() {
            // The text to compare with mostly stands on the same row.
            let other = slot.against.map(|other| {
                let is_it =
                    |slot: &Slot<'_>| slot.line.is_some_and(|line| std::ptr::eq(line, other));
                let place = row.slots.iter().position(is_it);
                match place.and_then(|at| lines[at].as_ref()) {
                    Some(marked) => Cow::Borrowed(marked),
                    None => Cow::Owned(Marked::new(&other.text, marked(other))),
                }
            });
            let text = slot.line.and_then(|line| match &lines[at] {
                Some(marked) => {
                    let segments = segments(marked, other.as_deref(), &mut self.words_left);
                    Some(cell_text(line.number, marked, &segments))
                }
                None => cells.last()?.text.as_ref().map(|before| CellText {
                    line: line.number,
                    ..before.clone()
                }),
            });
            cells.push(Cell {
                change: slot.change,
                text,
                elsewhere: slot.elsewhere,
            });
        }
        cells
    }

    fn push(&mut self, row: Row) {
        if !self.is_full() {
            self.table.rows.push(row);
        }
    }

    /// Whether no row fits any more; asked only when there is another one.
    fn is_full(&mut self) -> bool {
        self.table.truncated |= self.table.rows.len() >= self.options.max_rows;
        self.table.truncated
    }
}

/// The summary of a menu without items that only one of two columns has.
fn empty_menu(menu: &MenuColumns<'_>, column: usize) -> Option<MenuSummary> {
    let (before, after) = (menu.present[column - 1], menu.present[column]);
    (menu.is_empty() && before != after).then(|| MenuSummary {
        added: usize::from(after),
        removed: usize::from(before),
        ..MenuSummary::of(menu.path)
    })
}
