//! Examples of the addresses for programs.

use routervault::model::Right::{Annotate, BackUp, Download, Manage, Reveal, See};

use super::case::About::{Both, Either, Nothing, One};
use super::case::{Case, get, post};

/// What only asks.
pub const ASKED: &[Case] = &[
    get("/api", See, Nothing),
    get("/api/v1/openapi.json", See, Nothing),
    get("/api/v1/sites", See, Nothing),
    get("/api/v1/sites", See, Nothing).at("/api/v1/sites?tag={slug}-tag&limit=1"),
    get("/api/v1/sites/{slug}", See, One),
    get("/api/v1/sites/{slug}/devices", See, One),
    get("/api/v1/sites/{slug}/devices/{name}", See, One)
        .at("/api/v1/sites/{slug}/devices/{slug}-gw"),
    get("/api/v1/sites/{slug}/devices/{name}/snapshots", See, One)
        .at("/api/v1/sites/{slug}/devices/{slug}-gw/snapshots"),
    get("/api/v1/devices", See, Nothing),
    get("/api/v1/snapshots/{id}", See, One).at("/api/v1/snapshots/{newer}"),
    get("/api/v1/snapshots/{id}/text", Download, One)
        .at("/api/v1/snapshots/{newer}/text")
        .and(Reveal),
    get("/api/v1/snapshots/{id}/text", Download, One).at("/api/v1/snapshots/{newer}/text?masked=1"),
    get("/api/v1/snapshots/{id}/restore", See, One).at("/api/v1/snapshots/{newer}/restore"),
    get("/api/v1/snapshots/{id}/restore", See, Both)
        .at("/api/v1/snapshots/{newer}/restore?device={other-slug}/{other-slug}-gw"),
    get("/api/v1/snapshots.zip", Download, One).at("/api/v1/snapshots.zip?ids={older},{newer}"),
    get("/api/v1/snapshots.zip", Download, Both)
        .at("/api/v1/snapshots.zip?ids={newer},{other-newer}"),
    get("/api/v1/sites/{slug}/newest.zip", Download, One),
    get("/api/v1/sites/{slug}/reports/{month}", See, One)
        .at("/api/v1/sites/{slug}/reports/2026-05"),
    get("/api/v1/reports/{month}", See, Nothing).at("/api/v1/reports/2026-05"),
    get("/api/v1/batches", See, Nothing),
    get("/api/v1/batches", See, One).at("/api/v1/batches?site={slug}"),
    get("/api/v1/batches/{id}", See, One).at("/api/v1/batches/{night}"),
    get("/api/v1/batches/{id}", See, Either).at("/api/v1/batches/{shared-batch}"),
    get("/api/v1/batches/{id}/runs", See, One).at("/api/v1/batches/{night}/runs"),
    get("/api/v1/batches/{id}/runs", See, Either).at("/api/v1/batches/{shared-batch}/runs"),
    get("/api/v1/runs", See, Nothing),
    get("/api/v1/runs", See, One)
        .at("/api/v1/runs?site={slug}&device={slug}/{slug}-gw&state=succeeded"),
    get("/api/v1/runs/{id}", See, One).at("/api/v1/runs/{run}"),
    get("/api/v1/compare", See, One).at("/api/v1/compare?from={older}&to={newer}&secrets=shown"),
    get("/api/v1/compare", See, Both).at("/api/v1/compare?from={newer}&to={other-newer}"),
    get("/api/v1/compare/text", See, One)
        .at("/api/v1/compare/text?from={older}&to={newer}&secrets=shown"),
    get("/api/v1/compare/text", See, Both).at("/api/v1/compare/text?from={other-newer}&to={newer}"),
    get("/api/v1/search", See, Nothing).at("/api/v1/search?q={part}&when=ever"),
    get("/api/v1/search", See, One).at("/api/v1/search?q=name&site={slug}"),
    get("/api/v1/search", See, Nothing).at("/api/v1/search?q=name&tag={part}-tag"),
    get("/api/v1/search/lines/{id}", See, One).at("/api/v1/search/lines/{line}"),
    get("/api/v1/search/lines/{id}", See, Either)
        .at("/api/v1/search/lines/{shared-line}?when=ever"),
];

/// What changes something.
pub const SENT: &[Case] = &[
    patch("/api/v1/snapshots/{id}", Annotate, One)
        .at("/api/v1/snapshots/{newer}")
        .form("{\"comment\": \"{slug} changed\", \"pinned\": false}"),
    post("/api/v1/sites/{slug}/backups", BackUp, One).form("{\"devices\": [\"{slug}-gw\"]}"),
    post("/api/v1/sites/{slug}/backups", BackUp, One).form("{}"),
    post("/api/v1/batches/{id}/retry", BackUp, One)
        .at("/api/v1/batches/{night}/retry")
        .answers(&[202, 409]),
    post("/api/v1/batches/{id}/cancel", BackUp, One).at("/api/v1/batches/{night}/cancel"),
    post("/api/v1/runs/{id}/cancel", BackUp, One).at("/api/v1/runs/{run}/cancel"),
    delete("/api/v1/snapshots/{id}", Manage, One)
        .at("/api/v1/snapshots/{newer}")
        .answers(&[204, 409]),
];

pub const fn put(
    path: &'static str,
    right: routervault::model::Right,
    about: super::case::About,
) -> Case {
    Case {
        method: "PUT",
        ..post(path, right, about)
    }
}

const fn patch(
    path: &'static str,
    right: routervault::model::Right,
    about: super::case::About,
) -> Case {
    Case {
        method: "PATCH",
        ..post(path, right, about)
    }
}

pub const fn delete(
    path: &'static str,
    right: routervault::model::Right,
    about: super::case::About,
) -> Case {
    Case {
        method: "DELETE",
        ..post(path, right, about)
    }
}
