//! The simulated routers seen from the network: by russh's client, by OpenSSH, and by
//! async-ssh2-tokio, which nobody here wrote.

mod client;
mod faults_of_text;
mod faults_of_transport;
mod health;
mod others;
