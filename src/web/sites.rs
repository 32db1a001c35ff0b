//! Sites: all of them with their coverage, worst first, and one with its devices.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

use super::{
    error::PageError,
    filters, format, links,
    paging::{Asked, Pager},
    shell::{Area, Notice, Shell},
    state::AppState,
    words::{self, LastResult, Standing},
};
use crate::db::pages::{self as db, BatchRow, Coverage, DeviceRow, SiteHead, SiteRow, Totals};

/// How many sites stand on one page.
const SITES_PER_PAGE: i64 = 50;
/// How many devices stand on one page of their site.
const DEVICES_PER_PAGE: i64 = 100;
/// How many batches the page of a site shows.
const RECENT_BATCHES: i64 = 5;

/// What the address of the list may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    q: String,
    tag: String,
    page: Option<i64>,
}

#[derive(Template, WebTemplate)]
#[template(path = "sites/list.html")]
struct ListPage {
    shell: Shell,
    totals: Totals,
    sites: Vec<SiteRow>,
    search: String,
    tag: String,
    pager: Pager,
}

impl ListPage {
    fn is_filtered(&self) -> bool {
        !self.search.is_empty() || !self.tag.is_empty()
    }

    fn page_prefix(&self) -> String {
        let (search, tag) = (links::encode(&self.search), links::encode(&self.tag));
        format!("/?q={search}&tag={tag}&page=")
    }
}

/// Lists the sites.
pub async fn list(
    State(state): State<AppState>,
    Query(query): Query<ListQuery>,
) -> Result<impl axum::response::IntoResponse, PageError> {
    let asked = Asked::new(query.page, SITES_PER_PAGE);
    let since = state.covered_since();
    let (search, tag) = (query.q.trim(), query.tag.trim());
    let filter = db::SiteFilter {
        name: Some(search).filter(|text| !text.is_empty()),
        tag: Some(tag).filter(|text| !text.is_empty()),
    };
    let mut conn = state.connection().await?;
    let totals = db::total_coverage(&mut conn, since).await?;
    let sites = db::list_sites(&mut conn, &filter, since, asked.slice()).await?;
    Ok(ListPage {
        shell: Shell::new(&state, Area::Sites),
        totals,
        pager: asked.of(sites.first().map_or(0, |site| site.total)),
        sites,
        search: search.to_owned(),
        tag: tag.to_owned(),
    })
}

/// What the address of a site may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ShowQuery {
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
    coverage: Coverage,
    devices: Vec<DeviceRow>,
    batches: Vec<BatchRow>,
    covered_since: DateTime<Utc>,
    pager: Pager,
}

impl ShowPage {
    fn page_prefix(&self) -> String {
        format!("{}?page=", links::site(&self.site.slug))
    }

    /// Whether there is anything that could be backed up.
    fn can_be_backed_up(&self) -> bool {
        self.site.archived_at.is_none() && self.coverage.devices > 0
    }

    /// What the last result of a device does not tell of its backups.
    fn standing(&self, device: &DeviceRow) -> Standing {
        words::standing(device, self.covered_since)
    }
}

/// Shows one site.
pub async fn show(
    State(state): State<AppState>,
    Path(slug): Path<String>,
    Query(query): Query<ShowQuery>,
) -> Result<impl axum::response::IntoResponse, PageError> {
    let asked = Asked::new(query.page, DEVICES_PER_PAGE);
    let covered_since = state.covered_since();
    let mut conn = state.connection().await?;
    let site = db::get_site(&mut conn, &slug)
        .await?
        .ok_or(PageError::NotFound("site"))?;
    let coverage = db::site_coverage(&mut conn, site.id, covered_since).await?;
    let devices = db::list_devices(&mut conn, site.id, covered_since, asked.slice()).await?;
    let filter = db::BatchFilter {
        site: Some(site.id),
        before: None,
    };
    let batches = db::list_batches(&mut conn, &filter, RECENT_BATCHES).await?;
    Ok(ShowPage {
        shell: Shell::new(&state, Area::Sites),
        notice: query.notice,
        zone: format::zone(&site.timezone),
        site,
        coverage,
        pager: asked.of(devices.first().map_or(0, |device| device.total)),
        devices,
        batches,
        covered_since,
    })
}
