//! What each address asks of who opens it: one table for all of them. An address that is not in
//! it is refused to everybody, so that none can be forgotten.

use axum::http::Method;

use crate::model::Right;

/// What is asked of whoever opens an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nothing: how somebody signs in, and what pages are drawn with.
    Nothing,
    /// To be somebody, with a browser: one's own account.
    Browser,
    /// To be somebody who sees every site, or to ask on this machine as nobody: what counts over
    /// all sites, for monitoring.
    Everything,
    /// To be somebody who has this right, at the site that the page is about.
    Right(Right),
}

/// An address with its need; addresses as the router has them.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    pub method: &'static str,
    pub path: &'static str,
    pub need: Need,
}

const fn get(path: &'static str, need: Need) -> Route {
    Route {
        method: "GET",
        path,
        need,
    }
}

const fn post(path: &'static str, need: Need) -> Route {
    Route {
        method: "POST",
        path,
        need,
    }
}

const fn put(path: &'static str, need: Need) -> Route {
    Route {
        method: "PUT",
        path,
        need,
    }
}

const fn patch(path: &'static str, need: Need) -> Route {
    Route {
        method: "PATCH",
        path,
        need,
    }
}

const fn delete(path: &'static str, need: Need) -> Route {
    Route {
        method: "DELETE",
        path,
        need,
    }
}

const SEE: Need = Need::Right(Right::See);
const BACK_UP: Need = Need::Right(Right::BackUp);
const ANNOTATE: Need = Need::Right(Right::Annotate);
const DOWNLOAD: Need = Need::Right(Right::Download);
const MANAGE: Need = Need::Right(Right::Manage);

/// Every address there is. What is shown there, and whether there is anything for who asks, is
/// narrowed to their scope by the queries behind it.
pub const ROUTES: &[Route] = &[
    get("/assets/{hash}/{*path}", Need::Nothing),
    get("/sign-in", Need::Nothing),
    post("/sign-in", Need::Nothing),
    get("/sign-in/sso", Need::Nothing),
    get("/sign-in/sso/callback", Need::Nothing),
    get("/welcome", Need::Nothing),
    post("/welcome", Need::Nothing),
    get("/sign-in/code", Need::Nothing),
    post("/sign-in/code", Need::Nothing),
    get("/metrics", Need::Everything),
    post("/sign-out", Need::Browser),
    get("/account", Need::Browser),
    get("/account/password", Need::Browser),
    post("/account/password", Need::Browser),
    get("/account/second-factor", Need::Browser),
    post("/account/second-factor", Need::Browser),
    post("/account/second-factor/codes", Need::Browser),
    post("/account/second-factor/off", Need::Browser),
    post("/account/sessions/end-others", Need::Browser),
    post("/account/sessions/{id}/end", Need::Browser),
    get("/account/tokens/new", Need::Browser),
    post("/account/tokens/new", Need::Browser),
    post("/account/tokens/{id}/revoke", Need::Browser),
    get("/", SEE),
    get("/sites/{slug}", SEE),
    get("/sites/{slug}/newest.zip", DOWNLOAD),
    get("/reports", SEE),
    get("/reports/{month}", SEE),
    get("/sites/{slug}/reports", SEE),
    get("/sites/{slug}/reports/{month}", SEE),
    post("/sites/{slug}/backups", BACK_UP),
    get("/sites/{slug}/devices/{name}", SEE),
    get("/snapshots/{id}", SEE),
    get("/snapshots/{id}/text", SEE),
    get("/snapshots/{id}/restore", SEE),
    get("/snapshots/{id}/download", DOWNLOAD),
    get("/snapshots/{id}/comment", ANNOTATE),
    post("/snapshots/{id}/comment", ANNOTATE),
    post("/snapshots/{id}/pin", ANNOTATE),
    get("/snapshots/{id}/delete", MANAGE),
    post("/snapshots/{id}/delete", MANAGE),
    get("/snapshots.zip", DOWNLOAD),
    get("/scripts", SEE),
    get("/scripts/open", SEE),
    get("/compare", SEE),
    get("/compare.diff", SEE),
    get("/search", SEE),
    get("/search/lines/{id}", SEE),
    get("/batches", SEE),
    get("/batches/events", SEE),
    get("/batches/{id}", SEE),
    get("/batches/{id}/events", SEE),
    post("/batches/{id}/cancel", BACK_UP),
    post("/batches/{id}/retry", BACK_UP),
    get("/runs", SEE),
    get("/runs/{id}", SEE),
    get("/runs/{id}/events", SEE),
    post("/runs/{id}/cancel", BACK_UP),
    get("/manage/sites", MANAGE),
    get("/manage/sites/new", MANAGE),
    post("/manage/sites/new", MANAGE),
    get("/manage/sites/{slug}/edit", MANAGE),
    post("/manage/sites/{slug}/edit", MANAGE),
    post("/manage/sites/{slug}/archive", MANAGE),
    post("/manage/sites/{slug}/restore", MANAGE),
    get("/manage/devices", MANAGE),
    get("/manage/devices/new", MANAGE),
    post("/manage/devices/new", MANAGE),
    get("/manage/devices/{id}", MANAGE),
    post("/manage/devices/{id}", MANAGE),
    post("/manage/devices/new/connection-tests", MANAGE),
    post("/manage/devices/{id}/connection-tests", MANAGE),
    post("/manage/devices/{id}/archive", MANAGE),
    post("/manage/devices/{id}/restore", MANAGE),
    get("/manage/credentials", MANAGE),
    get("/manage/credentials/new", MANAGE),
    post("/manage/credentials/new", MANAGE),
    get("/manage/credentials/{id}", MANAGE),
    post("/manage/credentials/{id}", MANAGE),
    post("/manage/credentials/{id}/archive", MANAGE),
    post("/manage/credentials/{id}/restore", MANAGE),
    get("/manage/tags", MANAGE),
    post("/manage/tags", MANAGE),
    get("/manage/retention", MANAGE),
    post("/manage/retention", MANAGE),
    get("/manage/retention/rule", MANAGE),
    post("/manage/retention/rule", MANAGE),
    get("/manage/retention/preview", MANAGE),
    post("/manage/retention/remove", MANAGE),
    get("/manage/schedules", MANAGE),
    get("/manage/schedules/new", MANAGE),
    post("/manage/schedules/new", MANAGE),
    get("/manage/schedules/{id}", MANAGE),
    post("/manage/schedules/{id}", MANAGE),
    post("/manage/schedules/{id}/delete", MANAGE),
    get("/manage/maintenance-windows", MANAGE),
    get("/manage/maintenance-windows/new", MANAGE),
    post("/manage/maintenance-windows/new", MANAGE),
    get("/manage/maintenance-windows/{id}", MANAGE),
    post("/manage/maintenance-windows/{id}", MANAGE),
    post("/manage/maintenance-windows/{id}/delete", MANAGE),
    get("/manage/users", MANAGE),
    get("/manage/users/new", MANAGE),
    post("/manage/users/new", MANAGE),
    get("/manage/users/{id}", MANAGE),
    post("/manage/users/{id}", MANAGE),
    post("/manage/users/{id}/archive", MANAGE),
    post("/manage/users/{id}/restore", MANAGE),
    post("/manage/users/{id}/link", MANAGE),
    post("/manage/users/{id}/second-factor", MANAGE),
    post("/manage/users/{id}/sessions", MANAGE),
    post("/manage/users/{id}/tokens", MANAGE),
    get("/manage/audit", MANAGE),
    get("/manage/audit.csv", MANAGE),
    get("/manage/alerts", MANAGE),
    get("/manage/alerts/mail-server", MANAGE),
    post("/manage/alerts/mail-server", MANAGE),
    get("/manage/alerts/destinations/new", MANAGE),
    post("/manage/alerts/destinations/new", MANAGE),
    get("/manage/alerts/destinations/{id}", MANAGE),
    post("/manage/alerts/destinations/{id}", MANAGE),
    post("/manage/alerts/destinations/{id}/secret", MANAGE),
    post("/manage/alerts/destinations/{id}/test", MANAGE),
    post("/manage/alerts/destinations/{id}/delete", MANAGE),
    get("/manage/alerts/rules/new", MANAGE),
    post("/manage/alerts/rules/new", MANAGE),
    get("/manage/alerts/rules/{id}", MANAGE),
    post("/manage/alerts/rules/{id}", MANAGE),
    post("/manage/alerts/rules/{id}/delete", MANAGE),
    get("/manage/alerts/log", MANAGE),
    get("/manage/alerts/log/{id}", MANAGE),
    get("/manage/alerts/log/{id}/events", MANAGE),
    post("/manage/alerts/log/{id}/retry", MANAGE),
    get("/manage/archives", MANAGE),
    post("/manage/archives", MANAGE),
    post("/manage/archives/upload", MANAGE),
    get("/manage/archives/plans/new", MANAGE),
    post("/manage/archives/plans/new", MANAGE),
    get("/manage/archives/plans/{id}", MANAGE),
    post("/manage/archives/plans/{id}", MANAGE),
    post("/manage/archives/plans/{id}/delete", MANAGE),
    post("/manage/archives/{id}/cancel", MANAGE),
    post("/manage/archives/{id}/delete", MANAGE),
    get("/manage/archives/{id}/download", MANAGE),
    get("/manage/archives/{id}/restore", MANAGE),
    post("/manage/archives/{id}/restore", MANAGE),
    post("/sites/{slug}/devices/{name}/upload", MANAGE),
    get("/manage/export/{kind}", MANAGE),
    get("/manage/import", MANAGE),
    post("/manage/import", MANAGE),
    get("/manage/import/{id}", MANAGE),
    post("/manage/import/{id}", MANAGE),
    post("/manage/import/{id}/discard", MANAGE),
    get("/manage/host-keys", MANAGE),
    post("/manage/host-keys", MANAGE),
    get("/api", SEE),
    get("/api/v1/openapi.json", SEE),
    get("/api/v1/sites", SEE),
    get("/api/v1/sites/{slug}", SEE),
    post("/api/v1/sites/{slug}/backups", BACK_UP),
    post("/api/v1/sites", MANAGE),
    delete("/api/v1/sites/{slug}", MANAGE),
    get("/api/v1/sites/{slug}/settings", MANAGE),
    put("/api/v1/sites/{slug}/settings", MANAGE),
    post("/api/v1/sites/{slug}/restore", MANAGE),
    post("/api/v1/sites/{slug}/devices", MANAGE),
    delete("/api/v1/sites/{slug}/devices/{name}", MANAGE),
    get("/api/v1/sites/{slug}/devices/{name}/settings", MANAGE),
    put("/api/v1/sites/{slug}/devices/{name}/settings", MANAGE),
    post("/api/v1/sites/{slug}/devices/{name}/restore", MANAGE),
    get("/api/v1/credentials", MANAGE),
    post("/api/v1/credentials", MANAGE),
    get("/api/v1/credentials/{id}", MANAGE),
    put("/api/v1/credentials/{id}", MANAGE),
    delete("/api/v1/credentials/{id}", MANAGE),
    post("/api/v1/credentials/{id}/restore", MANAGE),
    get("/api/v1/tags", MANAGE),
    put("/api/v1/tags/{tag}", MANAGE),
    delete("/api/v1/tags/{tag}", MANAGE),
    get("/api/v1/audit", MANAGE),
    get("/api/v1/host-keys", MANAGE),
    post("/api/v1/host-keys/{id}/decision", MANAGE),
    post(
        "/api/v1/sites/{slug}/devices/{name}/connection-tests",
        MANAGE,
    ),
    get("/api/v1/connection-tests/{id}", MANAGE),
    post("/api/v1/connection-tests/{id}/cancel", MANAGE),
    get("/api/v1/sites/{slug}/devices", SEE),
    get("/api/v1/sites/{slug}/devices/{name}", SEE),
    get("/api/v1/sites/{slug}/devices/{name}/snapshots", SEE),
    get("/api/v1/devices", SEE),
    get("/api/v1/snapshots/{id}", SEE),
    patch("/api/v1/snapshots/{id}", ANNOTATE),
    delete("/api/v1/snapshots/{id}", MANAGE),
    get("/api/v1/snapshots/{id}/text", DOWNLOAD),
    get("/api/v1/batches", SEE),
    get("/api/v1/batches/{id}", SEE),
    get("/api/v1/batches/{id}/runs", SEE),
    post("/api/v1/batches/{id}/cancel", BACK_UP),
    post("/api/v1/batches/{id}/retry", BACK_UP),
    get("/api/v1/runs", SEE),
    get("/api/v1/runs/{id}", SEE),
    post("/api/v1/runs/{id}/cancel", BACK_UP),
    get("/api/v1/compare", SEE),
    get("/api/v1/compare/text", SEE),
    get("/api/v1/search", SEE),
    get("/api/v1/search/lines/{id}", SEE),
    get("/api/v1/archives", MANAGE),
    post("/api/v1/archives", MANAGE),
    get("/api/v1/archives/{id}", MANAGE),
    delete("/api/v1/archives/{id}", MANAGE),
    post("/api/v1/archives/{id}/cancel", MANAGE),
    get("/api/v1/archives/{id}/file", MANAGE),
    get("/api/v1/archives/{id}/restore", MANAGE),
    post("/api/v1/archives/{id}/restore", MANAGE),
    post("/api/v1/archives/file", MANAGE),
    get("/api/v1/archive-plans", MANAGE),
    post("/api/v1/archive-plans", MANAGE),
    get("/api/v1/archive-plans/{id}", MANAGE),
    put("/api/v1/archive-plans/{id}", MANAGE),
    delete("/api/v1/archive-plans/{id}", MANAGE),
    get("/api/v1/export/{kind}", MANAGE),
    post("/api/v1/import/{kind}", MANAGE),
    post("/api/v1/sites/{slug}/devices/{name}/snapshots", MANAGE),
    get("/api/v1/snapshots/{id}/restore", SEE),
    get("/api/v1/snapshots.zip", DOWNLOAD),
    get("/api/v1/sites/{slug}/newest.zip", DOWNLOAD),
    get("/api/v1/sites/{slug}/reports/{month}", SEE),
    get("/api/v1/reports/{month}", SEE),
    get("/api/v1/retention/rules", MANAGE),
    get("/api/v1/retention/rules/{target}", MANAGE),
    put("/api/v1/retention/rules/{target}", MANAGE),
    delete("/api/v1/retention/rules/{target}", MANAGE),
    get("/api/v1/retention/runs", MANAGE),
    put("/api/v1/retention/runs", MANAGE),
    post("/api/v1/retention/preview", MANAGE),
    get("/api/v1/schedules", MANAGE),
    post("/api/v1/schedules", MANAGE),
    post("/api/v1/schedules/preview", MANAGE),
    get("/api/v1/schedules/{id}", MANAGE),
    put("/api/v1/schedules/{id}", MANAGE),
    delete("/api/v1/schedules/{id}", MANAGE),
    get("/api/v1/schedules/{id}/times", MANAGE),
    get("/api/v1/maintenance-windows", MANAGE),
    post("/api/v1/maintenance-windows", MANAGE),
    get("/api/v1/maintenance-windows/{id}", MANAGE),
    put("/api/v1/maintenance-windows/{id}", MANAGE),
    delete("/api/v1/maintenance-windows/{id}", MANAGE),
    post("/sites/{slug}/devices/{name}/connection-tests", MANAGE),
    get("/connection-tests/{id}", MANAGE),
    get("/connection-tests/{id}/events", MANAGE),
    post("/connection-tests/{id}/again", MANAGE),
    post("/connection-tests/{id}/begin", MANAGE),
    post("/connection-tests/{id}/cancel", MANAGE),
    post("/connection-tests/{id}/key-pair", MANAGE),
    get("/settings/single-sign-on", MANAGE),
    post("/settings/single-sign-on", MANAGE),
    post("/settings/single-sign-on/check", MANAGE),
    post("/settings/single-sign-on/groups", MANAGE),
    get("/settings/single-sign-on/groups/new", MANAGE),
    get("/settings/single-sign-on/groups/{id}", MANAGE),
    post("/settings/single-sign-on/groups/{id}", MANAGE),
    post("/settings/single-sign-on/groups/{id}/delete", MANAGE),
];

/// What an address asks for; `None`: it is not in the table.
pub fn need(method: &Method, path: &str) -> Option<Need> {
    let method = if method == Method::HEAD {
        "GET"
    } else {
        method.as_str()
    };
    let mut routes = ROUTES.iter();
    let route = routes.find(|route| route.method == method && route.path == path)?;
    Some(route.need)
}

/// Whether the table has the address at all, for any method.
pub fn is_known(path: &str) -> bool {
    ROUTES.iter().any(|route| route.path == path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_asks_for_what_the_table_says_and_each_is_there_once() {
        assert_eq!(need(&Method::HEAD, "/runs"), Some(SEE));
        assert_eq!(need(&Method::POST, "/runs"), None);
        let mut seen = std::collections::HashSet::new();
        for route in ROUTES {
            assert!(seen.insert((route.method, route.path)), "{}", route.path);
        }
    }

    #[test]
    fn nothing_changes_anything_without_a_right_of_its_own() {
        for route in ROUTES.iter().filter(|route| route.method != "GET") {
            assert_ne!(route.need, SEE, "{}", route.path);
        }
    }
}
