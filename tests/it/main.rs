//! Everything that needs a database, a router or a browser: one binary, so that the private
//! PostgreSQL is started once.

mod backups;
mod cli;
mod faults;
mod inventory;
mod pages;
mod queue;
mod sshd;
mod storage;
mod support;
