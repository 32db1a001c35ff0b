//! **Alerts**: the mail server, where messages go, who hears of what, and the log of messages.

mod destination;
mod log;
mod mail_server;
mod message;
mod overview;
mod rule;
mod rule_sent;
mod secret;
mod words;

use axum::{
    Router,
    routing::{get, post},
};

use crate::web::state::AppState;

pub use message::{draw_progress as draw_message, events as message_events};

/// The page that leads to all others.
const OVERVIEW: &str = "/manage/alerts";

const LOG: &str = "/manage/alerts/log";

const MAIL_SERVER: &str = "/manage/alerts/mail-server";

/// The pages of alerts.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route(OVERVIEW, get(overview::show))
        .route(
            MAIL_SERVER,
            get(mail_server::edit).post(mail_server::update),
        )
        .route(
            "/manage/alerts/destinations/new",
            get(destination::new).post(destination::create),
        )
        .route(
            "/manage/alerts/destinations/{id}",
            get(destination::edit).post(destination::update),
        )
        .route(
            "/manage/alerts/destinations/{id}/secret",
            post(secret::renew),
        )
        .route(
            "/manage/alerts/destinations/{id}/test",
            post(destination::test),
        )
        .route(
            "/manage/alerts/destinations/{id}/delete",
            post(destination::delete),
        )
        .route(
            "/manage/alerts/rules/new",
            get(rule::new).post(rule::create),
        )
        .route(
            "/manage/alerts/rules/{id}",
            get(rule::edit).post(rule::update),
        )
        .route("/manage/alerts/rules/{id}/delete", post(rule::delete))
        .route(LOG, get(log::list))
        .route("/manage/alerts/log/{id}", get(message::show))
        .route("/manage/alerts/log/{id}/retry", post(message::retry))
}
