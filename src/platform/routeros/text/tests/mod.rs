//! Tests of the text rules: over fixtures found by name, and over generated exports.

#![allow(clippy::unwrap_used, reason = "a test stops where it is surprised")]

mod fixtures;
mod highlight;
mod lines;
mod mask;
mod mask_inside;
mod mask_named;
mod mask_properties;
mod mask_shown;
mod menu_tree;
mod properties;
pub(crate) mod samples;
mod syntax;
