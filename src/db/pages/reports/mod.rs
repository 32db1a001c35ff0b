//! What a report tells of a site and a month: its devices, what came of their backups, and what
//! changed. Each statement reads the month of one site, or in `everywhere` of one device, by an index,
//! however long the history is.

mod changes;
mod devices;
mod everywhere;
mod results;

pub use changes::{ReportChange, ReportKey, list_report_changes, list_report_keys};
pub use devices::{ReportDevice, ReportStart, get_report_start, list_report_devices};
pub use everywhere::{
    ReportAttendance, ReportClock, ReportMonth, list_report_attendance, list_report_clocks,
};
pub use results::{
    ReportFailure, ReportResults, get_runs_gone_to, list_report_failures, list_report_results,
};

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::{Scope, SiteId};

/// How long a run may have waited before the month in which it ended.
const LONGEST_WAIT: TimeDelta = TimeDelta::days(2);

/// What a report is of.
#[derive(Debug, Clone, Copy)]
pub struct ReportSpan<'a> {
    pub scope: &'a Scope,
    pub site: SiteId,
    /// When each of its days begins, in order.
    pub days: &'a [DateTime<Utc>],
    pub from: DateTime<Utc>,
    /// Exclusive.
    pub until: DateTime<Utc>,
}
