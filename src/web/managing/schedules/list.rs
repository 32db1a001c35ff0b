//! The schedules, each with its next time and how many devices have it.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Query, State},
    response::IntoResponse,
};

use super::{super::listed::ListQuery, LIST};
use crate::db::schedules::{ScheduleRow, list_schedule_rows};
use crate::web::{
    error::PageError,
    filters,
    guard::SignedIn,
    paging::Pager,
    shell::{Area, Shell},
    state::AppState,
};

#[derive(Template, WebTemplate)]
#[template(path = "managing/schedules.html")]
struct ListPage {
    shell: Shell,
    query: ListQuery,
    schedules: Vec<ScheduleRow>,
    pager: Pager,
}

/// Lists the schedules.
pub async fn list(
    State(state): State<AppState>,
    person: SignedIn,
    Query(query): Query<ListQuery>,
) -> Result<impl IntoResponse, PageError> {
    let asked = query.asked();
    let mut conn = state.connection().await?;
    let search = query.filter().search;
    let schedules = list_schedule_rows(&mut conn, search, asked.slice()).await?;
    Ok(ListPage {
        shell: Shell::new(&state, &person, Area::Manage),
        pager: asked.of(schedules.first().map_or(0, |row| row.total)),
        schedules,
        query,
    })
}
