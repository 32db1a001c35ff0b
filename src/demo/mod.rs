//! Simulated RouterOS routers: real SSH servers on the loopback address, with invented
//! configurations that change, and faults by name. The commands `demo` and `simulate`, the tests
//! and the benchmark all use the same ones. Nothing here reaches a real device.

mod account;
mod cli;
mod clock;
mod config;
mod dice;
mod export;
mod fault;
mod fleet;
mod header;
mod inventory;
mod model;
mod prints;
mod router;
mod sample;
mod server;
mod spec;
mod version;

pub mod recordings;

pub use clock::Clock;
pub use fault::{Fault, UnknownFault};
pub use fleet::{Fleet, RunningRouter};
pub use inventory::{DemoSite, inventory_toml};
pub use model::Model;
pub use sample::{live, sample_fleet};
pub use spec::{Algorithms, AuthMethods, HostKeyKind, RouterSpec};
pub use version::{BadVersion, Version};

#[cfg(test)]
mod tests;
