//! Alerts: the mail server, where messages go, who hears of what, and the log of messages. Passwords
//! and addresses of webhooks are written, and never told.

mod destination_settings;
mod destinations;
mod mail_server;
mod messages;
mod rule_settings;
mod rules;
mod secret;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::web::state::AppState;

/// The addresses.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(mail_server::show, mail_server::update))
        .routes(routes!(destinations::list, destinations::create))
        .routes(routes!(
            destinations::show,
            destinations::update,
            destinations::delete
        ))
        .routes(routes!(destinations::test))
        .routes(routes!(secret::renew))
        .routes(routes!(rules::list, rules::create))
        .routes(routes!(rules::show, rules::update, rules::delete))
        .routes(routes!(messages::list))
        .routes(routes!(messages::show))
        .routes(routes!(messages::list_events))
        .routes(routes!(messages::retry))
}
