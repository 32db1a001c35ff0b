//! The report of a site and a month, read and reckoned: what page and file are both made of.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::figures::{Line, lines};
use super::month::Month;
use super::period::Period;
use crate::db::pages::{self as db, ReportFailure, ReportSpan, ReportStart, SiteHead};
use crate::model::Scope;
use crate::web::{error::PageError, format, state::AppState};

/// How much of a list that may be long is read.
#[derive(Debug, Clone, Copy)]
pub struct Lists {
    pub changes: i64,
    pub keys: i64,
}

/// A site and a month of it.
pub struct Report {
    pub site: SiteHead,
    pub zone: Tz,
    pub month: Month,
    pub period: Period,
    /// Every device.
    pub lines: Vec<Line>,
    pub failures: Vec<ReportFailure>,
    /// The first of them, as many as were asked for.
    pub changes: Vec<db::ReportChange>,
    pub keys: Vec<db::ReportKey>,
}

/// The site of this slug, with the first and the newest month that can be reported of it.
pub async fn site(
    state: &AppState,
    scope: &Scope,
    slug: &str,
) -> Result<(SiteHead, Month, Month), PageError> {
    let mut conn = state.connection().await?;
    let site = db::get_site(&mut conn, scope, slug).await?;
    let site = site.ok_or(PageError::NotFound("site"))?;
    let start = db::get_report_start(&mut conn, scope, site.id).await?;
    let start = start.ok_or(PageError::NotFound("site"))?;
    let zone = format::zone(&site.timezone);
    let now = state.now();
    let first = Month::at(begin(&start, now), zone);
    Ok((site, first, Month::at(now, zone)))
}

/// When the site was there first; a restored one may be younger than its backups.
fn begin(start: &ReportStart, now: DateTime<Utc>) -> DateTime<Utc> {
    let taken = start.first_taken_at.unwrap_or(now);
    start.created_at.min(taken).min(now)
}

impl Report {
    /// Reads it.
    ///
    /// # Errors
    /// [`PageError::NotFound`] when there is no such site in the scope, or the month is before or
    /// after all that can be told of it.
    pub async fn read(
        state: &AppState,
        scope: &Scope,
        slug: &str,
        month: Month,
        most: Lists,
    ) -> Result<Self, PageError> {
        let (site, first, newest) = site(state, scope, slug).await?;
        if month < first || month > newest {
            return Err(PageError::NotFound("report"));
        }
        let zone = format::zone(&site.timezone);
        let mut conn = state.connection().await?;
        let gone_to = db::get_runs_gone_to(&mut conn).await?;
        let period = Period::new(month, zone, state.now(), gone_to);
        let span = ReportSpan {
            scope,
            site: site.id,
            days: &period.days,
            from: period.begin(),
            until: period.until(),
        };
        let devices = db::list_report_devices(&mut conn, span).await?;
        let results = db::list_report_results(&mut conn, span).await?;
        let failures = db::list_report_failures(&mut conn, span).await?;
        let changes = db::list_report_changes(&mut conn, span, most.changes).await?;
        let keys = db::list_report_keys(&mut conn, span, most.keys).await?;
        drop(conn);
        let lines = lines(&period, site.id, devices, &results, &failures);
        Ok(Self {
            site,
            zone,
            month,
            period,
            lines,
            failures,
            changes,
            keys,
        })
    }

    /// How many devices had backups of the month, or of before, deleted by retention.
    pub fn thinned(&self) -> usize {
        let begin = self.period.begin();
        let devices = self.lines.iter().map(|line| line.device.thinned_to);
        devices
            .filter(|to| to.is_some_and(|to| to >= begin))
            .count()
    }
}
