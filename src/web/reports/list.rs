//! The months that there is a report of, newest first.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Path, Query, State},
    response::IntoResponse,
};
use serde::Deserialize;

use super::{MONTHS_PER_PAGE, month::Month, report};
use crate::db::pages::SiteHead;
use crate::web::{
    error::PageError,
    filters,
    guard::SignedIn,
    links,
    paging::{Asked, Pager},
    shell::{Area, Shell},
    state::AppState,
};

/// What the address may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    page: Option<i64>,
}

#[derive(Template, WebTemplate)]
#[template(path = "reports/list.html")]
struct ListPage {
    shell: Shell,
    site: SiteHead,
    /// The month that goes on.
    newest: Month,
    months: Vec<Month>,
    pager: Pager,
}

impl ListPage {
    fn goes_on(&self, month: &Month) -> bool {
        *month == self.newest
    }

    fn page_prefix(&self) -> String {
        format!("{}?page=", links::site_reports(&self.site.slug))
    }
}

/// Lists them.
pub async fn list(
    State(state): State<AppState>,
    person: SignedIn,
    Path(slug): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<impl IntoResponse, PageError> {
    let (site, first, newest) = report::site(&state, &person.scope, &slug).await?;
    let asked = Asked::new(query.page, MONTHS_PER_PAGE);
    Ok(ListPage {
        shell: Shell::new(&state, &person, Area::Sites),
        site,
        newest,
        months: newest.back_to(first, asked.slice()),
        pager: asked.of(i64::from(newest.since(first)) + 1),
    })
}
