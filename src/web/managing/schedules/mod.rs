//! Schedules: the list, the form in which one is made or changed, and the next times before it is
//! saved.

mod form;
mod list;

use axum::{
    Router,
    routing::{get, post},
};

use crate::web::state::AppState;

const LIST: &str = "/manage/schedules";

/// The pages of schedules.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route(LIST, get(list::list))
        .route("/manage/schedules/new", get(form::new).post(form::create))
        .route("/manage/schedules/{id}", get(form::edit).post(form::update))
        .route("/manage/schedules/{id}/delete", post(form::delete))
}
