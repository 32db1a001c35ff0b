//! Many sites, devices or credentials at once, as CSV.
//!
//! A file is read, each line of it is compared with what is stored (`Plan`), and only a plan
//! without a wrong line is applied, in one transaction. The plan is made anew when it is applied,
//! and has a stamp, so that what is applied is what was looked at.

mod cell;
mod credentials;
mod decide;
mod devices;
mod export;
mod kind;
mod plan;
mod read;
mod sites;
#[cfg(test)]
mod tests;
mod users;

pub use export::{
    BYTE_ORDER_MARK, devices as export_devices, lines, sites as export_sites, users as export_users,
};
pub use kind::Kind;
pub use plan::{Counts, Effect, Line, Plan, Stored};
pub use read::{MAX_BYTES, MAX_LINES, Unreadable, check};
