//! The report of a month over every site of a scope, read and reckoned: what page and file are both
//! made of.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::sites::{self, Figures, SiteLine};
use crate::db::pages::{self as db, ReportMonth};
use crate::model::Scope;
use crate::web::reports::{month::Month, period::Period};
use crate::web::{bodies, error::PageError, format, state::AppState};

/// The months that something can be told of, wherever sites are.
pub struct Months {
    pub first: Month,
    /// The one that goes on, where it came first.
    pub newest: Month,
    timezones: Vec<String>,
}

impl Months {
    /// Reads them. Where there is no site there is this month.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn read(state: &AppState, scope: &Scope) -> Result<Self, PageError> {
        let now = state.now();
        let mut conn = state.connection().await?;
        let clocks = db::list_report_clocks(&mut conn, scope).await?;
        let months = clocks.iter().map(|clock| {
            let zone = format::zone(&clock.timezone);
            (Month::at(clock.begin.min(now), zone), Month::at(now, zone))
        });
        let here = Month::at(now, Tz::UTC);
        let (first, newest) = months
            .reduce(|all, one| (all.0.min(one.0), all.1.max(one.1)))
            .unwrap_or((here, here));
        let timezones = clocks.into_iter().map(|clock| clock.timezone);
        Ok(Self {
            first,
            newest,
            timezones: timezones.collect(),
        })
    }
}

/// A month of every site.
pub struct Report {
    pub month: Month,
    pub now: DateTime<Utc>,
    /// Every site that had a device, those that missed most first.
    pub sites: Vec<SiteLine>,
    pub total: Figures,
    /// How many devices had backups of the month, or of later, deleted by retention.
    pub thinned: u64,
    /// Whether the month goes on anywhere.
    pub goes_on: bool,
    /// From when on results are known where some are deleted by now.
    pub counted_from: Option<DateTime<Utc>>,
}

impl Report {
    /// Reads it.
    ///
    /// # Errors
    /// [`PageError::NotFound`] when the month is before or after all that can be told.
    pub async fn read(state: &AppState, scope: &Scope, month: Month) -> Result<Self, PageError> {
        let months = Months::read(state, scope).await?;
        if month < months.first || month > months.newest {
            return Err(PageError::NotFound("report"));
        }
        let now = state.now();
        let mut conn = state.connection().await?;
        let gone_to = db::get_runs_gone_to(&mut conn).await?;
        let periods = months.timezones.into_iter().map(|timezone| {
            let period = Period::new(month, format::zone(&timezone), now, gone_to);
            (timezone, period)
        });
        let periods: HashMap<String, Period> = periods.collect();
        let spans = periods.iter().map(|(timezone, period)| ReportMonth {
            timezone,
            days: &period.days,
            until: period.until(),
        });
        let spans: Vec<_> = spans.collect();
        let rows = db::list_report_attendance(&mut conn, scope, &spans).await?;
        drop(conn);
        let goes_on = periods.is_empty() || periods.values().any(Period::goes_on);
        let counted_from = periods.values().find_map(Period::counted_from);
        let (sites, thinned) = bodies::aside(move || sites::sites(&periods, rows)).await?;
        Ok(Self {
            month,
            now,
            total: sites::total(&sites),
            sites,
            thinned,
            goes_on,
            counted_from,
        })
    }

    /// Whether no result of the month is left anywhere.
    pub fn is_forgotten(&self) -> bool {
        !self.sites.is_empty() && self.sites.iter().all(|site| site.is_forgotten)
    }
}
