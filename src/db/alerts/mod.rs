//! Alerts in the database: what is looked at, what came of it, and the messages on their way.

pub mod content;
pub mod gather;
pub mod log;
pub mod messages;
pub mod overdue;
pub mod queue;
pub mod settings;
pub mod watch;
