//! The report of a month over all sites as a file for a spreadsheet or a program: a line a site, and
//! columns that keep their names. What is not known is empty.

use axum::response::Response;
use chrono::SecondsFormat;

use super::read::Report;
use super::sites::SiteLine;
use crate::managing::csv::{BYTE_ORDER_MARK, lines};
use crate::web::{bodies, error::PageError, reports};

const COLUMNS: [&str; 13] = [
    "site",
    "name",
    "month",
    "month_is_over",
    "made_at",
    "devices",
    "device_days_counted",
    "device_days_verified",
    "device_days_not_verified",
    "changes",
    "failures",
    "suspect",
    "devices_never_verified",
];

/// The file.
///
/// # Errors
/// When memory can not be written to, which does not happen.
pub async fn file(report: Report) -> Result<Response, PageError> {
    let name = format!("report_{}.csv", report.month);
    let file = bodies::aside(move || written(&report)).await?;
    reports::csv::attached(&name, file)
}

fn written(report: &Report) -> Result<Vec<u8>, csv::Error> {
    let head = COLUMNS.map(str::to_owned);
    let rows = report.sites.iter().map(|site| cells(report, site));
    let rows: Vec<_> = std::iter::once(head).chain(rows).collect();
    Ok([BYTE_ORDER_MARK, &lines(&rows)?].concat())
}

fn cells(report: &Report, site: &SiteLine) -> [String; COLUMNS.len()] {
    let figures = &site.figures;
    // Of a month whose results are gone, nothing is known; 0 would be a lie.
    let known = |value: String| {
        if site.is_forgotten {
            String::new()
        } else {
            value
        }
    };
    [
        site.slug.clone(),
        site.name.clone(),
        report.month.to_string(),
        (!report.goes_on).to_string(),
        report.now.to_rfc3339_opts(SecondsFormat::Secs, true),
        figures.devices.to_string(),
        known(figures.days.to_string()),
        known(figures.verified().to_string()),
        known(figures.missed.to_string()),
        figures.changes.to_string(),
        known(figures.failures.to_string()),
        known(figures.suspects.to_string()),
        known(figures.unverified.to_string()),
    ]
}
