//! The runs of all devices, newest first, filtered by site, device, state, time and who asked.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Query, State},
    response::IntoResponse,
};
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::filter::{SPANS, STATES, Span, StateFilter};
use crate::db::pages::{self as db, DeviceMatch, RunListRow, SiteMatch};
use crate::model::RunId;
use crate::web::{
    error::PageError,
    filters, format, links,
    made_by::{KINDS, Kind},
    meant::{self, Meant},
    shell::{Area, Shell},
    state::AppState,
    words,
};

/// How many runs stand on one page.
const RUNS_PER_PAGE: usize = 50;

/// What the address may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    /// Slug of a site, or a part of its name.
    site: String,
    /// Name of a device, or a part of it.
    device: String,
    state: StateFilter,
    since: Span,
    /// Who or what asked for them.
    by: Kind,
    /// The name of who asked for them.
    name: String,
    /// Shows the runs older than this one.
    before: Option<RunId>,
}

#[derive(Template, WebTemplate)]
#[template(path = "runs/list.html")]
struct ListPage {
    shell: Shell,
    query: ListQuery,
    site: Meant<SiteMatch>,
    device: Meant<DeviceMatch>,
    runs: Vec<RunListRow>,
    has_older: bool,
}

impl ListPage {
    fn is_filtered(&self) -> bool {
        let query = &self.query;
        [&query.site, &query.device, &query.name]
            .iter()
            .any(|text| !text.is_empty())
            || query.state != StateFilter::Any
            || query.since != Span::Always
            || query.by != Kind::Any
            || query.before.is_some()
    }

    /// The address of the same list, but of another site, device, or page.
    fn link(&self, site: &str, device: &str, before: Option<RunId>) -> String {
        let before = before.map(|id| id.to_string()).unwrap_or_default();
        let query = [
            ("site", site),
            ("device", device),
            ("state", self.query.state.as_str()),
            ("since", self.query.since.as_str()),
            ("by", self.query.by.as_str()),
            ("name", &self.query.name),
            ("before", &before),
        ];
        links::query(
            "/runs",
            query.into_iter().filter(|(_, value)| !value.is_empty()),
        )
    }

    fn site_link(&self, site: &SiteMatch) -> String {
        self.link(&site.slug, &self.query.device, None)
    }

    fn device_link(&self, device: &DeviceMatch) -> String {
        self.link(&device.site_slug, &device.name, None)
    }

    /// Where the runs older than the last one shown stand.
    fn older_link(&self) -> Option<String> {
        let last = self.runs.last().filter(|_| self.has_older)?;
        Some(self.link(&self.query.site, &self.query.device, Some(last.id)))
    }

    /// When it ended, or was asked for while it goes on.
    fn time_of(&self, run: &RunListRow) -> DateTime<Utc> {
        run.finished_at.unwrap_or(run.queued_at)
    }

    /// The sites of which one is to be chosen; one that nothing matches finds nothing.
    fn offered_sites(&self) -> Option<&[SiteMatch]> {
        self.site.offered().filter(|sites| !sites.is_empty())
    }

    /// The devices of which one is to be chosen.
    fn offered_devices(&self) -> Option<&[DeviceMatch]> {
        self.device.offered().filter(|devices| !devices.is_empty())
    }
}

/// Lists runs.
pub async fn list(
    State(state): State<AppState>,
    Query(query): Query<ListQuery>,
) -> Result<impl IntoResponse, PageError> {
    let mut conn = state.connection().await?;
    let site = meant::site(&mut conn, &query.site).await?;
    let site_id = site.one().map(|site| site.id);
    let device = match site.offered() {
        Some(_) => Meant::Any,
        None => meant::device(&mut conn, site_id, &query.device).await?,
    };
    let filter = db::RunFilter {
        site: site_id,
        device: device.one().map(|device| device.id),
        state: query.state.filter(),
        since: query.since.begin(state.now()),
        made_by: query.by.filter(&query.name),
        before: query.before,
    };
    let mut runs = if site.offered().is_some() || device.offered().is_some() {
        Vec::new()
    } else {
        // One more than is shown tells whether there are older ones.
        let limit = i64::try_from(RUNS_PER_PAGE + 1).expect("a page is small");
        db::list_runs(&mut conn, &filter, limit).await?
    };
    let has_older = runs.len() > RUNS_PER_PAGE;
    runs.truncate(RUNS_PER_PAGE);
    Ok(ListPage {
        shell: Shell::new(&state, Area::Runs),
        query,
        site,
        device,
        runs,
        has_older,
    })
}
