//! Maintenance windows: the list, and the form in which one is made or changed.

mod form;
mod list;

use axum::{
    Router,
    routing::{get, post},
};

use crate::web::state::AppState;

const LIST: &str = "/manage/maintenance-windows";

/// The pages of maintenance windows.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route(LIST, get(list::list))
        .route(
            "/manage/maintenance-windows/new",
            get(form::new).post(form::create),
        )
        .route(
            "/manage/maintenance-windows/{id}",
            get(form::edit).post(form::update),
        )
        .route(
            "/manage/maintenance-windows/{id}/delete",
            post(form::delete),
        )
}
