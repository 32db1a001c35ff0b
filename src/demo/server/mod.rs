//! The network side of a simulated router: the port, the wire with its length, SSH, and how an
//! answer is sent, whole or not.

mod accept;
mod algorithms;
mod delivery;
mod gate;
mod handler;
mod keys;
mod shell;
mod wire;

pub(super) use accept::Server;
