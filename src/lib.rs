//! RouterVault: configuration backups of MikroTik RouterOS routers, proven whole.
//!
//! `docs/ARCHITECTURE.md` is the map: which module does what, and the way of a nightly run
//! through them.

pub mod access;
pub mod archive;
pub mod cli;
pub mod collector;
pub mod compare;
pub mod db;
pub mod demo;
pub mod importing;
pub mod inventory;
pub mod keyring;
pub mod listen;
pub mod managing;
pub mod metrics;
pub mod model;
pub mod notify;
pub mod platform;
mod plural;
pub mod retention;
pub mod scheduler;
pub mod search;
pub mod ssh;
pub mod vault;
mod visible;
pub mod web;
mod working;
