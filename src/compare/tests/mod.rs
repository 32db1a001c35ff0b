//! Tests of the comparison: of lines, of items, and what must hold for any exports.
#![allow(clippy::unwrap_used, reason = "a test stops where it is surprised")]

mod bounds;
mod draw;
mod edits;
mod items;
mod masked;
mod properties;
mod unified;
