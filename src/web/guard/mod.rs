//! The guard at the door of every page: who asks, and whether they may.

mod person;

pub use person::SignedIn;
