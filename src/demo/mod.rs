//! Simulated RouterOS routers: real SSH servers on the loopback address, with invented
//! configurations that change, and faults by name. The commands `demo` and `simulate`, the tests
//! and the benchmark all use the same ones. Nothing here reaches a real device.

mod config;
mod dice;
mod fault;
mod version;

pub use fault::{Fault, UnknownFault};
pub use version::{BadVersion, Version};
