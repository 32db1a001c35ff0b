//! **Manage**: sites, devices, credentials and tags made, changed and archived by an
//! administrator, one at a time by forms or many at once by CSV. What comes from the inventory
//! file is shown and not changed here.
//!
//! Administrators reach every site, so nothing here is narrowed to a scope.

mod alerts;
mod archives;
mod credentials;
mod device_test;
mod devices;
mod done;
mod export;
mod filled;
mod import;
mod links;
mod listed;
mod preview;
mod refused;
mod retention;
mod schedules;
mod site_ticks;
mod sites;
pub mod tabs;
mod tags;
mod timed;
mod users;
mod windows;

use axum::{
    Router,
    middleware::from_fn_with_state,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};

pub use alerts::{draw_message as draw_alert_message, message_events as alert_message_events};
pub use archives::download::show as download_archive;
pub use export::export_file;
use refused::without_form;
pub use refused::{refusal, wrong};
pub use retention::why;

use super::{
    actions::{commit, commit_as},
    error::PageError,
    gate::{self, Gates},
    state::AppState,
};
use crate::db::audit::Actor;
use crate::managing::{Changed, Refused};
use crate::model::AuditAction;

/// The pages but for uploads.
pub fn routes(gates: &Gates) -> Router<AppState> {
    Router::new()
        .route("/manage/sites", get(sites::list))
        .route("/manage/sites/new", get(sites::new).post(sites::create))
        .route(
            "/manage/sites/{slug}/edit",
            get(sites::edit).post(sites::update),
        )
        .route("/manage/sites/{slug}/archive", post(sites::archive))
        .route("/manage/sites/{slug}/restore", post(sites::restore))
        .route("/manage/devices", get(devices::list))
        .route(
            "/manage/devices/new",
            get(devices::new).post(devices::create),
        )
        .route(
            "/manage/devices/{id}",
            get(devices::edit).post(devices::update),
        )
        .route(
            "/manage/devices/new/connection-tests",
            post(device_test::of_new),
        )
        .route(
            "/manage/devices/{id}/connection-tests",
            post(device_test::of_stored),
        )
        .route("/manage/devices/{id}/archive", post(devices::archive))
        .route("/manage/devices/{id}/restore", post(devices::restore))
        .route("/manage/credentials", get(credentials::list))
        .route(
            "/manage/credentials/new",
            get(credentials::new).post(credentials::create),
        )
        .route(
            "/manage/credentials/{id}",
            get(credentials::edit).post(credentials::update),
        )
        .route(
            "/manage/credentials/{id}/archive",
            post(credentials::archive),
        )
        .route(
            "/manage/credentials/{id}/restore",
            post(credentials::restore),
        )
        .merge(alerts::routes())
        .merge(users::routes())
        .merge(retention::routes(gates))
        .merge(archives::routes())
        .merge(schedules::routes())
        .merge(windows::routes())
        .route("/manage/tags", get(tags::list).post(tags::update))
        .route("/manage/export/{kind}", get(export::download))
        .route(
            "/manage/import/{id}",
            get(preview::show).post(preview::apply),
        )
        .route("/manage/import/{id}/discard", post(preview::discard))
}

/// What takes more than a form may have, under a limit of its own.
pub fn uploads(gates: &Gates) -> Router<AppState> {
    let gate = gates.uploads.clone();
    Router::new()
        .route("/manage/import", get(import::new).post(import::create))
        .layer(from_fn_with_state(gate, gate::pass))
}

/// A button without a form.
struct Pressed<'a> {
    /// On what: `device`.
    what: &'static str,
    /// The page that it stands on.
    page: &'a str,
    /// Where it leads to once it is done.
    done: String,
}

/// Keeps what a button did and leads on, or leads back with the reason why it did nothing.
async fn conclude(
    state: &AppState,
    transaction: sqlx::Transaction<'_, sqlx::Postgres>,
    actor: &Actor,
    (action, outcome): (AuditAction, Result<Changed, Refused>),
    pressed: Pressed<'_>,
) -> Result<Response, PageError> {
    match outcome {
        Ok(changed) => {
            commit_as(state, transaction, actor, (action, &changed)).await?;
            Ok(Redirect::to(&pressed.done).into_response())
        }
        Err(refused) => without_form(refused, pressed.what, pressed.page),
    }
}

/// What takes whole files, or as long as reading one does.
pub fn large(gates: &Gates) -> Router<AppState> {
    let gate = gates.large.clone();
    archives::large_routes().layer(from_fn_with_state(gate, gate::pass))
}
