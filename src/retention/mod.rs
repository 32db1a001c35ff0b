//! What goes of what was kept, when, and why: rules, what they say of a history, and the part of
//! the program that acts on it.
//!
//! `decide` and `nearest` are pure, for both the preview and the deletion ask them, so that what
//! was promised is what is done. `pass` deletes; nothing else does but a person.

mod decide;
mod keeper;
mod nearest;
mod pass;
mod places;
mod preview;
mod protect;
mod runs;
#[cfg(test)]
mod tests;

pub use decide::{Decision, Fate, Why, decide};
pub use keeper::run;
pub use nearest::{Place, Rules};
pub use pass::{Passed, pass};
pub use preview::{Change, Going, Preview, preview};
