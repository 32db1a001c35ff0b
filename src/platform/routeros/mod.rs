//! MikroTik RouterOS: the session (facts, and the export with its proof), and, pure, the text
//! and the judgement.

mod export;
mod facts;
pub mod judge;
pub mod restore;
mod session;
pub mod text;

pub use session::back_up;
