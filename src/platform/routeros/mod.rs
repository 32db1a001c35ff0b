//! MikroTik RouterOS: the session (facts, and the export with its proof), and, pure, the text,
//! the judgement, and advice on restoring.

mod export;
mod facts;
pub mod judge;
pub mod restore;
mod session;
pub mod text;

pub use session::back_up;
