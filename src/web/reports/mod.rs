//! The monthly report of a site, made to be handed to the customer: which backups were verified,
//! what changed and what failed, as a page for print and as CSV. What a month comes to is reckoned
//! apart from the pages (`month`, `figures`, `summary`, pure).

mod csv;
mod figures;
mod list;
mod month;
mod report;
mod show;
mod summary;
mod told;

pub use list::list;
pub use show::show;
