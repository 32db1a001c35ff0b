//! The monthly report of a site, made to be handed to the customer: which backups were verified,
//! what changed and what failed, as a page for print and as CSV. What a month comes to is reckoned
//! apart from the pages (`month`, `period`, `due`, `attendance`, `figures`, `summary`, pure).

mod attendance;
mod csv;
mod due;
pub mod everywhere;
mod figures;
mod list;
mod month;
mod period;
mod report;
mod show;
mod summary;
mod told;

pub use figures::Line;
pub use list::list;
pub use month::Month;
pub use report::{Lists, Report};
pub use show::show;

use super::error::PageError;

/// How many months stand on one page: two years.
const MONTHS_PER_PAGE: i64 = 24;

/// The month that the last part of an address names, `2026-05`, and whether its file is asked for,
/// `2026-05.csv`.
fn named(name: &str) -> Result<(Month, bool), PageError> {
    let (name, is_file) = match name.strip_suffix(".csv") {
        Some(name) => (name, true),
        None => (name, false),
    };
    let month = name.parse().map_err(|_| PageError::NotFound("report"))?;
    Ok((month, is_file))
}
