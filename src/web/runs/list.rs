//! The runs of all devices, newest first, filtered by site, device, state, time and who asked.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Deserialize;
use sqlx::PgConnection;

use super::days::{Days, DaysError, FIRST_DAY, LAST_DAY};
use super::filter::{SPANS, STATES, Span, StateFilter};
use crate::db::pages::{self as db, DeviceMatch, RunFilter, RunListRow, SiteMatch};
use crate::model::{RunId, Scope};
use crate::web::{
    error::PageError,
    filters, format,
    guard::SignedIn,
    links,
    made_by::{KINDS, Kind},
    meant::{self, Meant},
    shell::{Area, Shell},
    state::AppState,
    words,
};

/// How many runs stand on one page.
const RUNS_PER_PAGE: usize = 50;

/// How many are asked for: one more than is shown tells whether there are older ones.
const RUNS_ASKED: i64 = RUNS_PER_PAGE as i64 + 1;

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
    /// The first and the last day, `2026-05-03`; with `since`, what both leave.
    from: String,
    to: String,
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
    /// Where the days begin and end: at the site that is meant, else UTC.
    zone: Tz,
    days: Result<Days, DaysError>,
    runs: Vec<RunListRow>,
    has_older: bool,
}

impl ListPage {
    fn is_filtered(&self) -> bool {
        let query = &self.query;
        [
            &query.site,
            &query.device,
            &query.name,
            &query.from,
            &query.to,
        ]
        .iter()
        .any(|text| !text.is_empty())
            || query.state != StateFilter::Any
            || query.since != Span::Always
            || query.by != Kind::Any
            || query.before.is_some()
    }

    /// What the database is asked for.
    fn filter(&self, days: Days) -> RunFilter {
        let query = &self.query;
        RunFilter {
            site: self.site.one().map(|site| site.id),
            device: self.device.one().map(|device| device.id),
            state: query.state.filter(),
            // The later of the two: both hold.
            since: query.since.begin(self.shell.now).max(days.begin(self.zone)),
            until: days.end(self.zone),
            made_by: query.by.filter(&query.name),
            before: query.before,
        }
    }

    /// Why the days make no sense.
    fn problem(&self) -> Option<String> {
        self.days.err().map(|error| error.to_string())
    }

    /// The address of the same list, but of another site, device, or page.
    fn link(&self, site: &str, device: &str, before: Option<RunId>) -> String {
        let before = before.map(|id| id.to_string()).unwrap_or_default();
        let query = [
            ("site", site),
            ("device", device),
            ("state", self.query.state.as_str()),
            ("since", self.query.since.as_str()),
            ("from", &self.query.from),
            ("to", &self.query.to),
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

/// Lists runs. Days that make no sense are told beside the form, with nothing listed.
pub async fn list(
    State(state): State<AppState>,
    person: SignedIn,
    Query(query): Query<ListQuery>,
) -> Result<Response, PageError> {
    let mut conn = state.connection().await?;
    let site = meant::site(&mut conn, &person.scope, &query.site).await?;
    let device = match site.offered() {
        Some(_) => Meant::Any,
        None => {
            let site = site.one().map(|site| site.id);
            meant::device(&mut conn, &person.scope, site, &query.device).await?
        }
    };
    let mut page = ListPage {
        shell: Shell::new(&state, &person, Area::Runs),
        zone: zone_of(&mut conn, &person.scope, &site, &device).await?,
        days: Days::read(&query.from, &query.to),
        query,
        site,
        device,
        runs: Vec::new(),
        has_older: false,
    };
    let Ok(days) = page.days else {
        return Ok((StatusCode::BAD_REQUEST, page).into_response());
    };
    if page.site.offered().is_none() && page.device.offered().is_none() {
        page.runs = db::list_runs(&mut conn, &person.scope, &page.filter(days), RUNS_ASKED).await?;
        page.has_older = page.runs.len() > RUNS_PER_PAGE;
        page.runs.truncate(RUNS_PER_PAGE);
    }
    Ok(page.into_response())
}

/// The time zone of the site that is meant, or of the device's; UTC while none is.
async fn zone_of(
    conn: &mut PgConnection,
    scope: &Scope,
    site: &Meant<SiteMatch>,
    device: &Meant<DeviceMatch>,
) -> Result<Tz, sqlx::Error> {
    let of_site = site.one().map(|site| &site.slug);
    let Some(slug) = of_site.or(device.one().map(|device| &device.site_slug)) else {
        return Ok(Tz::UTC);
    };
    let site = db::get_site(conn, scope, slug).await?;
    Ok(site.map_or(Tz::UTC, |site| format::zone(&site.timezone)))
}
