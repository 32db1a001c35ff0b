//! The pages: server-rendered, working without JavaScript, and never talking to a device. A
//! trigger inserts runs; a collector hears of them through the database.
//!
//! One file an area, the page struct beside its handler, `templates/<area>/*.html` of the same
//! name. A decision is a method of the page struct, formatting is a filter, every address comes
//! from `links`, and `|safe` is used nowhere: what routers send is untrusted text.

mod account;
mod actions;
mod api;
mod archives;
mod assets;
mod audit;
mod backups;
mod batches;
mod bodies;
mod client;
mod compare;
mod connection_tests;
mod devices;
mod download;
mod error;
mod fields;
mod file_names;
mod filters;
mod format;
mod gate;
mod guard;
mod headers;
mod health;
mod history;
mod home;
mod host_keys;
mod hosts;
mod layers;
mod links;
mod live;
mod made_by;
mod managing;
mod meant;
mod metrics;
mod notes;
mod paging;
mod place;
mod prose;
mod ready;
mod reports;
mod restore;
mod roles;
mod runs;
mod scripts;
mod search;
mod secrets;
mod served;
mod settings;
mod shell;
mod sites;
mod snapshots;
mod stand;
mod state;
mod strip;
mod ticked;
mod tones;
mod upcoming;
mod uploaded;
mod words;
mod zip;

use std::sync::Arc;

use axum::{
    Extension, Router,
    middleware::from_fn_with_state,
    routing::{get, post},
};
use tokio_util::sync::CancellationToken;

use gate::Gates;
pub use guard::{Need, ROUTES, Route};
pub use links::welcome as welcome_link;
// For messages, which lead to pages from outside.
pub(crate) use links::{
    compare as compare_link, device as device_link, run as run_link, snapshot as snapshot_link,
};
pub use served::{PublicUrl, PublicUrlError, Served};
pub use state::AppState;

/// All pages, ready to be served.
pub fn router(state: AppState) -> Router {
    router_until(state, CancellationToken::new())
}

/// The same, with pages that cease to move at `stop`, so that a server which waits for its last
/// answers need not wait for them.
pub fn router_until(state: AppState, stop: CancellationToken) -> Router {
    let served = Arc::clone(&state.address);
    let gates = Gates::new();
    let moving = Router::new()
        .route("/batches/events", get(batches::list_events))
        .route("/batches/{id}/events", get(batches::events))
        .route("/runs/{id}/events", get(runs::events))
        .route(
            "/connection-tests/{id}/events",
            get(connection_tests::events),
        )
        .route(
            "/manage/alerts/log/{id}/events",
            get(managing::alert_message_events),
        )
        .with_state(live::Live::new(state.clone(), stop));
    let sso = account::SingleSignOn::new(state.clone());
    let single_sign_on = account::single_sign_on_routes()
        .merge(settings::single_sign_on_routes())
        .with_state(sso.clone());
    let api = api::routes(&gates, &sso);
    let pages = Router::new()
        .route("/", get(home::list))
        .route("/sites/{slug}", get(sites::show))
        .route("/sites/{slug}/newest.zip", get(archives::newest))
        .route("/sites/{slug}/reports", get(reports::list))
        .route("/sites/{slug}/reports/{month}", get(reports::show))
        .route("/sites/{slug}/backups", post(backups::create))
        .route("/sites/{slug}/devices/{name}", get(devices::show))
        .route("/snapshots/{id}", get(snapshots::show))
        .route("/snapshots/{id}/text", get(snapshots::text))
        .route("/snapshots/{id}/restore", get(restore::show))
        .route("/snapshots/{id}/download", get(download::show))
        .route(
            "/snapshots/{id}/comment",
            get(notes::edit_comment).post(notes::update_comment),
        )
        .route("/snapshots/{id}/pin", post(notes::update_pin))
        .route(
            "/snapshots/{id}/delete",
            get(notes::confirm_delete).post(notes::delete),
        )
        .route("/snapshots.zip", get(archives::ticked))
        .route("/scripts", get(scripts::list))
        .route("/scripts/open", get(ticked::open))
        .route("/batches", get(batches::list))
        .route("/batches/{id}", get(batches::show))
        .route("/batches/{id}/cancel", post(batches::cancel))
        .route("/batches/{id}/retry", post(batches::retry))
        .route(
            "/manage/host-keys",
            get(host_keys::list).post(host_keys::decide),
        )
        .route("/runs", get(runs::list))
        .route("/runs/{id}", get(runs::show))
        .route("/runs/{id}/cancel", post(runs::cancel))
        .route(
            "/sign-in",
            get(account::show_sign_in).post(account::sign_in),
        )
        .route(
            "/welcome",
            get(account::show_welcome).post(account::welcome),
        )
        .route(
            "/sign-in/code",
            get(account::show_sign_in_code).post(account::sign_in_code),
        )
        .route("/sign-out", post(account::sign_out))
        .merge(account::routes())
        .route("/manage/audit", get(audit::list))
        .route("/manage/audit.csv", get(audit::download))
        .route("/metrics", get(metrics::show))
        .route("/assets/{hash}/{*path}", get(assets::show))
        .fallback(|| async { error::PageError::NotFound("page") })
        .merge(testing())
        .merge(costly(&gates))
        .merge(managing::routes(&gates))
        .merge(api.pages)
        .with_state(state.clone())
        .merge(moving)
        .merge(single_sign_on);
    // Monitoring asks by whatever name it knows the machine, and reads a status and a sentence.
    let health = Router::new()
        .route("/healthz", get(health::show))
        .route("/readyz", get(ready::show))
        .with_state(state.clone());
    let uploads = managing::uploads(&gates)
        .merge(api.uploads)
        .with_state(state.clone());
    let large = managing::large(&gates)
        .merge(uploaded::routes())
        .merge(api.large)
        .layer(Extension(actions::Restores::default()))
        .with_state(state.clone());
    let pages = layers::inner(pages, uploads, large, state);
    layers::outer(pages.merge(health), &served)
}

/// **Test connection**.
fn testing() -> Router<AppState> {
    use connection_tests as tests;
    Router::new()
        .route(
            "/sites/{slug}/devices/{name}/connection-tests",
            post(tests::create),
        )
        .route("/connection-tests/{id}", get(tests::show))
        .route("/connection-tests/{id}/again", post(tests::again))
        .route("/connection-tests/{id}/begin", post(tests::begin))
        .route("/connection-tests/{id}/cancel", post(tests::cancel))
        .route(
            "/connection-tests/{id}/key-pair",
            post(tests::make_key_pair),
        )
}

/// What may take seconds.
fn costly(gates: &Gates) -> Router<AppState> {
    let reporting = Router::new()
        .route("/reports", get(reports::everywhere::list))
        .route("/reports/{month}", get(reports::everywhere::show))
        .layer(from_fn_with_state(gates.reports.clone(), gate::pass));
    let comparing = Router::new()
        .route("/compare", get(compare::show))
        .route("/compare.diff", get(compare::text))
        .layer(from_fn_with_state(gates.comparisons.clone(), gate::pass));
    Router::new()
        .route("/search", get(search::list))
        .route("/search/lines/{id}", get(search::show))
        .layer(from_fn_with_state(gates.searches.clone(), gate::pass))
        .merge(reporting)
        .merge(comparing)
}
