//! The report of a month over all sites as a page, which is also what is printed. The file has every
//! site.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
};
use chrono_tz::Tz;
use serde::Deserialize;

use super::read::Report;
use super::sites::SiteLine;
use super::{csv, summary};
use crate::plural::counted;
use crate::web::{
    error::PageError,
    filters, format,
    guard::SignedIn,
    links,
    paging::{Asked, Pager},
    reports::named,
    shell::{Area, Shell},
    state::AppState,
};

/// How many sites stand on one page: three sheets of paper.
const SITES_PER_PAGE: i64 = 100;

/// What the address may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ShowQuery {
    page: Option<i64>,
}

#[derive(Template, WebTemplate)]
#[template(path = "reports/everywhere/show.html")]
struct ShowPage {
    shell: Shell,
    report: Report,
    asked: Asked,
    summary: Vec<String>,
}

impl ShowPage {
    /// The sites of this page.
    fn sites(&self) -> &[SiteLine] {
        let slice = self.asked.slice();
        let begin = usize::try_from(slice.offset).unwrap_or(usize::MAX);
        let rest = self.report.sites.get(begin..).unwrap_or_default();
        let limit = usize::try_from(slice.limit).unwrap_or(usize::MAX);
        &rest[..rest.len().min(limit)]
    }

    fn pager(&self) -> Pager {
        let total = self.report.sites.len();
        self.asked.of(i64::try_from(total).unwrap_or(i64::MAX))
    }

    fn page_prefix(&self) -> String {
        format!("{}?page=", links::report(self.report.month))
    }

    /// When it was made. The sites have a clock each, so it is told in none of these.
    fn made_at(&self) -> String {
        self.report.now.format("%-d %B %Y, %H:%M UTC").to_string()
    }

    /// What it can not tell, and why.
    fn unknown(&self) -> Vec<String> {
        let mut said = Vec::new();
        if self.report.is_forgotten() {
            said.push("The results of backups of this month are deleted by now, as the limit for them says: on which days devices were verified, and what failed, is no longer known.".to_owned());
        } else if let Some(from) = self.report.counted_from {
            let from = format::minute(from, Tz::UTC);
            said.push(format!("The results of backups before {from} UTC are deleted by now, as the limit for them says: days are counted from then on."));
        }
        if self.report.thinned > 0 {
            said.push(format!("Backups of {} were deleted by the rules of retention since, so some of their changes may be missing.", counted(self.report.thinned, "device")));
        }
        said
    }
}

/// Shows the report of a month like `2026-05`, or sends the file `2026-05.csv`.
pub async fn show(
    State(state): State<AppState>,
    person: SignedIn,
    Path(name): Path<String>,
    Query(query): Query<ShowQuery>,
) -> Result<Response, PageError> {
    let (month, is_file) = named(&name)?;
    let report = Report::read(&state, &person.scope, month).await?;
    if is_file {
        return csv::file(report).await;
    }
    Ok(ShowPage {
        shell: Shell::new(&state, &person, Area::Sites),
        summary: summary::sentences(&report),
        report,
        asked: Asked::new(query.page, SITES_PER_PAGE),
    }
    .into_response())
}
