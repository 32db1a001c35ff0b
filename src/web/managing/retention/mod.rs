//! **Retention**: how long backups and runs are kept, and what would go if it were otherwise.

mod list;
mod rule;

use axum::{
    Router,
    middleware::from_fn_with_state,
    routing::{get, post},
};

use crate::retention::Why;
use crate::web::{
    gate::{self, Gates},
    state::AppState,
};

const LIST: &str = "/manage/retention";

/// The pages.
pub(super) fn routes(gates: &Gates) -> Router<AppState> {
    let costly = Router::new()
        .route("/manage/retention/preview", get(rule::preview))
        .layer(from_fn_with_state(gates.previews.clone(), gate::pass));
    Router::new()
        .route(LIST, get(list::list).post(list::update))
        .route("/manage/retention/rule", get(rule::edit).post(rule::update))
        .route("/manage/retention/remove", post(rule::remove))
        .merge(costly)
}

/// Why a backup would go, in words.
pub fn why(why: &Why) -> String {
    match why {
        Why::Count(1) => "A newer one is kept".to_owned(),
        Why::Count(count) => format!("{count} newer ones are kept"),
        Why::Age(days) => format!("Last seen more than {days} days before"),
        Why::Day(days) => format!("Older than {days} days, and another one stands for its day"),
        Why::Week(days) => format!("Older than {days} days, and another one stands for its week"),
    }
}
