//! All batches, newest first.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Query, State},
    response::IntoResponse,
};
use chrono_tz::Tz;
use serde::Deserialize;

use crate::db::pages::{self as db, BatchRow, SiteMatch};
use crate::model::BatchId;
use crate::web::{
    error::PageError,
    filters, links,
    made_by::{KINDS, Kind},
    meant::{self, Meant},
    shell::{Area, Shell},
    state::AppState,
};

/// How many batches stand on one page.
const BATCHES_PER_PAGE: usize = 50;

/// What the address of the list may say.
#[derive(Debug, Default, Deserialize)]
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
}

#[derive(Template, WebTemplate)]
#[template(path = "batches/list.html")]
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

    /// Where the batches older than the last one shown stand.
    fn older_link(&self) -> Option<String> {
        let last = self.batches.last().filter(|_| self.has_older)?;
        let query = [
            ("site", self.query.site.as_str()),
            ("by", self.query.by.as_str()),
            ("name", &self.query.name),
            ("before", &last.id.to_string()),
        ];
        Some(links::query(
            "/batches",
            query.into_iter().filter(|(_, value)| !value.is_empty()),
        ))
    }
}

/// Lists the batches.
pub async fn list(
    State(state): State<AppState>,
    Query(query): Query<ListQuery>,
) -> Result<impl IntoResponse, PageError> {
    let mut conn = state.connection().await?;
    let site = meant::site(&mut conn, &query.site).await?;
    let filter = db::BatchFilter {
        site: site.one().map(|site| site.id),
        made_by: query.by.filter(&query.name),
        before: query.before,
    };
    // One more than is shown tells whether there are older ones.
    let limit = i64::try_from(BATCHES_PER_PAGE + 1).expect("a page is small");
    let mut batches = match site.offered() {
        Some(_) => Vec::new(),
        None => db::list_batches(&mut conn, &filter, limit).await?,
    };
    let has_older = batches.len() > BATCHES_PER_PAGE;
    batches.truncate(BATCHES_PER_PAGE);
    Ok(ListPage {
        shell: Shell::new(&state, Area::Batches),
        query,
        site,
        zone: Tz::UTC,
        batches,
        has_older,
    })
}
