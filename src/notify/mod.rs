//! Tells people what happened: looks at runs that ended and host keys that changed (`watch`), puts
//! what a rule asks for into messages (`gather`), writes them (`compose`) and brings them to mail
//! servers and webhooks (`deliver`). `stand`, `timing` and `retry` are the decisions, pure. Collectors
//! and pages know nothing of it: the database is between them.

mod compose;
mod deliver;
mod gather;
mod retry;
pub mod sealed;
mod stand;
mod timing;
mod watch;
mod worker;

pub use worker::{Settings, Worker};

use chrono::{DateTime, Utc};

/// A time as messages tell it, to the minute.
fn minute(at: DateTime<Utc>) -> impl std::fmt::Display {
    at.format("%Y-%m-%d %H:%M UTC")
}
