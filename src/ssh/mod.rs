//! One SSH connection to one device: algorithms, host key, sign-in, and commands with limits.
//! Knows no vendor. Every wait in here has a deadline.
//!
//! Built on russh itself: the wrapper async-ssh2-tokio has no trust on first use, no deadlines
//! and no byte-exact output (`docs/ARCHITECTURE.md` has the whole comparison).

mod algorithms;
mod auth;
mod connection;
mod error;
mod exec;
mod host_key;
mod severable;

pub use auth::{Login, Proof};
pub use connection::{Connection, Peer};
pub use error::{SshError, Stage};
pub use exec::{Ending, ExecLimits, ExecOutput};
pub use host_key::HostKey;
