//! People who may sign in: the list, the form in which one is made or changed, and what mends
//! their way in. What they may do is read at each request, so that a change counts at once.

mod form;
mod lifecycle;
mod list;
mod mend;
mod page;
mod sent;
mod tokens;

use axum::{
    Router,
    routing::{get, post},
};

use crate::web::state::AppState;

const LIST: &str = "/manage/users";

/// The pages.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route(LIST, get(list::list))
        .route("/manage/users/new", get(form::new).post(form::create))
        .route("/manage/users/{id}", get(form::edit).post(form::update))
        .route("/manage/users/{id}/archive", post(lifecycle::archive))
        .route("/manage/users/{id}/restore", post(lifecycle::restore))
        .route("/manage/users/{id}/link", post(mend::make_link))
        .route(
            "/manage/users/{id}/second-factor",
            post(mend::delete_second_factor),
        )
        .route("/manage/users/{id}/sessions", post(mend::end_sessions))
        .route("/manage/users/{id}/tokens", post(tokens::revoke))
}
