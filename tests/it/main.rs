//! Everything that needs a database, a router or a browser: one binary, so that the private
//! PostgreSQL is started once.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod access;
mod alerts;
mod api;
mod archives;
mod backups;
mod browser;
mod cancelling;
mod cli;
mod connection_tests;
mod days;
mod deletion;
mod faults;
mod inventory;
mod kills;
mod lints;
mod listening;
mod managing;
mod migrations;
mod oidc;
mod operations;
mod pages;
mod plans;
mod queue;
mod retention;
mod rotation;
mod run_lists;
mod search;
mod secrets;
mod sshd;
mod storage;
mod support;
mod year;
