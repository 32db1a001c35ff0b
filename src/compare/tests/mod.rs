//! Tests of the comparison: of lines, of items, and what must hold for any two exports.
#![allow(clippy::unwrap_used, reason = "a test stops where it is surprised")]

mod draw;
mod items;
mod lines;
