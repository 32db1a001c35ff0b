//! Batches: all of them, newest first; one that moves while its runs go on; and what a person
//! may do to one.

mod change;
mod list;
pub mod progress;
mod show;

pub use change::{cancel, retry};
pub use list::{ListQuery, draw_list, list, list_events, list_movement};
pub use show::{draw_progress, events, show};
