//! Who is to be backed up: `devices.toml` -> checked inventory -> database.
//!
//! Reading is all or nothing. Every problem of the file is found before anything is applied,
//! and all of them are told at once, each with its line and what to write instead. No message
//! shows the value of a key that may hold a secret.
//! `devices.example.toml` has every key with its meaning.

mod address;
mod apply;
mod credentials;
mod defaults;
mod keys;
mod private_key;
mod problem;
mod read;
mod report;
mod section;
mod sites;
mod source;
mod suggest;
mod syntax;
mod types;
mod unique;
mod values;

#[cfg(test)]
mod tests;

pub use apply::{Applied, ApplyError, Counts, apply};
pub use problem::{Problem, Problems};
pub use read::{load, parse};
pub use types::{Credential, Device, Inventory, Site};
