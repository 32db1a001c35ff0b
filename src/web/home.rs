//! Home: is every device of every site backed up? The numbers of all on top, then one row a
//! site, the worst first.

use std::collections::HashMap;

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Query, State},
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
    shell::{Area, Shell},
    stand::StandChoice,
    state::AppState,
    strip::Strip,
    words,
};
use crate::db::heartbeats;
use crate::db::pages::{self as db, FoundDevice, SiteRow, Slice, Totals};
use crate::model::{Scope, SiteId};
use crate::working::Working;

/// How many sites stand on one page.
const SITES_PER_PAGE: i64 = 50;
/// How many devices that were found are named in the row of their site.
const FOUND_PER_SITE: i64 = 5;
/// How many tags the filter offers.
const MAX_TAGS: i64 = 200;

/// What the address of the list may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    q: String,
    tag: String,
    state: StandChoice,
    page: Option<i64>,
}

/// A site with what its row tells.
struct Row {
    site: SiteRow,
    /// Why the worst of its devices has no recent verified backup.
    cause: String,
    found: Vec<FoundDevice>,
    strip: Strip,
}

impl Row {
    fn zone(&self) -> Tz {
        format::zone(&self.site.timezone)
    }

    /// How many devices were found and are not named.
    fn found_more(&self) -> i64 {
        let named = i64::try_from(self.found.len()).expect("a few are named");
        self.found.first().map_or(0, |device| device.found) - named
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "home/list.html")]
struct ListPage {
    shell: Shell,
    totals: Totals,
    working: Working,
    covered_since: DateTime<Utc>,
    rows: Vec<Row>,
    tags: Vec<String>,
    search: String,
    tag: String,
    state: StandChoice,
    pager: Pager,
}

impl ListPage {
    fn is_filtered(&self) -> bool {
        !self.search.is_empty() || !self.tag.is_empty() || self.state != StandChoice::All
    }

    fn page_prefix(&self) -> String {
        links::home(&self.search, &self.tag, self.state.as_str())
    }

    /// Whether a time has come.
    fn is_past(&self, at: &DateTime<Utc>) -> bool {
        *at <= self.shell.now
    }

    /// Where more stand of the devices that a row names: those that the search finds, or all of
    /// the site, for a site is not filtered by tag.
    fn more_link(&self, slug: &str) -> String {
        if self.search.is_empty() {
            links::site(slug)
        } else {
            links::site_search(slug, &self.search, "")
        }
    }

    fn is_chosen(&self, tag: &str) -> bool {
        self.tag == tag
    }

    /// How long the longest overdue device of a site is overdue.
    fn overdue_for(&self, since: &DateTime<Utc>) -> String {
        format::distance(self.covered_since - *since)
    }
}

/// Lists the sites.
pub async fn list(
    State(state): State<AppState>,
    person: SignedIn,
    Query(query): Query<ListQuery>,
) -> Result<impl IntoResponse, PageError> {
    let asked = Asked::new(query.page, SITES_PER_PAGE);
    let covered_since = state.covered_since();
    let (search, tag) = (query.q.trim(), query.tag.trim());
    let filter = db::SiteFilter {
        search: Some(search).filter(|text| !text.is_empty()),
        tag: Some(tag).filter(|text| !text.is_empty()),
        stand: query.state.into(),
    };
    let shell = Shell::new(&state, &person, Area::Sites);
    let mut conn = state.connection().await?;
    let totals = db::total_coverage(&mut conn, &person.scope, covered_since).await?;
    let signs = heartbeats::get_signs_of_life(&mut conn).await?;
    let mut tags = db::list_tags(&mut conn, &person.scope, MAX_TAGS).await?;
    if !tag.is_empty() && !tags.iter().any(|known| known == tag) {
        tags.push(tag.to_owned());
    }
    let view = View {
        scope: &person.scope,
        covered_since,
        now: shell.now,
    };
    let rows = rows(&mut conn, &view, &filter, asked.slice()).await?;
    Ok(ListPage {
        working: Working::at(signs, shell.now),
        shell,
        totals,
        covered_since,
        pager: asked.of(rows.first().map_or(0, |row| row.site.total)),
        rows,
        tags,
        search: search.to_owned(),
        tag: tag.to_owned(),
        state: query.state,
    })
}

/// For whom the list is made, and when.
struct View<'a> {
    scope: &'a Scope,
    covered_since: DateTime<Utc>,
    now: DateTime<Utc>,
}

/// The sites of a page, each with what is told of its devices.
async fn rows(
    conn: &mut sqlx::PgConnection,
    view: &View<'_>,
    filter: &db::SiteFilter<'_>,
    slice: Slice,
) -> Result<Vec<Row>, PageError> {
    let View {
        scope,
        covered_since,
        now,
    } = *view;
    let sites = db::list_sites(conn, scope, filter, covered_since, slice).await?;
    let ids: Vec<SiteId> = sites.iter().map(|site| site.id).collect();
    let mut causes: HashMap<SiteId, String> = db::list_worst(conn, scope, &ids, covered_since)
        .await?
        .into_iter()
        .map(|worst| (worst.site_id, words::cause_of(&worst).to_owned()))
        .collect();
    let mut days = by_site(db::list_site_days(conn, scope, &ids).await?, |days| {
        days.site_id
    });
    let found = if filter.search.is_some() || filter.tag.is_some() {
        db::list_found(conn, scope, &ids, filter.search, filter.tag, FOUND_PER_SITE).await?
    } else {
        Vec::new()
    };
    let mut found = by_site(found, |device| device.site_id);
    Ok(sites
        .into_iter()
        .map(|site| {
            let days = days.remove(&site.id).unwrap_or_default();
            let days = days
                .iter()
                .map(|row| (row.days.as_str(), row.days_until, row.devices));
            Row {
                cause: causes.remove(&site.id).unwrap_or_default(),
                found: found.remove(&site.id).unwrap_or_default(),
                strip: Strip::new(days, &site.timezone, now),
                site,
            }
        })
        .collect())
}

fn by_site<T>(rows: Vec<T>, site: impl Fn(&T) -> SiteId) -> HashMap<SiteId, Vec<T>> {
    let mut sites: HashMap<SiteId, Vec<T>> = HashMap::new();
    for row in rows {
        sites.entry(site(&row)).or_default().push(row);
    }
    sites
}
