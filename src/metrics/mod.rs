//! What monitoring is told in numbers: what this process did since it began, and the text format
//! that Prometheus reads.
//!
//! It stands apart from `web`, which serves it, because the collector counts here, too. What the
//! database knows is not counted a second time: `db::metrics` reads it when it is asked for.
//! Every label is a word of ours, so that there are as many series as such words, however many
//! sites, devices and people there are.

mod process;
mod text;

pub use process::{AlertEnd, Durations, PROCESS, PageClass, Process, RunEnd};
pub use text::{Exposition, Kind};
