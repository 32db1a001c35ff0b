//! Batches: all of them, newest first; one that moves while its runs go on; and what a person
//! may do to one.

mod change;
mod list;
pub mod progress;
mod show;

pub use change::{cancel, retry};
pub use list::list;
pub use show::{draw_progress, events, show};
