//! The months that there is a report of over all sites, newest first.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Query, State},
    response::IntoResponse,
};
use serde::Deserialize;

use super::read::Months;
use crate::web::{
    error::PageError,
    filters,
    guard::SignedIn,
    links,
    paging::{Asked, Pager},
    reports::{MONTHS_PER_PAGE, month::Month},
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
#[template(path = "reports/everywhere/list.html")]
struct ListPage {
    shell: Shell,
    /// The month that goes on.
    newest: Month,
    months: Vec<Month>,
    pager: Pager,
}

impl ListPage {
    fn goes_on(&self, month: &Month) -> bool {
        *month == self.newest
    }
}

/// Lists them.
pub async fn list(
    State(state): State<AppState>,
    person: SignedIn,
    Query(query): Query<ListQuery>,
) -> Result<impl IntoResponse, PageError> {
    let Months { first, newest, .. } = Months::read(&state, &person.scope).await?;
    let asked = Asked::new(query.page, MONTHS_PER_PAGE);
    Ok(ListPage {
        shell: Shell::new(&state, &person, Area::Sites),
        newest,
        months: newest.back_to(first, asked.slice()),
        pager: asked.of(i64::from(newest.since(first)) + 1),
    })
}
