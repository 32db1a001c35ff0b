//! One device: facts, Config Backups, and its last runs with their step trails.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

use super::{
    error::PageError,
    filters, format, links,
    shell::{Area, Shell},
    state::AppState,
    words,
};
use crate::db::pages::{self as db, DeviceHead, DeviceRunRow, SnapshotRow};
use crate::model::SnapshotId;

/// How many snapshots stand on one page.
const SNAPSHOTS_PER_PAGE: usize = 50;
/// How many runs are shown.
const RECENT_RUNS: i64 = 10;

/// What the address may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ShowQuery {
    /// Shows the snapshots older than this one.
    before: Option<SnapshotId>,
}

#[derive(Template, WebTemplate)]
#[template(path = "devices/show.html")]
struct ShowPage {
    shell: Shell,
    device: DeviceHead,
    zone: Tz,
    covered_since: DateTime<Utc>,
    runs: Vec<DeviceRunRow>,
    snapshots: Vec<SnapshotRow>,
    /// The next older snapshot of the last one shown; `None` at the end of the history.
    older: Option<SnapshotId>,
    is_newest_page: bool,
}

impl ShowPage {
    fn can_be_backed_up(&self) -> bool {
        self.device.enabled
            && self.device.archived_at.is_none()
            && self.device.site_archived_at.is_none()
    }

    /// Whether it is to be backed up and has no recent verified backup.
    fn is_overdue(&self) -> bool {
        let last = self.device.last_verified_at;
        self.can_be_backed_up() && last.is_none_or(|at| at < self.covered_since)
    }

    /// The snapshot before the one at `index`, to compare it with.
    fn previous(&self, index: &usize) -> Option<SnapshotId> {
        self.snapshots
            .get(index + 1)
            .map(|row| row.id)
            .or(self.older)
    }

    /// Where the snapshots older than the last one shown stand.
    fn older_link(&self) -> Option<String> {
        let last = self.snapshots.last().filter(|_| self.older.is_some())?;
        Some(format!("{}?before={}", self.own_link(), last.id))
    }

    fn own_link(&self) -> String {
        links::device(&self.device.site_slug, &self.device.name)
    }

    /// When the run ended, or was asked for while it goes on.
    fn time_of(&self, run: &DeviceRunRow) -> DateTime<Utc> {
        run.finished_at.unwrap_or(run.queued_at)
    }

    /// Whether this is the state that the device was last seen in.
    fn is_current(&self, index: &usize) -> bool {
        self.is_newest_page && *index == 0
    }
}

/// Shows a device.
pub async fn show(
    State(state): State<AppState>,
    Path((slug, name)): Path<(String, String)>,
    Query(query): Query<ShowQuery>,
) -> Result<impl axum::response::IntoResponse, PageError> {
    let mut conn = state.connection().await?;
    let device = db::get_device(&mut conn, &slug, &name)
        .await?
        .ok_or(PageError::NotFound("device"))?;
    let runs = db::list_device_runs(&mut conn, device.id, RECENT_RUNS).await?;
    // One more than is shown tells whether there are older ones, and what to compare with.
    let limit = i64::try_from(SNAPSHOTS_PER_PAGE + 1).expect("a page is small");
    let mut snapshots = db::list_snapshots(&mut conn, device.id, query.before, limit).await?;
    let older = snapshots.get(SNAPSHOTS_PER_PAGE).map(|row| row.id);
    snapshots.truncate(SNAPSHOTS_PER_PAGE);
    Ok(ShowPage {
        shell: Shell::new(&state, Area::Sites),
        zone: format::zone(&device.timezone),
        device,
        covered_since: state.covered_since(),
        runs,
        snapshots,
        older,
        is_newest_page: query.before.is_none(),
    })
}
