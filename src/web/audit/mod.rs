//! **Audit**: who did what, when, from where and on what; and the same as a file. Nothing here
//! changes anything, and the database refuses to.

mod asked;
mod download;
mod list;

pub use download::download;
pub use list::list;
