//! A site: its coverage, its devices, and what can be done with all of them or some.

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
    links,
    paging::{Asked, Pager},
    shell::{Area, Notice, Shell},
    stand::StandChoice,
    state::AppState,
    strip::Strip,
    words::{self, LastResult, Standing},
};
use crate::db::pages::{self as db, BatchRow, Coverage, DeviceRow, SiteHead, SiteSchedule};
use crate::model::{Scope, SiteId};

/// How many devices stand on one page of their site.
const DEVICES_PER_PAGE: i64 = 100;
/// How many batches the page of a site shows.
const RECENT_BATCHES: i64 = 5;
/// How many schedules the page of a site shows.
const SHOWN_SCHEDULES: i64 = 4;
/// From how many devices on a site's page offers a search.
const SEARCHED_FROM: i64 = 8;

/// What the address of a site may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ShowQuery {
    q: String,
    state: StandChoice,
    page: Option<i64>,
    notice: Option<Notice>,
}

#[derive(Template, WebTemplate)]
#[template(path = "sites/show.html")]
struct ShowPage {
    shell: Shell,
    notice: Option<Notice>,
    site: SiteHead,
    zone: Tz,
    /// By which it is backed up, the next first.
    schedules: Vec<SiteSchedule>,
    coverage: Coverage,
    strip: Strip,
    devices: Vec<DeviceRow>,
    batches: Vec<BatchRow>,
    covered_since: DateTime<Utc>,
    search: String,
    state: StandChoice,
    pager: Pager,
}

impl ShowPage {
    fn page_prefix(&self) -> String {
        let filtered = links::site_search(&self.site.slug, &self.search, self.state.as_str());
        format!("{filtered}&page=")
    }

    fn is_filtered(&self) -> bool {
        !self.search.is_empty() || self.state != StandChoice::All
    }

    fn is_searched(&self) -> bool {
        self.is_filtered() || self.pager.total >= SEARCHED_FROM
    }

    /// Whether there is anything that could be backed up.
    fn can_be_backed_up(&self) -> bool {
        self.site.archived_at.is_none() && self.coverage.devices > 0
    }

    /// Whether who looks at the page is offered to do it.
    fn offers_backups(&self) -> bool {
        self.can_be_backed_up() && self.shell.may_back_up()
    }

    fn last_result<'a>(&self, device: &'a DeviceRow) -> LastResult<'a> {
        words::last_result(device.into())
    }

    /// What the last result of a device does not tell of its backups.
    fn standing(&self, device: &DeviceRow) -> Standing {
        words::standing(device, self.covered_since)
    }

    fn strip_of(&self, device: &DeviceRow) -> Strip {
        let days = (device.days.as_str(), device.days_until, 1);
        Strip::new([days], &self.site.timezone, self.shell.now)
    }
}

/// Shows one site.
pub async fn show(
    State(state): State<AppState>,
    person: SignedIn,
    Path(slug): Path<String>,
    Query(query): Query<ShowQuery>,
) -> Result<impl IntoResponse, PageError> {
    let asked = Asked::new(query.page, DEVICES_PER_PAGE);
    let covered_since = state.covered_since();
    let shell = Shell::new(&state, &person, Area::Sites);
    let scope = &person.scope;
    let mut conn = state.connection().await?;
    let site = db::get_site(&mut conn, scope, &slug)
        .await?
        .ok_or(PageError::NotFound("site"))?;
    let coverage = db::site_coverage(&mut conn, scope, site.id, covered_since).await?;
    let search = query.q.trim();
    let filter = db::DeviceFilter {
        search: Some(search).filter(|text| !text.is_empty()),
        stand: query.state.into(),
    };
    let slice = asked.slice();
    let devices =
        db::list_devices(&mut conn, scope, site.id, &filter, covered_since, slice).await?;
    let schedules = db::list_site_schedules(&mut conn, scope, site.id, SHOWN_SCHEDULES).await?;
    let batches = recent_batches(&mut conn, scope, site.id).await?;
    let days = db::list_site_days(&mut conn, scope, &[site.id]).await?;
    let days = days
        .iter()
        .map(|row| (row.days.as_str(), row.days_until, row.devices));
    Ok(ShowPage {
        notice: query.notice,
        zone: format::zone(&site.timezone),
        strip: Strip::new(days, &site.timezone, shell.now),
        shell,
        site,
        schedules,
        coverage,
        pager: asked.of(devices.first().map_or(0, |device| device.total)),
        devices,
        batches,
        covered_since,
        search: search.to_owned(),
        state: query.state,
    })
}

async fn recent_batches(
    conn: &mut sqlx::PgConnection,
    scope: &Scope,
    site: SiteId,
) -> Result<Vec<BatchRow>, sqlx::Error> {
    let filter = db::BatchFilter {
        site: Some(site),
        ..db::BatchFilter::default()
    };
    db::list_batches(conn, scope, &filter, RECENT_BATCHES).await
}
