//! Who is to be backed up: `devices.toml` -> checked inventory -> database.
//!
//! Reading is all or nothing. Every problem of the file is found before anything is applied,
//! and all of them are told at once, each with its line and what to write instead. No message
//! shows the value of a key that may hold a secret.
//! `devices.example.toml` has every key with its meaning.

mod address;
mod apply;
mod apply_archives;
mod apply_retention;
mod apply_schedules;
mod archives;
mod credentials;
mod defaults;
mod key_pair;
mod keys;
mod private_key;
mod problem;
mod read;
mod report;
mod retention;
mod schedules;
mod section;
mod sites;
mod source;
mod suggest;
mod syntax;
mod targets;
mod types;
mod unique;
mod values;

#[cfg(test)]
mod tests;

/// The rules for single values, for whoever else takes them from outside: forms and CSV. What is
/// wrong is the end of a sentence that begins with the name of the value.
pub(crate) mod rules {
    pub(crate) use super::address::check as address;
    pub(crate) use super::defaults::{BUILT_IN, LONGEST_TIMEOUT_SECS};
    pub(crate) use super::private_key::{KeyProblem, check as private_key};
    pub(crate) use super::source::is_one_line;
    pub(crate) use super::suggest::{near_or_all, nearest, quote, quote_list};
    pub(crate) use super::syntax::decode;
    pub(crate) use super::values::{
        archive_comment, check_tag, device_name, in_range, name, slug, username, zone,
    };
}

pub use apply::{Applied, ApplyError, Counts, apply};
pub use key_pair::{KeyPair, KeyPairError, generate as generate_key_pair};
pub use problem::{Problem, Problems};
pub use read::{load, parse};
pub use types::{Credential, Device, Inventory, KeptOf, RetentionRule, Site};
