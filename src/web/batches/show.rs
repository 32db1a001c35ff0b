//! One batch, moving while its runs go on.
//!
//! The same address answers the whole page, or to htmx (header `HX-Request`) the block that
//! moves; the same block is what the stream of events sends. Without JavaScript the page reloads
//! itself while anything is active, until its reader stops it (`still=1`).

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
    response::Response,
};
use chrono_tz::Tz;
use serde::Deserialize;

use super::progress;
use crate::db::pages::{self as db, BatchHead, BatchRunRow, RunCounts};
use crate::model::BatchId;
use crate::web::{
    error::PageError,
    filters, format,
    guard::SignedIn,
    links,
    live::{self, Block, Live, Moves, Moving, Pace},
    paging::{Asked, Pager},
    runs::Fate,
    shell::{Area, Notice, Shell},
    state::AppState,
    words,
};

/// How many runs stand on one page of their batch.
const RUNS_PER_PAGE: i64 = 100;

/// What the address of a batch may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ShowQuery {
    page: Option<i64>,
    notice: Option<Notice>,
    still: Pace,
}

#[derive(Template, WebTemplate)]
#[template(path = "batches/show.html", blocks = ["page_title", "progress"])]
struct ShowPage {
    shell: Shell,
    notice: Option<Notice>,
    pace: Pace,
    batch: BatchHead,
    zone: Tz,
    counts: RunCounts,
    runs: Vec<BatchRunRow>,
    pager: Pager,
}

impl ShowPage {
    async fn load(
        state: &AppState,
        person: &SignedIn,
        id: BatchId,
        page: Option<i64>,
    ) -> Result<Self, PageError> {
        let asked = Asked::new(page, RUNS_PER_PAGE);
        let mut conn = state.connection().await?;
        let batch = db::get_batch(&mut conn, &person.scope, id)
            .await?
            .ok_or(PageError::NotFound("batch"))?;
        let counts = db::count_runs(&mut conn, &person.scope, id).await?;
        let runs = db::list_batch_runs(&mut conn, &person.scope, id, asked.slice()).await?;
        Ok(Self {
            shell: Shell::new(state, person, Area::Batches),
            notice: None,
            pace: Pace::Following,
            zone: format::zone(batch.timezone.as_deref().unwrap_or("UTC")),
            batch,
            counts,
            runs,
            pager: asked.of(counts.total()),
        })
    }

    fn title(&self) -> String {
        let id = self.batch.id;
        if self.is_active() {
            format!("{} · Batch {id}", progress::summary(&self.counts))
        } else {
            format!("Batch {id}")
        }
    }

    fn is_active(&self) -> bool {
        progress::is_active(&self.counts)
    }

    fn can_be_cancelled(&self) -> bool {
        self.is_active() && self.shell.may_back_up()
    }

    fn can_be_retried(&self) -> bool {
        self.counts.failed > 0 && self.shell.may_back_up()
    }

    fn has_several_sites(&self) -> bool {
        self.batch.site_slug.is_none()
    }

    fn heading(&self) -> String {
        self.batch
            .site_name
            .clone()
            .unwrap_or_else(|| "Several sites".to_owned())
    }

    fn moving(&self) -> Option<Moving> {
        let (id, page) = (&self.batch.id, self.pager.page);
        self.is_active().then(|| Moving {
            page: format!("{}?page={page}", links::batch(id)),
            events: format!("{}?page={page}", links::batch_events(id)),
            pace: self.pace,
        })
    }

    fn fate<'a>(&self, run: &'a BatchRunRow) -> Fate<'a> {
        Fate::from(run)
    }

    fn page_prefix(&self) -> String {
        match self.pace {
            Pace::Following => format!("{}?page=", links::batch(&self.batch.id)),
            Pace::Still => format!("{}?still=1&page=", links::batch(&self.batch.id)),
        }
    }
}

impl Moves for ShowPage {
    fn draw(&self) -> Result<String, PageError> {
        live::draw(self.as_page_title(), self.as_progress())
    }
}

/// Shows a batch, or the part of its page that moves.
pub async fn show(
    State(state): State<AppState>,
    person: SignedIn,
    Path(id): Path<BatchId>,
    Query(query): Query<ShowQuery>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let page = ShowPage {
        notice: query.notice,
        pace: query.still,
        ..ShowPage::load(&state, &person, id, query.page).await?
    };
    live::answer(page, &headers)
}

/// Streams the part of a batch's page that moves.
pub async fn events(
    State(live): State<Live>,
    person: SignedIn,
    Path(id): Path<BatchId>,
    Query(query): Query<ShowQuery>,
) -> Result<Response, PageError> {
    let page = Asked::new(query.page, RUNS_PER_PAGE).page();
    live.open(Block::Batch { id, page }, person).await
}

/// The part of a batch's page that moves, as it looks now.
pub async fn draw_progress(
    state: &AppState,
    person: &SignedIn,
    id: BatchId,
    page: i64,
) -> Result<String, PageError> {
    ShowPage::load(state, person, id, Some(page)).await?.draw()
}
