//! All batches, newest first, moving while any that is shown goes on.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Query, State},
    http::HeaderMap,
    response::Response,
};
use chrono_tz::Tz;
use serde::Deserialize;
use sqlx::PgConnection;

use super::progress;
use crate::db::pages::{self as db, BatchFilter, BatchRow, Movement, SiteMatch};
use crate::model::{BatchId, Scope};
use crate::web::{
    error::PageError,
    filters,
    guard::SignedIn,
    links,
    live::{self, Block, Live, Moves, Moving, Pace},
    made_by::{KINDS, Kind},
    meant::{self, Meant},
    shell::{Area, Shell},
    state::AppState,
};

/// How many batches stand on one page.
const BATCHES_PER_PAGE: usize = 50;

/// How many are asked for: one more than is shown tells whether there are older ones.
const BATCHES_ASKED: i64 = BATCHES_PER_PAGE as i64 + 1;

/// What the address of the list may say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    /// Slug of the site whose batches are meant, or a part of its name.
    site: String,
    /// Who or what asked for them.
    by: Kind,
    /// The name of who asked for them.
    name: String,
    /// Shows the batches older than this one.
    before: Option<BatchId>,
    still: Pace,
}

#[derive(Template, WebTemplate)]
#[template(path = "batches/list.html", blocks = ["page_title", "progress"])]
struct ListPage {
    shell: Shell,
    query: ListQuery,
    site: Meant<SiteMatch>,
    zone: Tz,
    batches: Vec<BatchRow>,
    has_older: bool,
}

impl ListPage {
    fn is_filtered(&self) -> bool {
        !self.query.site.is_empty()
            || self.query.by != Kind::Any
            || !self.query.name.is_empty()
            || self.query.before.is_some()
    }

    /// The sites of which one is to be chosen; one that nothing matches finds nothing.
    fn offered_sites(&self) -> Option<&[SiteMatch]> {
        self.site.offered().filter(|sites| !sites.is_empty())
    }

    fn stands_still(&self) -> bool {
        self.query.still == Pace::Still
    }

    /// The same list of one of the sites that are offered.
    fn site_link(&self, site: &SiteMatch) -> String {
        let of_site = ListQuery {
            site: site.slug.clone(),
            ..self.query.clone()
        };
        self.query.still.keep(of_site.link("/batches", None))
    }

    /// Where the batches older than the last one shown stand.
    fn older_link(&self) -> Option<String> {
        let last = self.batches.last().filter(|_| self.has_older)?;
        let older = self.query.link("/batches", Some(last.id));
        Some(self.query.still.keep(older))
    }

    fn moving(&self) -> Option<Moving> {
        let mut shown = self.batches.iter();
        let is_active = shown.any(|batch| progress::is_active(&batch.counts()));
        is_active.then(|| Moving {
            page: self.query.link("/batches", self.query.before),
            events: self.query.link("/batches/events", self.query.before),
            pace: self.query.still,
        })
    }
}

impl Moves for ListPage {
    fn draw(&self) -> Result<String, PageError> {
        live::draw(self.as_page_title(), self.as_progress())
    }
}

impl ListQuery {
    /// The same list at this address, but the page of it that begins after `before`.
    fn link(&self, path: &str, before: Option<BatchId>) -> String {
        let before = before.map(|id| id.to_string()).unwrap_or_default();
        let query = [
            ("site", self.site.as_str()),
            ("by", self.by.as_str()),
            ("name", &self.name),
            ("before", &before),
        ];
        links::query(
            path,
            query.into_iter().filter(|(_, value)| !value.is_empty()),
        )
    }

    fn filter(&self, site: &Meant<SiteMatch>) -> BatchFilter {
        BatchFilter {
            site: site.one().map(|site| site.id),
            made_by: self.by.filter(&self.name),
            before: self.before,
        }
    }
}

async fn load(
    state: &AppState,
    person: &SignedIn,
    query: ListQuery,
) -> Result<ListPage, PageError> {
    let mut conn = state.connection().await?;
    let site = meant::site(&mut conn, &person.scope, &query.site).await?;
    let mut batches = match site.offered() {
        Some(_) => Vec::new(),
        None => {
            let filter = query.filter(&site);
            db::list_batches(&mut conn, &person.scope, &filter, BATCHES_ASKED).await?
        }
    };
    let has_older = batches.len() > BATCHES_PER_PAGE;
    batches.truncate(BATCHES_PER_PAGE);
    Ok(ListPage {
        shell: Shell::new(state, person, Area::Batches),
        query,
        site,
        zone: Tz::UTC,
        batches,
        has_older,
    })
}

/// Lists the batches, or to htmx the part of the page that moves.
pub async fn list(
    State(state): State<AppState>,
    person: SignedIn,
    Query(query): Query<ListQuery>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    live::answer(load(&state, &person, query).await?, &headers)
}

/// Streams the list.
pub async fn list_events(
    State(live): State<Live>,
    person: SignedIn,
    Query(query): Query<ListQuery>,
) -> Result<Response, PageError> {
    live.open(Block::Batches(query), person).await
}

/// Where the batches of the list stand; one that waits for the choice of a site shows none.
///
/// # Errors
/// When the database fails.
pub async fn list_movement(
    conn: &mut PgConnection,
    scope: &Scope,
    query: &ListQuery,
) -> Result<Movement, PageError> {
    let site = meant::site(conn, scope, &query.site).await?;
    if site.offered().is_some() {
        return Ok(Movement {
            stamp: 0,
            has_ended: true,
        });
    }
    let shown = BATCHES_ASKED - 1;
    Ok(db::get_batches_movement(conn, scope, &query.filter(&site), shown).await?)
}

/// The part of the list's page that moves, as it looks now.
///
/// # Errors
/// When the database or a template fails.
pub async fn draw_list(
    state: &AppState,
    person: &SignedIn,
    query: ListQuery,
) -> Result<String, PageError> {
    load(state, person, query).await?.draw()
}
