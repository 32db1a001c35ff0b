//! The report of a month as a page, which is also what is printed. Its lists have bounds, which it
//! names where they are reached; the file has every device.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};

use super::csv;
use super::figures::Line;
use super::month::DaySet;
use super::report::{Lists, Report};
use super::{named, summary, told};
use crate::db::pages::ReportFailure;
use crate::plural::counted;
use crate::web::{
    error::PageError,
    filters, format,
    guard::SignedIn,
    links,
    shell::{Area, Shell},
    state::AppState,
};

/// How many devices the page has.
const MOST_DEVICES: usize = 1_000;
/// How many changes, failures and host keys it lists.
const MOST_CHANGES: i64 = 500;
const MOST_FAILURES: usize = 500;
const MOST_KEYS: i64 = 100;

#[derive(Template, WebTemplate)]
#[template(path = "reports/show.html")]
struct ShowPage {
    shell: Shell,
    report: Report,
    summary: Vec<String>,
}

impl ShowPage {
    fn new(shell: Shell, report: Report) -> Self {
        let summary = summary::sentences(&report.period, &report.lines, &report.failures);
        Self {
            shell,
            report,
            summary,
        }
    }

    fn lines(&self) -> impl Iterator<Item = &Line> {
        self.report.lines.iter().take(MOST_DEVICES)
    }

    fn failures(&self) -> impl Iterator<Item = &ReportFailure> {
        self.report.failures.iter().take(MOST_FAILURES)
    }

    fn more_devices(&self) -> usize {
        self.report.lines.len().saturating_sub(MOST_DEVICES)
    }

    fn more_failures(&self) -> usize {
        self.report.failures.len().saturating_sub(MOST_FAILURES)
    }

    /// How many changes are not listed.
    fn more_changes(&self) -> i64 {
        let changes = self.report.lines.iter().map(|line| line.device.changes);
        let listed = i64::try_from(self.report.changes.len()).unwrap_or(i64::MAX);
        (changes.sum::<i64>() - listed).max(0)
    }

    fn more_keys(&self) -> i64 {
        let keys = self
            .report
            .lines
            .iter()
            .map(|line| line.device.host_key_changes);
        let listed = i64::try_from(self.report.keys.len()).unwrap_or(i64::MAX);
        (keys.sum::<i64>() - listed).max(0)
    }

    /// When it was made, with the zone that all its times are in.
    fn made_at(&self) -> String {
        let local = self.shell.now.with_timezone(&self.report.zone);
        local.format("%-d %B %Y, %H:%M %Z").to_string()
    }

    /// What it can not tell, and why.
    fn unknown(&self) -> Vec<String> {
        let period = &self.report.period;
        let minute = |at| format::minute(at, self.report.zone);
        let mut said = Vec::new();
        if period.is_forgotten() {
            said.push("The results of backups of this month are deleted by now, as the limit for them says: on which days a device was verified, and what failed, is no longer known.".to_owned());
        } else if let Some(from) = period.counted_from() {
            said.push(format!("The results of backups before {} are deleted by now, as the limit for them says: days are counted from then on.", minute(from)));
        }
        let thinned = self.report.thinned();
        if thinned > 0 {
            said.push(format!("Backups of {} were deleted by the rules of retention since, so some of their changes may be missing.", counted(thinned as u64, "device")));
        }
        said
    }
}

/// Shows the report of a month like `2026-05`, or sends the file `2026-05.csv`.
pub async fn show(
    State(state): State<AppState>,
    person: SignedIn,
    Path((slug, name)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let (month, is_file) = named(&name)?;
    if is_file {
        let none = Lists {
            changes: 0,
            keys: 0,
        };
        let report = Report::read(&state, &person.scope, &slug, month, none).await?;
        return csv::file(report).await;
    }
    let most = Lists {
        changes: MOST_CHANGES,
        keys: MOST_KEYS,
    };
    let report = Report::read(&state, &person.scope, &slug, month, most).await?;
    let shell = Shell::new(&state, &person, Area::Sites);
    Ok(ShowPage::new(shell, report).into_response())
}
