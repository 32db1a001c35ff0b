//! The monthly report over every site of who asks: a row a site, those that missed most first, with
//! the way to the report of each; as a page made for print and as CSV. It counts as the report of a
//! site does.

mod csv;
mod list;
mod read;
mod show;
mod sites;
mod summary;

pub use list::list;
pub use read::Report;
pub use show::show;
pub use sites::Figures;
