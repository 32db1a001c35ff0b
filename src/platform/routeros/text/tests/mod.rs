//! Tests of the text rules: over fixtures found by name, and over generated exports.

#![allow(clippy::unwrap_used, reason = "a test stops where it is surprised")]

mod fixtures;
mod highlight;
mod lines;
mod mask;
mod mask_properties;
mod menu_tree;
mod properties;
pub(crate) mod samples;
mod syntax;
