//! Every route with at least one example: which right it needs, and what it is about. Written
//! down without looking at how the guard decides. Forms stand at the end, in an order in which
//! each still finds what it needs.

use routervault::model::Right::{Annotate, BackUp, Download, Manage, Reveal, See};

use super::case::About::{All, Both, Either, Nothing, One};
use super::case::{Case, get, open, post};
use super::{account, alerts, api, api_alerts, api_managing, api_users, managing, users};

/// Pages.
const PAGES: &[Case] = &[
    open("GET", "/assets/{hash}/{*path}")
        .at("/assets/none/none.css")
        .answers(&[404]),
    open("GET", "/sign-in")
        .at("/sign-in?next=/sites/{part}")
        .answers(&[200]),
    open("GET", "/welcome")
        .at("/welcome?token=none")
        .answers(&[410]),
    get("/metrics", See, All),
    get("/", See, Nothing),
    get("/", See, Nothing).at("/?q={part}"),
    get("/", See, Nothing).at("/?state=verified&tag={part}"),
    get("/sites/{slug}", See, One),
    get("/sites/{slug}", See, One).at("/sites/{slug}?q=gw&state=verified"),
    get("/sites/{slug}/newest.zip", Download, One),
    get("/reports", See, Nothing),
    get("/reports/{month}", See, Nothing).at("/reports/2026-05"),
    get("/reports/{month}", See, Nothing).at("/reports/2026-05.csv"),
    get("/sites/{slug}/reports", See, One),
    get("/sites/{slug}/reports/{month}", See, One).at("/sites/{slug}/reports/2026-05"),
    get("/sites/{slug}/reports/{month}", See, One).at("/sites/{slug}/reports/2026-05.csv"),
    get("/sites/{slug}/devices/{name}", See, One).at("/sites/{slug}/devices/{slug}-gw"),
    get("/sites/{slug}/devices/{name}", See, One).at("/sites/{slug}/devices/{slug}-ap"),
    get("/snapshots/{id}", See, One).at("/snapshots/{newer}"),
    get("/snapshots/{id}", See, One).at("/snapshots/{older}?secrets=shown&find=name"),
    get("/snapshots/{id}/text", See, One).at("/snapshots/{newer}/text?secrets=shown"),
    get("/snapshots/{id}/restore", See, One).at("/snapshots/{newer}/restore?q={part}"),
    get("/snapshots/{id}/restore", See, Both)
        .at("/snapshots/{newer}/restore?device={other-gateway}"),
    get("/snapshots/{id}/download", Download, One)
        .at("/snapshots/{newer}/download")
        .and(Reveal),
    get("/snapshots/{id}/download", Download, One).at("/snapshots/{newer}/download?masked=1"),
    get("/snapshots/{id}/comment", Annotate, One).at("/snapshots/{newer}/comment"),
    get("/snapshots/{id}/delete", Manage, One).at("/snapshots/{older}/delete"),
    get("/snapshots.zip", Download, One).at("/snapshots.zip?s={older}&s={newer}"),
    get("/snapshots.zip", Download, Both).at("/snapshots.zip?s={newer}&s={other-newer}"),
    get("/snapshots.zip", Download, Nothing).at("/snapshots.zip?device={gateway}"),
    get("/scripts", See, Nothing),
    get("/scripts", See, Nothing).at("/scripts?q={part}&d={gateway}&d={other-gateway}"),
    get("/scripts/open", See, Nothing).at("/scripts/open?device={gateway}"),
    get("/scripts/open", See, Nothing).at("/scripts/open?s={newer}&s={other-newer}"),
    get("/compare", See, One).at("/compare?s={older}&s={newer}&secrets=shown"),
    get("/compare", See, Both).at("/compare?s={newer}&s={other-newer}"),
    get("/compare.diff", See, One).at("/compare.diff?s={older}&s={newer}&secrets=shown"),
    get("/compare.diff", See, Both).at("/compare.diff?s={other-newer}&s={newer}"),
    get("/search", See, Nothing),
    get("/search", See, Nothing).at("/search?q={part}&when=ever"),
    get("/search", See, Nothing).at("/search?q=name&site={part}"),
    get("/search", See, Nothing).at("/search?q=%5Es.*{part}&regex=1"),
    get("/search", See, Nothing).at("/search?q=name&tag={part}-tag"),
    get("/search/lines/{id}", See, One).at("/search/lines/{line}"),
    get("/search/lines/{id}", See, Either).at("/search/lines/{shared-line}?when=ever"),
    get("/batches", See, Nothing),
    get("/batches", See, Nothing).at("/batches?site={part}"),
    get("/batches", See, Nothing).at("/batches?by=manual&name=night-shift"),
    get("/batches/events", See, Nothing),
    get("/batches/{id}", See, One).at("/batches/{night}"),
    get("/batches/{id}", See, One).at("/batches/{waiting}"),
    get("/batches/{id}", See, Either).at("/batches/{shared-batch}"),
    get("/batches/{id}/events", See, One).at("/batches/{waiting}/events"),
    get("/batches/{id}/events", See, Either).at("/batches/{shared-batch}/events"),
    get("/runs", See, Nothing),
    get("/runs", See, Nothing).at("/runs?site={part}&device={part}-gw"),
    get("/runs", See, Nothing).at("/runs?state=failed&device={part}"),
    get("/runs/{id}", See, One).at("/runs/{run}"),
    get("/runs/{id}", See, One).at("/runs/{ended-run}"),
    get("/runs/{id}/events", See, One).at("/runs/{run}/events"),
];

/// Forms.
const FORMS: &[Case] = &[
    post("/snapshots/{id}/comment", Annotate, One)
        .at("/snapshots/{newer}/comment")
        .form("comment=Mast+moved"),
    post("/snapshots/{id}/pin", Annotate, One)
        .at("/snapshots/{newer}/pin")
        .form("pinned=false&back=snapshot"),
    post("/runs/{id}/cancel", BackUp, One).at("/runs/{run}/cancel"),
    post("/batches/{id}/cancel", BackUp, One).at("/batches/{waiting}/cancel"),
    post("/batches/{id}/cancel", BackUp, Either).at("/batches/{shared-batch}/cancel"),
    post("/batches/{id}/retry", BackUp, One).at("/batches/{night}/retry"),
    post("/batches/{id}/retry", BackUp, Either).at("/batches/{shared-batch}/retry"),
    post("/sites/{slug}/backups", BackUp, One).form("scope=ticked&device={other-gateway}"),
    post("/sites/{slug}/backups", BackUp, One).form("scope=site"),
    post("/snapshots/{id}/delete", Manage, One).at("/snapshots/{older}/delete"),
    open("POST", "/sign-in")
        .form("name={part}&password=guess")
        .answers(&[401]),
    open("POST", "/welcome")
        .form("token=none&password=a&again=a")
        .answers(&[410]),
];

/// What ends a visit.
const LAST: &[Case] = &[post("/sign-out", See, Nothing)];

/// All of them, pages first.
pub fn cases() -> impl Iterator<Item = &'static Case> {
    let pages = [
        PAGES,
        api::ASKED,
        api_managing::ASKED,
        api_alerts::ASKED,
        api_users::ASKED,
        account::PAGES,
        alerts::PAGES,
        managing::PAGES,
        users::PAGES,
    ];
    let forms = [
        api::SENT,
        api_managing::SENT,
        api_alerts::SENT,
        api_users::SENT,
        FORMS,
        account::FORMS,
        alerts::FORMS,
        managing::FORMS,
        users::FORMS,
        LAST,
    ];
    pages.into_iter().chain(forms).flatten()
}
