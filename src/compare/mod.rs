//! The comparison of exports: what a page shows, and what a unified diff says.
//!
//! Two views of the same. The *table* understands the text: menus, items, attributes, moves; it
//! lines up two to six exports and speaks of physical lines of each. The *unified diff* is over
//! the lines of the comparison forms, for tickets and for patch(1). Both find what differs with
//! the real values and can show it with every secret masked.
//!
//! All of it is pure, and the same texts always give the same result: the worst case is bounded
//! by limits on what is searched and shown, and not by a clock.

mod build;
mod columns;
mod configuration;
mod grid;
mod item;
mod marks;
mod mask;
mod ops;
mod order;
mod pair;
mod pieces;
mod summary;
pub mod table;
#[cfg(test)]
mod tests;
mod unified;
mod words;

pub use build::table;
pub use table::{
    Cell, CellText, Change, ItemRow, MAX_COLUMNS, MenuRow, Open, Options, Row, StepSummary, Table,
};
pub use unified::{ChangedLines, changed_lines, unified, unified_steps};

/// How many unchanged lines or items are shown before and after a change.
const CONTEXT_LINES: usize = 3;
