//! The API for programs, `/api/v1`: what the pages show and do, as JSON. Who asks passes the same
//! guard by the same table, with a token or a session, and reaches the same sites.
//!
//! One file a resource: its shape, its handlers, their description. The description of the whole,
//! `/api/v1/openapi.json`, is gathered from those, so it can not tell of what is not there. What is
//! refused is answered by RFC 9457 (`problem`), whichever layer refused it.

mod alerts;
mod archive_plans;
mod archives;
mod audit;
mod backups;
mod batches;
mod compare;
mod conditional;
mod connection_tests;
mod credentials;
mod csv;
mod devices;
mod host_keys;
mod idempotency;
mod input;
mod managed;
mod me;
mod paging;
pub mod problem;
mod reference;
mod reports;
mod retention;
mod runs;
mod schedules;
mod scheduling;
mod search;
mod single_sign_on;
mod sites;
mod snapshots;
mod tags;
mod users;
mod whole;
mod windows;

use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
};
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    account::SingleSignOn,
    gate::{self, Gates},
    state::AppState,
};

/// The beginning of every address of the API.
pub const ROOT: &str = "/api/";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "RouterVault",
        description = "Backups of router configurations: what is there, what changed, and backing up. \
            A program asks with an API token of its owner's account (`Authorization: Bearer ...`), a \
            browser with its session. What the owner does not reach is answered as what is not there. \
            Lists are read page by page: `next` of an answer is the `cursor` of the next question, and \
            is null on the last page. Times are UTC. Making tokens, and one's own password, second factor \
            and sessions, are for one's account in a browser."
    ),
    components(schemas(sites::Site, devices::Device, snapshots::SnapshotSummary, runs::RunSummary, batches::Batch,
        super::download::Masked, super::secrets::Secrets, super::search::When,
        crate::managing::csv::Kind, crate::model::AuditAction, reports::ReportedDevice, reports::ReportedSite)),
    modifiers(&Security),
    tags(
        (name = "sites", description = "Customers' locations"),
        (name = "devices", description = "Routers"),
        (name = "snapshots", description = "Configurations that were kept"),
        (name = "backups", description = "Backing up, and what came of it"),
        (name = "search", description = "Lines of all configurations"),
        (name = "credentials", description = "Users on devices"),
        (name = "tags", description = "Words that group sites and devices"),
        (name = "host keys", description = "By which devices are known"),
        (name = "audit", description = "Who did what"),
        (name = "archives", description = "Files with all that there is"),
        (name = "retention", description = "How long snapshots and runs are kept"),
        (name = "schedules", description = "When backups begin by themselves, and when not"),
        (name = "reports", description = "What a month came to"),
        (name = "csv", description = "Many settings at once, as files"),
        (name = "users", description = "Who may sign in, what they may do, and where"),
        (name = "single sign-on", description = "The provider, and what its groups may do"),
        (name = "alerts", description = "Who hears of what, and what was sent"),
    )
)]
struct Description;

/// How a program is known.
struct Security;

impl utoipa::Modify for Security {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        use utoipa::openapi::security::{
            Http, HttpAuthScheme, SecurityRequirement, SecurityScheme,
        };
        let token = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        let components = api.components.get_or_insert_default();
        components.add_security_scheme("token", token);
        let needed = SecurityRequirement::new("token", [""; 0]);
        api.security = Some(vec![needed]);
    }
}

/// Has the pages of lists name what they list: the derive writes a generic's part out in full.
fn name_entries(api: &mut utoipa::openapi::OpenApi) {
    use utoipa::openapi::{Ref, RefOr, schema::ArrayItems, schema::Schema};
    let schemas = &mut api.components.get_or_insert_default().schemas;
    for (name, schema) in schemas {
        let (Some(entry), RefOr::T(Schema::Object(page))) = (name.strip_prefix("Page_"), schema)
        else {
            continue;
        };
        if let Some(RefOr::T(Schema::Array(list))) = page.properties.get_mut("items") {
            let named = Ref::from_schema_name(entry);
            list.items = ArrayItems::RefOrSchema(Box::new(RefOr::Ref(named)));
        }
    }
}

/// All of the API, by what its addresses take.
pub struct Routes {
    /// No more than a form does, within the time of a page.
    pub pages: Router<AppState>,
    /// Files of many lines.
    pub uploads: Router<AppState>,
    /// Files of any size, or as long as reading one does.
    pub large: Router<AppState>,
}

/// The routes, and what is to be said of them.
fn described(gates: &Gates, sso: &SingleSignOn) -> (Routes, utoipa::openapi::OpenApi) {
    let comparing = from_fn_with_state(gates.comparisons.clone(), gate::pass);
    let searching = from_fn_with_state(gates.searches.clone(), gate::pass);
    let reporting = from_fn_with_state(gates.reports.clone(), gate::pass);
    let previewing = from_fn_with_state(gates.previews.clone(), gate::pass);
    let (pages, mut api) = OpenApiRouter::with_openapi(Description::openapi())
        .merge(sites::routes())
        .merge(devices::routes())
        .merge(snapshots::routes())
        .routes(routes!(backups::create))
        .routes(routes!(batches::list))
        .routes(routes!(batches::show))
        .routes(routes!(batches::cancel))
        .routes(routes!(batches::retry))
        .routes(routes!(runs::list))
        .routes(routes!(runs::list_of_batch))
        .routes(routes!(runs::show))
        .routes(routes!(runs::cancel))
        .merge(compare::routes().layer(comparing))
        .merge(search::routes().layer(searching))
        .merge(schedules::routes())
        .merge(windows::routes())
        .merge(archives::routes())
        .merge(archive_plans::routes())
        .merge(csv::routes())
        .merge(credentials::routes())
        .merge(alerts::routes())
        .merge(users::routes())
        .merge(me::routes())
        .merge(single_sign_on::routes().with_state(sso.clone()))
        .merge(tags::routes())
        .merge(host_keys::routes())
        .merge(connection_tests::routes())
        .merge(audit::routes())
        .merge(reports::routes())
        .merge(reports::costly().layer(reporting))
        .merge(retention::routes())
        .merge(retention::costly().layer(previewing))
        .split_for_parts();
    let (uploads, of_uploads) = uploads(gates).split_for_parts();
    let (large, of_large) = large(gates).split_for_parts();
    api.merge(of_uploads);
    api.merge(of_large);
    name_entries(&mut api);
    let routes = Routes {
        pages,
        uploads,
        large,
    };
    (routes, api)
}

/// What passes the same gate as pages with files of many lines.
fn uploads(gates: &Gates) -> OpenApiRouter<AppState> {
    csv::uploads().layer(from_fn_with_state(gates.uploads.clone(), gate::pass))
}

/// What passes the same gate as pages with large files, and what takes one export.
fn large(gates: &Gates) -> OpenApiRouter<AppState> {
    archives::large_routes()
        .layer(from_fn_with_state(gates.large.clone(), gate::pass))
        .merge(snapshots::large_routes())
}

/// All of the API.
pub fn routes(gates: &Gates, sso: &SingleSignOn) -> Routes {
    let (routes, description) = described(gates, sso);
    let pages = routes.pages.merge(reference::routes(description));
    Routes {
        pages: pages.layer(from_fn(conditional::answer)),
        uploads: routes.uploads,
        large: routes.large.layer(from_fn(conditional::answer)),
    }
}
