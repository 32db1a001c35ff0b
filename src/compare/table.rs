//! The comparison as a table: what a page shows, without a word of HTML.
//!
//! These are the types that pages are built on; how they are filled is in the files beside.

use std::collections::BTreeSet;

use crate::platform::routeros::text::Tone;

/// How many rows a table has at most: what a browser can still show.
pub const MAX_ROWS: usize = 5_000;
/// How many exports are compared side by side at most.
pub const MAX_COLUMNS: usize = 6;

/// How a comparison is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Whether every secret is shown as [`MASK`](crate::platform::routeros::text::MASK). What
    /// differs is found with the real values in any case.
    pub mask: bool,
    /// Whether status remarks, times, and another order where order says nothing are shown.
    pub noise: bool,
    /// Which folds are open.
    pub open: Open,
    /// How many rows the table has at most.
    pub max_rows: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            mask: true,
            noise: false,
            open: Open::Some(BTreeSet::new()),
            max_rows: MAX_ROWS,
        }
    }
}

/// Which folds are open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Open {
    /// All of them.
    All,
    /// Those with these numbers.
    Some(BTreeSet<usize>),
}

/// Two to six exports, aligned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What each export says of itself, in the order given.
    pub columns: Vec<Column>,
    /// What changed from each column to the next: one fewer than columns.
    pub steps: Vec<StepSummary>,
    /// The rows from top to bottom: each menu of any export, with its items where one differs or
    /// its fold is open.
    pub rows: Vec<Row>,
    /// How many differences there are, those beyond the last row included. They are numbered
    /// from 1.
    pub differences: usize,
    /// How many folds there are, those beyond the last row included.
    pub folds: usize,
    /// Whether rows were left out at the end because there are too many.
    pub truncated: bool,
    /// How many items stand in another order where order says nothing, over all columns. They
    /// are no difference, and shown as moved with `noise`.
    pub reordered: usize,
    /// How many lines are status remarks and times, over all columns. They are no difference,
    /// and shown with `noise`.
    pub remarks: usize,
    /// How many lines at the ends of the exports were not compared because there are too many;
    /// no router known has a tenth of what is compared.
    pub left_out: usize,
}

/// What an export says of itself. `None` for what its header does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Column {
    /// RouterOS version, `7.16.2`.
    pub version: Option<String>,
    /// Model.
    pub model: Option<String>,
}

/// What changed from one column to the next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StepSummary {
    /// The two RouterOS versions, when both are known and differ. An upgrade rewrites lines that
    /// nobody touched.
    pub version: Option<(String, String)>,
    /// The two models, when both are known and differ.
    pub model: Option<(String, String)>,
    /// The menus with a difference, in the order of the table.
    pub menus: Vec<MenuSummary>,
}

/// What changed in a menu. An item that moved and changed counts as both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MenuSummary {
    /// The menu in words, without the slash: `ip firewall filter`, `header`, `not exported`.
    pub menu: String,
    /// Items that came.
    pub added: usize,
    /// Items that went.
    pub removed: usize,
    /// Items with other attributes.
    pub changed: usize,
    /// Items at another place.
    pub moved: usize,
    /// Whether the menu holds a single item on both sides, such as `system identity`.
    pub is_single: bool,
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// A menu with what follows.
    Menu(MenuRow),
    /// Items that are not shown, or were opened: then the rows follow.
    Fold(Fold),
    /// An item in each column that has it.
    Item(ItemRow),
}

/// The heading of a menu. It has no items below when they are all equal and not open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuRow {
    /// `/ip firewall filter`, `header` or `not exported`, fit to be shown.
    pub path: String,
    /// The fold of all its items, when none of them differs.
    pub fold: Option<Fold>,
    /// Number of the difference, when the heading itself is one: an empty menu that not all
    /// columns have.
    pub difference: Option<usize>,
    /// For each column whether it has the menu.
    pub present: Vec<bool>,
}

/// Equal items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fold {
    /// Its number, from 1, the same whichever folds are open, for [`Open::Some`].
    pub id: usize,
    /// How many rows of items it holds.
    pub items: usize,
    /// Whether its rows follow.
    pub is_open: bool,
}

/// An item in all columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemRow {
    /// Number of the difference that the row belongs to. `None` when all columns have the same.
    pub difference: Option<usize>,
    /// Whether it is the first row of that difference: the place for its anchor.
    pub is_first: bool,
    /// Whether it only differs in what comes and goes by itself. Such rows are there with
    /// `noise` only, and not in the summary.
    pub is_noise: bool,
    /// One a column.
    pub cells: Vec<Cell>,
}

/// What a column has on a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// What it is compared with the column before.
    pub change: Change,
    /// The item. `None` where the column does not have it.
    pub text: Option<CellText>,
    /// Where a moved item stands on the other side, as a physical line number: for
    /// [`Change::Moved`] in the column before, for [`Change::MovedAway`] in this one.
    pub elsewhere: Option<usize>,
}

/// The text of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellText {
    /// Number of its first physical line in the export, from 1.
    pub line: usize,
    /// The text in pieces, in order.
    pub pieces: Vec<Piece>,
    /// How many bytes are not shown because it is very long.
    pub hidden_bytes: usize,
}

/// What a cell is compared with the column before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// The same item with the same text; in the first column, any item.
    Equal,
    /// The same item with other attributes.
    Changed,
    /// The column before does not have it.
    Added,
    /// The column before has it and this one does not.
    Removed,
    /// It stood elsewhere in the column before; the pieces say whether it changed as well.
    Moved,
    /// It stood here in the column before and is now elsewhere.
    MovedAway,
    /// Neither this column nor the one before has it.
    Absent,
}

/// A piece of text that is shown in one way. Every character of it is visible: it has to be
/// escaped for HTML and needs no other care.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The text, or the mask of a secret, or how much is left out.
    pub text: String,
    /// Whether it differs from the text it stands for, in the column before or, for the first
    /// that has the item, in the next other one.
    pub is_changed: bool,
    /// Whether it is the mask of a secret.
    pub is_secret: bool,
    /// How it is shown; how many bytes are left out in the middle, as a continuation.
    pub tone: Tone,
}

impl Table {
    /// Whether all exports have the same configuration.
    #[must_use]
    pub fn is_identical(&self) -> bool {
        self.left_out == 0 && self.steps.iter().all(|step| step.menus.is_empty())
    }
}
