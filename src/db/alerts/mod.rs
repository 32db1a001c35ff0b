//! Alerts in the database: what is looked at, what came of it, and the messages on their way.

pub mod messages;
