//! The report of a month as a file for a spreadsheet or a program: a line a device, and columns
//! that keep their names. What is not known is empty.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, SecondsFormat, Utc};

use super::figures::Line;
use super::report::Report;
use crate::managing::csv::{BYTE_ORDER_MARK, lines};
use crate::model::StoredFailureCode;
use crate::web::{bodies, error::PageError, file_names};

const COLUMNS: [&str; 26] = [
    "site",
    "month",
    "month_is_over",
    "made_at",
    "device",
    "model",
    "version",
    "is_enabled_now",
    "added_at",
    "archived_at",
    "results_known_from",
    "days_counted",
    "days_verified",
    "days_not_verified",
    "not_verified_on",
    "longest_gap_minutes",
    "last_verified_at",
    "changes",
    "lines_added",
    "lines_removed",
    "failures",
    "most_frequent_failure",
    "suspect",
    "host_key_changes",
    "days_backed_up",
    "schedule",
];

/// The file.
///
/// # Errors
/// When memory can not be written to, which does not happen.
pub async fn file(report: Report) -> Result<Response, PageError> {
    let name = format!(
        "{}_report_{}.csv",
        file_names::plain(&report.site.slug),
        report.month
    );
    let file = bodies::aside(move || written(&report)).await?;
    attached(&name, file)
}

/// A file to be kept under this name, of plain characters.
///
/// # Errors
/// When it could not be written.
pub fn attached(name: &str, file: Result<Vec<u8>, csv::Error>) -> Result<Response, PageError> {
    let file = file.map_err(|error| PageError::Internal(error.into()))?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    Ok((headers, file).into_response())
}

fn written(report: &Report) -> Result<Vec<u8>, csv::Error> {
    let head = COLUMNS.map(str::to_owned);
    let rows = report.lines.iter().map(|line| cells(report, line));
    let rows: Vec<_> = std::iter::once(head).chain(rows).collect();
    Ok([BYTE_ORDER_MARK, &lines(&rows)?].concat())
}

fn cells(report: &Report, line: &Line) -> [String; COLUMNS.len()] {
    let (period, device) = (&report.period, &line.device);
    // Of a month whose results are gone, nothing is known; 0 would be a lie.
    let known = |value: String| {
        if period.is_forgotten() {
            String::new()
        } else {
            value
        }
    };
    let gap = line.longest_gap.map(|gap| gap.num_minutes().to_string());
    let cause = line.most_frequent.as_ref().map(StoredFailureCode::as_str);
    [
        report.site.slug.clone(),
        report.month.to_string(),
        (!period.goes_on()).to_string(),
        time(Some(period.now)),
        device.name.clone(),
        device.model.clone().unwrap_or_default(),
        device.version.clone().unwrap_or_default(),
        device.enabled.to_string(),
        time(Some(device.created_at)),
        time(device.archived_at),
        time(period.counted_from()),
        known(line.counted_days.to_string()),
        known(line.verified_days.to_string()),
        known(line.missed.count().to_string()),
        known(line.missed.to_string().replace('\u{2013}', "-")),
        known(gap.unwrap_or_default()),
        time(line.last_verified_at),
        device.changes.to_string(),
        device.added_lines.to_string(),
        device.removed_lines.to_string(),
        known(line.failures.to_string()),
        known(cause.unwrap_or_default().to_owned()),
        known(line.suspects.to_string()),
        device.host_key_changes.to_string(),
        known(line.backed_up.count().to_string()),
        device.rhythm.clone().unwrap_or_default(),
    ]
}

fn time(at: Option<DateTime<Utc>>) -> String {
    at.map_or_else(String::new, |at| {
        at.to_rfc3339_opts(SecondsFormat::Secs, true)
    })
}
