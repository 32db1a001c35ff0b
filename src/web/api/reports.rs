//! Monthly reports: what was verified, what changed and what failed, of a site and over all.

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    input::{Asked, Place},
    paging::{Page, Paging, Part},
    problem::Problem,
};
use crate::model::StoredFailureCode;
use crate::web::{
    error::PageError,
    guard::SignedIn,
    reports::{self, Line, Lists, everywhere},
    state::AppState,
};

/// The address of one site.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(of_site))
}

/// What reads a month of every device.
pub fn costly() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(of_all))
}

/// A month of a site. Of a month whose results are deleted, what counts them is null.
#[derive(Debug, Serialize, ToSchema)]
pub struct SiteReport {
    /// The slug.
    site: String,
    /// As `2026-05`, on the clock of the site.
    month: String,
    timezone: &'static str,
    goes_on: bool,
    made_at: DateTime<Utc>,
    /// From when on results are known; null: from the first day on.
    results_known_from: Option<DateTime<Utc>>,
    devices: Page<ReportedDevice>,
}

/// What a month came to for a device.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportedDevice {
    name: String,
    model: Option<String>,
    version: Option<String>,
    /// Whether it is to be backed up by now.
    enabled: bool,
    added_at: DateTime<Utc>,
    archived_at: Option<DateTime<Utc>>,
    /// Its schedule, as `weekly sun 04:00`.
    schedule: Option<String>,
    /// On how many days a backup was due,
    days_counted: Option<u32>,
    /// and on how many of these one was verified.
    days_verified: Option<u32>,
    /// The days on which none was, by their numbers.
    days_missed: Option<Vec<usize>>,
    /// On how many days one was verified, due or not.
    days_backed_up: Option<u32>,
    longest_gap_minutes: Option<i64>,
    last_verified_at: Option<DateTime<Utc>>,
    /// Verified snapshots that differ from the one before, and their lines.
    changes: i64,
    lines_added: i64,
    lines_removed: i64,
    failures: Option<i64>,
    most_frequent_failure: Option<String>,
    suspects: Option<i64>,
    host_key_changes: i64,
}

impl ReportedDevice {
    /// `is_known`: whether results of the month are left.
    fn of(line: Line, is_known: bool) -> Self {
        let device = line.device;
        let missed = (0..31).filter(|day| line.missed.has(*day));
        let missed = missed.map(|day| day + 1).collect();
        let cause = line.most_frequent.as_ref().map(StoredFailureCode::as_str);
        Self {
            name: device.name,
            model: device.model,
            version: device.version,
            enabled: device.enabled,
            added_at: device.created_at,
            archived_at: device.archived_at,
            schedule: device.rhythm,
            days_counted: is_known.then_some(line.counted_days),
            days_verified: is_known.then_some(line.verified_days),
            days_missed: is_known.then_some(missed),
            days_backed_up: is_known.then_some(line.backed_up.count()),
            longest_gap_minutes: line
                .longest_gap
                .filter(|_| is_known)
                .map(|gap| gap.num_minutes()),
            last_verified_at: line.last_verified_at,
            changes: device.changes,
            lines_added: device.added_lines,
            lines_removed: device.removed_lines,
            failures: is_known.then_some(line.failures),
            most_frequent_failure: cause.filter(|_| is_known).map(str::to_owned),
            suspects: is_known.then_some(line.suspects),
            host_key_changes: device.host_key_changes,
        }
    }
}

/// A month of every site that is reached.
#[derive(Debug, Serialize, ToSchema)]
pub struct Report {
    /// As `2026-05`, on the clock of each site.
    month: String,
    /// Whether it goes on anywhere.
    goes_on: bool,
    made_at: DateTime<Utc>,
    /// From when on results are known; null: from the first day on.
    results_known_from: Option<DateTime<Utc>>,
    total: ReportFigures,
    sites: Page<ReportedSite>,
}

/// What a month came to for a site.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportedSite {
    /// The slug.
    site: String,
    name: String,
    figures: ReportFigures,
}

/// Numbers of a month. A day counts once for each device. Of a month whose results are deleted, what
/// counts them is null.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportFigures {
    devices: u64,
    /// Of those that are to be backed up, how many had no verified backup in the month, due or not.
    devices_never_verified: Option<u64>,
    days_counted: Option<u64>,
    days_verified: Option<u64>,
    changes: i64,
    failures: Option<i64>,
    suspects: Option<i64>,
}

impl ReportFigures {
    fn of(figures: &everywhere::Figures, is_known: bool) -> Self {
        Self {
            devices: figures.devices,
            devices_never_verified: is_known.then_some(figures.unverified),
            days_counted: is_known.then_some(figures.days),
            days_verified: is_known.then_some(figures.verified()),
            changes: figures.changes,
            failures: is_known.then_some(figures.failures),
            suspects: is_known.then_some(figures.suspects),
        }
    }
}

fn month(name: &str) -> Result<reports::Month, PageError> {
    name.parse().map_err(|_| PageError::NotFound("report"))
}

/// Reports a month of a site
///
/// Those devices first that missed most backups.
#[utoipa::path(get, path = "/api/v1/sites/{slug}/reports/{month}", tag = "reports", operation_id = "show_site_report",
    params(
        ("slug" = String, Path, description = "The site's name in addresses"),
        ("month" = String, Path, description = "As 2026-05"),
        Paging,
    ),
    responses(
        (status = 200, description = "The report", body = SiteReport),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn of_site(
    State(state): State<AppState>,
    person: SignedIn,
    Place((slug, name)): Place<(String, String)>,
    Asked(paging): Asked<Paging>,
) -> Result<Json<SiteReport>, PageError> {
    let part = Part::of(&paging)?;
    let lists = Lists {
        changes: 0,
        keys: 0,
    };
    let month = month(&name)?;
    let report = reports::Report::read(&state, &person.scope, &slug, month, lists).await?;
    let is_known = !report.period.is_forgotten();
    let lines = part.of_all(report.lines);
    Ok(Json(SiteReport {
        site: report.site.slug,
        month: report.month.to_string(),
        timezone: report.zone.name(),
        goes_on: report.period.goes_on(),
        made_at: report.period.now,
        results_known_from: report.period.counted_from(),
        devices: part.page(lines, |line| ReportedDevice::of(line, is_known)),
    }))
}

/// Reports a month of all sites
///
/// Of every site that is reached and had a device, those first that missed most backups.
#[utoipa::path(get, path = "/api/v1/reports/{month}", tag = "reports", operation_id = "show_report",
    params(("month" = String, Path, description = "As 2026-05"), Paging),
    responses(
        (status = 200, description = "The report", body = Report),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn of_all(
    State(state): State<AppState>,
    person: SignedIn,
    Place(name): Place<String>,
    Asked(paging): Asked<Paging>,
) -> Result<Json<Report>, PageError> {
    let part = Part::of(&paging)?;
    let report = everywhere::Report::read(&state, &person.scope, month(&name)?).await?;
    let is_known = !report.is_forgotten();
    let sites = part.of_all(report.sites);
    Ok(Json(Report {
        month: report.month.to_string(),
        goes_on: report.goes_on,
        made_at: report.now,
        results_known_from: report.counted_from,
        total: ReportFigures::of(&report.total, is_known),
        sites: part.page(sites, |site| ReportedSite {
            figures: ReportFigures::of(&site.figures, !site.is_forgotten),
            site: site.slug,
            name: site.name,
        }),
    }))
}
