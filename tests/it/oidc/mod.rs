//! Single sign-on: against a certified provider that runs on loopback, and against one written here
//! that lies, breaks, hangs and floods.

mod broken;
mod liar;
mod lies;
mod node;
mod sign_in;
mod visitor;

/// What rustls needs to be told once in a process; another test may have done so.
fn choose_cryptography() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}
