//! MikroTik RouterOS: the session (facts, and the export with its proof), and, pure, the text,
//! the judgement, what an account may do, and advice on enrolling and restoring.

mod console;
pub mod enrol;
mod export;
mod facts;
pub mod judge;
pub mod policies;
pub mod restore;
mod session;
pub mod text;

pub use session::attempt;
