//! One device: what is known of it, how its last backup went and what to do about it, Config
//! Backups, and its last runs.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Path, Query, State},
    response::IntoResponse,
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

use super::{
    error::PageError,
    filters, format,
    guard::SignedIn,
    history::{self, Backup},
    links,
    place::Place,
    shell::{Area, Notice, Shell},
    state::AppState,
    strip::Strip,
    words::{self, Ended, LastResult},
};
use crate::db::pages::{self as db, DeviceHead, DeviceRunRow};
use crate::db::retention;
use crate::model::{RunId, ScheduleId, SnapshotId};

/// How many snapshots stand on one page.
const SNAPSHOTS_PER_PAGE: usize = 50;
/// How many runs are shown.
const RECENT_RUNS: i64 = 10;

/// What the address may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ShowQuery {
    /// Shows the snapshots behind this place.
    before: Option<Place>,
    notice: Option<Notice>,
}

#[derive(Template, WebTemplate)]
#[template(path = "devices/show.html")]
struct ShowPage {
    shell: Shell,
    notice: Option<Notice>,
    device: DeviceHead,
    zone: Tz,
    strip: Strip,
    covered_since: DateTime<Utc>,
    runs: Vec<DeviceRunRow>,
    backups: Vec<Backup>,
    /// The next older snapshot of the last one shown; `None` at the end of the history.
    older: Option<SnapshotId>,
    /// Up to when some of its backups were deleted by retention; `None`: none was.
    thinned_to: Option<DateTime<Utc>>,
    /// Where the page begins; `None`: with the newest.
    before: Option<Place>,
}

impl ShowPage {
    /// Whether there is anything that could be backed up.
    fn can_be_backed_up(&self) -> bool {
        self.device.enabled
            && self.device.archived_at.is_none()
            && self.device.site_archived_at.is_none()
    }

    /// The schedule that it has, in words.
    fn schedule(&self) -> Option<(&ScheduleId, String)> {
        let rhythm = self.device.rhythm.as_deref()?;
        Some((self.device.schedule_id.as_ref()?, words::rhythm(rhythm)))
    }

    /// Whether who looks at the page is offered to do it.
    fn offers_backups(&self) -> bool {
        self.can_be_backed_up() && self.shell.may_back_up()
    }

    /// Whether to offer a connection test: also of a device that is disabled.
    fn offers_test(&self) -> bool {
        let is_there = self.device.archived_at.is_none() && self.device.site_archived_at.is_none();
        is_there && self.shell.may_manage()
    }

    /// Whether it is to be backed up and has no recent verified backup.
    fn is_overdue(&self) -> bool {
        let last = self.device.last_verified_at;
        self.can_be_backed_up() && last.is_none_or(|at| at < self.covered_since)
    }

    /// The newest run that has ended.
    fn last_run(&self) -> Option<&DeviceRunRow> {
        self.runs.iter().find(|run| run.state.is_ended())
    }

    fn last_run_id(&self) -> Option<RunId> {
        self.last_run().map(|run| run.id)
    }

    /// The last run, if it failed, with its time and its reason: told above everything else.
    fn alarm(&self) -> Option<(&DeviceRunRow, DateTime<Utc>, &str)> {
        match self.last_result() {
            LastResult::Failed { at, message } if self.can_be_backed_up() => {
                self.last_run().map(|run| (run, at, message))
            }
            _ => None,
        }
    }

    fn last_result(&self) -> LastResult<'_> {
        let Some(run) = self.last_run() else {
            return LastResult::Never;
        };
        words::last_result(Ended {
            state: Some(run.state),
            at: run.finished_at,
            outcome: run.outcome,
            verdict: run.verdict,
            checks: &run.checks,
            failure: run.failure_message.as_deref(),
            verified_taken_at: self.device.verified_taken_at,
        })
    }

    /// Where the snapshots older than the last one shown stand.
    fn older_link(&self) -> Option<String> {
        let last = self.backups.last().filter(|_| self.older.is_some())?;
        Some(links::older_backups(
            &self.own_link(),
            Place::behind(&last.row),
        ))
    }

    fn own_link(&self) -> String {
        links::device(&self.device.site_slug, &self.device.name)
    }

    /// A page about one snapshot that leads back to this page of the history.
    fn about(&self, link: &str) -> String {
        links::from_page(link, &self.before)
    }

    /// When the run ended, or was asked for while it goes on.
    fn time_of(&self, run: &DeviceRunRow) -> DateTime<Utc> {
        run.finished_at.unwrap_or(run.queued_at)
    }
}

/// Shows a device.
pub async fn show(
    State(state): State<AppState>,
    person: SignedIn,
    Path((slug, name)): Path<(String, String)>,
    Query(query): Query<ShowQuery>,
) -> Result<impl IntoResponse, PageError> {
    let shell = Shell::new(&state, &person, Area::Sites);
    let scope = &person.scope;
    let mut conn = state.connection().await?;
    let device = db::get_device(&mut conn, scope, &slug, &name)
        .await?
        .ok_or(PageError::NotFound("device"))?;
    let runs = db::list_device_runs(&mut conn, scope, device.id, RECENT_RUNS).await?;
    // One more than is shown tells whether there are older ones, and what to compare with.
    let limit = i64::try_from(SNAPSHOTS_PER_PAGE + 1).expect("a page is small");
    let before = query.before.map(Place::key);
    let rows = db::list_snapshots(&mut conn, scope, device.id, before, limit).await?;
    let (backups, older) = history::backups(rows, SNAPSHOTS_PER_PAGE);
    let thinned_to = retention::get_thinned_to(&mut conn, device.id).await?;
    let days = (device.days.as_str(), device.days_until, 1);
    Ok(ShowPage {
        notice: query.notice,
        zone: format::zone(&device.timezone),
        strip: Strip::new([days], &device.timezone, shell.now),
        shell,
        device,
        covered_since: state.covered_since(),
        runs,
        backups,
        older,
        thinned_to,
        before: query.before,
    })
}
