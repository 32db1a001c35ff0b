//! What the pages read: lists and single rows in the shape the pages show them. Nothing here
//! writes, so that a reader of `web` knows that a GET can not change anything.
//!
//! Coverage comes from the columns that the collector keeps on `devices`; no list looks at
//! snapshots row by row.

mod audit;
mod batches;
mod connection_tests;
mod coverage;
mod devices;
mod downloads;
mod inventory;
mod matches;
mod movement;
mod reports;
mod restore;
mod runs;
mod scripts;
pub mod search;
mod site_devices;
mod site_schedules;
mod sites;
mod snapshots;
mod standing;

pub use audit::{
    AuditFilter, AuditPage, AuditRow, SHORTEST_TEXT, list_audit, list_existing_snapshots,
};
pub use batches::{
    BatchFilter, BatchHead, BatchRow, BatchRunRow, RunCounts, count_runs, get_batch,
    list_batch_runs, list_batches,
};
pub use connection_tests::{ConnectionTestHead, get_connection_test, get_connection_test_movement};
pub use coverage::{SiteFilter, SiteRow, Stand, Totals, list_sites, list_tags, total_coverage};
pub use devices::{
    DeviceFilter, DeviceHead, DeviceRow, DeviceRunRow, get_device, get_device_place,
    list_device_ids, list_device_runs, list_devices,
};
pub use downloads::{NewestRow, TickedRow, list_newest, list_ticked};
pub use inventory::{
    DeviceRecord, DeviceRecords, SiteRecord, SiteRecords, list_device_records, list_site_records,
};
pub use matches::{DeviceMatch, SiteMatch, match_devices, match_sites};
pub use movement::{Movement, get_batch_movement, get_batches_movement, get_run_movement};
pub use reports::{
    ReportAttendance, ReportChange, ReportClock, ReportDevice, ReportFailure, ReportKey,
    ReportMonth, ReportResults, ReportSpan, ReportStart, get_report_start, get_runs_gone_to,
    list_report_attendance, list_report_changes, list_report_clocks, list_report_devices,
    list_report_failures, list_report_keys, list_report_results,
};
pub use restore::{RestoreTarget, get_restore_target, list_restore_targets};
pub use runs::{MadeBy, RunFilter, RunHead, RunListRow, RunStateFilter, get_run, list_runs};
pub use scripts::{ChosenDevice, ScriptDevice, list_chosen, search_devices};
pub use site_devices::{
    FoundDevice, SiteDays, WorstDevice, list_found, list_site_days, list_worst,
};
pub use site_schedules::{SiteSchedule, list_site_schedules};
pub use sites::{Coverage, SiteHead, get_site, site_coverage};
pub use snapshots::{
    SnapshotHead, SnapshotNotes, SnapshotRow, get_snapshot, get_snapshot_notes, list_snapshots,
};
pub use standing::{SnapshotStanding, get_snapshot_standing};

/// The part of a list that one page shows.
#[derive(Debug, Clone, Copy)]
pub struct Slice {
    /// How many rows at most.
    pub limit: i64,
    /// How many rows are passed over.
    pub offset: i64,
}
