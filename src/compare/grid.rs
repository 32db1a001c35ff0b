//! The lines of one menu in two to six columns, each item on one row.
//!
//! Columns are taken up one after the other: each is paired with the rows so far, of which every
//! one is represented by its latest line. So an item that was gone for a while comes back on its
//! own row, and what a column says is always relative to the one before it.

use super::configuration::Line;
use super::pair::{Step, steps};
use super::table::Change;

/// What a column has on a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot<'a> {
    /// The line. `None` where the column does not have it.
    pub line: Option<&'a Line<'a>>,
    /// What it is compared with the column before.
    pub change: Change,
    /// For a moved line its line number at the other place.
    pub elsewhere: Option<usize>,
    /// The other text of the item that shows what differs in this one: the one before, or the
    /// one after where none came before. `None` where nothing differs.
    pub against: Option<&'a Line<'a>>,
}

impl Slot<'_> {
    const NONE: Self = Slot {
        line: None,
        change: Change::Absent,
        elsewhere: None,
        against: None,
    };
}

/// A row: one slot a column.
#[derive(Debug, Clone)]
pub(super) struct GridRow<'a> {
    pub slots: Vec<Slot<'a>>,
    /// The latest line. `None` for a row whose item has moved to another.
    latest: Option<&'a Line<'a>>,
}

impl<'a> GridRow<'a> {
    /// Whether all columns have the same.
    pub fn is_equal(&self) -> bool {
        self.slots.iter().all(|slot| slot.change == Change::Equal)
    }

    /// Whether the column has the item here.
    pub fn has(&self, column: usize) -> bool {
        self.slots[column].line.is_some()
    }

    /// Whether a column has the text of the column before, and nothing is marked in either.
    pub fn repeats(&self, column: usize) -> bool {
        let Some(before) = column.checked_sub(1).map(|before| &self.slots[before]) else {
            return false;
        };
        let slot = &self.slots[column];
        let is_plain = slot.against.is_none() && before.against.is_none();
        slot.change == Change::Equal && before.line.is_some() && is_plain
    }

    /// Lets the lines so far show what differs from the next one.
    fn show_against(&mut self, next: &'a Line<'a>) {
        for slot in &mut self.slots {
            if slot.line.is_some_and(|line| line.text != next.text) && slot.against.is_none() {
                slot.against = Some(next);
            }
        }
    }
}

/// The rows of a menu and how many items only stand in another order.
#[derive(Debug, Default)]
pub(super) struct Grid<'a> {
    pub rows: Vec<GridRow<'a>>,
    /// Items at another place in a menu whose order says nothing, and that are not shown as
    /// moved.
    pub reordered: usize,
}

/// Lines up the columns of a menu. Unless `moves`, another order is no difference.
pub(super) fn grid<'a>(columns: &[&'a [Line<'a>]], moves: bool) -> Grid<'a> {
    let mut grid = Grid::default();
    for (column, lines) in columns.iter().enumerate() {
        if column == 0 {
            grid.rows = first(columns.len(), lines);
            continue;
        }
        let rows = std::mem::take(&mut grid.rows);
        let mut next = Next {
            column,
            columns: columns.len(),
            lines,
            before: rows.into_iter().map(Some).collect(),
            items: Vec::new(),
            kept_to: 0,
            moves,
            grid: &mut grid,
        };
        next.take();
    }
    grid
}

/// A column while it is taken up.
struct Next<'a, 'g> {
    column: usize,
    columns: usize,
    lines: &'a [Line<'a>],
    /// The rows so far; each is taken out when its place comes.
    before: Vec<Option<GridRow<'a>>>,
    /// The rows that stand for an item: their places, their latest lines, and whether the column
    /// before has them.
    items: Vec<(usize, &'a Line<'a>, bool)>,
    kept_to: usize,
    moves: bool,
    grid: &'g mut Grid<'a>,
}

impl<'a> Next<'a, '_> {
    fn take(&mut self) {
        for (at, row) in self.before.iter().flatten().enumerate() {
            if let Some(latest) = row.latest {
                self.items.push((at, latest, row.has(self.column - 1)));
            }
        }
        let old: Vec<&Line<'_>> = self.items.iter().map(|(_, line, _)| *line).collect();
        let new: Vec<&Line<'_>> = self.lines.iter().collect();
        for step in steps(&old, &new) {
            self.step(step);
        }
        self.keep_until(self.before.len());
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Both { old, new } => self.both(old, new),
            Step::Removed { old } => self.gone(old, None),
            Step::Added { new } => self.came(new, None),
            Step::MovedTo { old, new } if self.moves => self.gone(old, Some(new)),
            Step::MovedFrom { old, new } if self.moves => self.came(new, Some(old)),
            Step::MovedTo { old, new } => {
                self.grid.reordered += 1;
                self.both(old, new);
            }
            // It is on the row where it stood.
            Step::MovedFrom { .. } => {}
        }
    }

    fn both(&mut self, old: usize, new: usize) {
        let (at, latest, is_before) = self.items[old];
        let line = &self.lines[new];
        let is_same = latest.text == line.text;
        let mut row = self.row(at);
        row.show_against(line);
        row.slots[self.column] = Slot {
            line: Some(line),
            change: match (is_before, is_same) {
                (false, _) => Change::Added,
                (true, true) => Change::Equal,
                (true, false) => Change::Changed,
            },
            elsewhere: None,
            against: (!is_same).then_some(latest),
        };
        row.latest = Some(line);
        self.grid.rows.push(row);
    }

    /// The item is gone, or has moved to a place further up or down.
    fn gone(&mut self, old: usize, to: Option<usize>) {
        let (at, _, is_before) = self.items[old];
        let to = to.map(|new| &self.lines[new]);
        let mut row = self.row(at);
        if let Some(line) = to {
            row.show_against(line);
            row.latest = None;
        }
        if is_before {
            let slot = &mut row.slots[self.column];
            slot.change = to.map_or(Change::Removed, |_| Change::MovedAway);
            slot.elsewhere = to.map(|line| line.number);
        }
        self.grid.rows.push(row);
    }

    /// The item is new, or has moved here from a place further up or down.
    fn came(&mut self, new: usize, from: Option<usize>) {
        let line = &self.lines[new];
        let from = from.map(|old| self.items[old]);
        let moved = from.filter(|(_, _, is_before)| *is_before);
        let mut slots = vec![Slot::NONE; self.columns];
        slots[self.column] = Slot {
            line: Some(line),
            change: moved.map_or(Change::Added, |_| Change::Moved),
            elsewhere: moved.map(|(_, latest, _)| latest.number),
            against: from
                .map(|(_, latest, _)| latest)
                .filter(|latest| latest.text != line.text),
        };
        self.grid.rows.push(GridRow {
            slots,
            latest: Some(line),
        });
    }

    /// The row at a place; those before it that stand for no item are kept as they are.
    fn row(&mut self, at: usize) -> GridRow<'a> {
        self.keep_until(at);
        self.kept_to = at + 1;
        self.before[at]
            .take()
            .expect("the steps name each row once, in order")
    }

    fn keep_until(&mut self, at: usize) {
        let rows = self.before.get_mut(self.kept_to..at).unwrap_or_default();
        self.grid
            .rows
            .extend(rows.iter_mut().filter_map(Option::take));
        self.kept_to = self.kept_to.max(at);
    }
}

/// The rows of the first column: what it has is neither new nor changed.
fn first<'a>(columns: usize, lines: &'a [Line<'a>]) -> Vec<GridRow<'a>> {
    let row = |line| {
        let mut slots = vec![Slot::NONE; columns];
        slots[0] = Slot {
            line: Some(line),
            change: Change::Equal,
            ..Slot::NONE
        };
        GridRow {
            slots,
            latest: Some(line),
        }
    };
    lines.iter().map(row).collect()
}
