//! Runs: those of all devices, and everything about one.

mod change;
pub(super) mod days;
mod fate;
mod filter;
mod list;
mod show;

pub use change::cancel;
pub use fate::Fate;
pub use list::list;
pub use show::{draw_progress, events, show};
