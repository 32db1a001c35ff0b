//! Batches: all of them, newest first, and one that moves while its runs go on.
//!
//! The same address answers the whole page, or to htmx (header `HX-Request`) the block that
//! moves. Without JavaScript the page reloads itself while anything is active.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use chrono_tz::Tz;
use serde::Deserialize;

use super::{
    error::PageError,
    filters, format, links,
    paging::{Asked, Pager},
    shell::{Area, Notice, Shell},
    state::AppState,
    words,
};
use crate::db::pages::{self as db, BatchHead, BatchRow, BatchRunRow, RunCounts, SiteHead};
use crate::model::{BatchId, RunState};

/// How many batches stand on one page.
const BATCHES_PER_PAGE: usize = 50;
/// How many runs stand on one page of their batch.
const RUNS_PER_PAGE: i64 = 100;

/// What the address of the list may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    /// Slug of the site whose batches are meant.
    site: Option<String>,
    /// Shows the batches older than this one.
    before: Option<BatchId>,
}

#[derive(Template, WebTemplate)]
#[template(path = "batches/list.html")]
struct ListPage {
    shell: Shell,
    site: Option<SiteHead>,
    zone: Tz,
    batches: Vec<BatchRow>,
    older_link: Option<String>,
}

/// Lists the batches.
pub async fn list(
    State(state): State<AppState>,
    Query(query): Query<ListQuery>,
) -> Result<impl IntoResponse, PageError> {
    let mut conn = state.connection().await?;
    let site = match query.site.as_deref().filter(|slug| !slug.is_empty()) {
        Some(slug) => Some(
            db::get_site(&mut conn, slug)
                .await?
                .ok_or(PageError::NotFound("site"))?,
        ),
        None => None,
    };
    let filter = db::BatchFilter {
        site: site.as_ref().map(|site| site.id),
        before: query.before,
    };
    let limit = i64::try_from(BATCHES_PER_PAGE + 1).expect("a page is small");
    let mut batches = db::list_batches(&mut conn, &filter, limit).await?;
    let has_older = batches.len() > BATCHES_PER_PAGE;
    batches.truncate(BATCHES_PER_PAGE);
    let slug = site.as_ref().map_or("", |site| site.slug.as_str());
    let older_link = batches
        .last()
        .filter(|_| has_older)
        .map(|last| format!("{}&before={}", links::site_batches(slug), last.id));
    Ok(ListPage {
        shell: Shell::new(&state, Area::Batches),
        zone: site
            .as_ref()
            .map_or(Tz::UTC, |site| format::zone(&site.timezone)),
        site,
        batches,
        older_link,
    })
}

/// What the address of a batch may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ShowQuery {
    page: Option<i64>,
    notice: Option<Notice>,
}

#[derive(Template, WebTemplate)]
#[template(path = "batches/show.html", blocks = ["progress"])]
struct ShowPage {
    shell: Shell,
    notice: Option<Notice>,
    batch: BatchHead,
    zone: Tz,
    counts: RunCounts,
    runs: Vec<BatchRunRow>,
    pager: Pager,
}

/// A part of the progress bar, in thousandths of its width.
struct Bar {
    tone: &'static str,
    start: i64,
    width: i64,
}

fn thousandths(part: i64, whole: i64) -> i64 {
    part * 1000 / whole.max(1)
}

impl ShowPage {
    fn is_active(&self) -> bool {
        self.counts.ended() < self.counts.total()
    }

    fn has_several_sites(&self) -> bool {
        self.batch.site_slug.is_none()
    }

    fn title(&self) -> String {
        self.batch
            .site_name
            .clone()
            .unwrap_or_else(|| "Several sites".to_owned())
    }

    /// Where the batch stands, in words.
    fn summary(&self) -> String {
        let (ended, total) = (self.counts.ended(), self.counts.total());
        let devices = if total == 1 { "device" } else { "devices" };
        if self.is_active() {
            return format!("{ended} of {total} {devices} done");
        }
        let good = self.counts.succeeded - self.counts.suspect;
        if good == total {
            format!("{total} {devices} backed up and verified")
        } else {
            format!("{good} of {total} {devices} backed up and verified")
        }
    }

    /// The coloured parts of the progress bar, from left to right.
    fn bar(&self) -> Vec<Bar> {
        let counts = self.counts;
        let parts = [
            ("good", counts.succeeded - counts.suspect),
            ("warn", counts.suspect),
            ("bad", counts.failed),
            ("rest", counts.cancelled),
            ("busy", counts.running),
        ];
        let mut done = 0;
        parts
            .map(|(tone, runs)| {
                let start = thousandths(done, counts.total());
                done += runs;
                let width = thousandths(done, counts.total()) - start;
                Bar { tone, start, width }
            })
            .into()
    }

    fn own_link(&self) -> String {
        format!("{}?page={}", links::batch(&self.batch.id), self.pager.page)
    }

    fn page_prefix(&self) -> String {
        format!("{}?page=", links::batch(&self.batch.id))
    }

    /// Whether the run waits for its next attempt after one that failed.
    fn backs_off(&self, run: &BatchRunRow) -> bool {
        run.state == RunState::Queued && run.attempt > 0 && run.not_before > self.shell.now
    }
}

/// Shows a batch, or the part of its page that moves.
pub async fn show(
    State(state): State<AppState>,
    Path(id): Path<BatchId>,
    Query(query): Query<ShowQuery>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let asked = Asked::new(query.page, RUNS_PER_PAGE);
    let mut conn = state.connection().await?;
    let batch = db::get_batch(&mut conn, id)
        .await?
        .ok_or(PageError::NotFound("batch"))?;
    let counts = db::count_runs(&mut conn, id).await?;
    let runs = db::list_batch_runs(&mut conn, id, asked.slice()).await?;
    let page = ShowPage {
        shell: Shell::new(&state, Area::Batches),
        notice: query.notice,
        zone: format::zone(batch.timezone.as_deref().unwrap_or("UTC")),
        batch,
        counts,
        runs,
        pager: asked.of(counts.total()),
    };
    if headers.contains_key("hx-request") {
        let block = page.as_progress().render();
        return Ok(Html(block.map_err(|error| PageError::Internal(error.into()))?).into_response());
    }
    Ok(page.into_response())
}
