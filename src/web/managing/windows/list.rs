//! The maintenance windows.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Query, State},
    response::IntoResponse,
};

use super::{super::listed::ListQuery, LIST};
use crate::db::schedules::{WindowRow, list_window_rows};
use crate::scheduler::is_over;
use crate::web::{
    error::PageError,
    filters,
    guard::SignedIn,
    paging::Pager,
    shell::{Area, Shell},
    state::AppState,
};

#[derive(Template, WebTemplate)]
#[template(path = "managing/windows.html")]
struct ListPage {
    shell: Shell,
    query: ListQuery,
    windows: Vec<WindowRow>,
    pager: Pager,
}

impl ListPage {
    /// Whether a window never opens again.
    fn is_over(&self, row: &WindowRow) -> bool {
        let values = &row.window.values;
        let zone = values
            .timezone
            .as_deref()
            .and_then(|name| name.parse().ok());
        is_over(&values.span, zone, self.shell.now)
    }
}

/// Lists the windows.
pub async fn list(
    State(state): State<AppState>,
    person: SignedIn,
    Query(query): Query<ListQuery>,
) -> Result<impl IntoResponse, PageError> {
    let asked = query.asked();
    let mut conn = state.connection().await?;
    let search = query.filter().search;
    let windows = list_window_rows(&mut conn, search, asked.slice()).await?;
    Ok(ListPage {
        shell: Shell::new(&state, &person, Area::Manage),
        pager: asked.of(windows.first().map_or(0, |row| row.total)),
        windows,
        query,
    })
}
