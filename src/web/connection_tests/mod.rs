//! **Test connection**: the whole attempt on a device without storing anything, what its account
//! lacks, and the commands that give it. Only who asked for a test sees it.

mod advice;
mod change;
mod key_pair;
mod show;

pub use change::{TOO_MANY, again, ask, begin, cancel, create, earlier, request};
pub use key_pair::make as make_key_pair;
pub use show::{draw_progress, events, show};
