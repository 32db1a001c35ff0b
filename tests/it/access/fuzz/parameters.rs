//! What each route reads from its address and its form, by name. A route that is not in here makes
//! a test fail.

const HISTORY: &[&str] = &["back", "before"];
const SEARCH: &[&str] = &[
    "q",
    "regex",
    "menu",
    "site",
    "tag",
    "when",
    "after",
    "after_device",
    "after_first",
];
const COMPARE: &[&str] = &["s", "layout", "noise", "secrets", "open", "q", "device"];
const BATCHES: &[&str] = &["site", "by", "name", "before", "still"];
const BATCH: &[&str] = &["page", "notice", "still", "state"];
const RUN: &[&str] = &["notice", "still"];
const NONE: &[&str] = &[];

/// Method, path, names.
pub const PARAMETERS: &[(&str, &str, &[&str])] = &[
    ("GET", "/assets/{hash}/{*path}", NONE),
    ("GET", "/sign-in", &["next", "notice"]),
    ("POST", "/sign-in", &["name", "password", "next"]),
    ("GET", "/welcome", &["token"]),
    ("POST", "/welcome", &["token", "name", "password", "again"]),
    ("POST", "/sign-out", NONE),
    ("GET", "/", &["q", "tag", "state", "page"]),
    ("GET", "/sites/{slug}", &["q", "state", "page", "notice"]),
    ("GET", "/sites/{slug}/newest.zip", NONE),
    ("POST", "/sites/{slug}/backups", &["scope", "device"]),
    ("GET", "/sites/{slug}/devices/{name}", &["before", "notice"]),
    (
        "GET",
        "/snapshots/{id}",
        &["page", "line", "hit", "find", "view", "secrets", "notice"],
    ),
    ("GET", "/snapshots/{id}/text", &["view", "secrets"]),
    ("GET", "/snapshots/{id}/restore", &["device", "q"]),
    ("GET", "/snapshots/{id}/download", &["menu", "masked"]),
    ("GET", "/snapshots/{id}/comment", HISTORY),
    (
        "POST",
        "/snapshots/{id}/comment",
        &["comment", "back", "before"],
    ),
    ("POST", "/snapshots/{id}/pin", &["pinned", "back", "before"]),
    ("GET", "/snapshots/{id}/delete", HISTORY),
    ("POST", "/snapshots/{id}/delete", HISTORY),
    ("GET", "/snapshots.zip", &["s", "device", "q", "d"]),
    ("GET", "/scripts", &["q", "d", "page", "notice"]),
    ("GET", "/scripts/open", &["s", "device", "q", "d"]),
    ("GET", "/compare", COMPARE),
    ("GET", "/compare.diff", COMPARE),
    ("GET", "/search", SEARCH),
    ("GET", "/search/lines/{id}", SEARCH),
    ("GET", "/batches", BATCHES),
    ("GET", "/batches/events", BATCHES),
    ("GET", "/batches/{id}", BATCH),
    ("GET", "/batches/{id}/events", BATCH),
    ("POST", "/batches/{id}/cancel", NONE),
    ("POST", "/batches/{id}/retry", NONE),
    (
        "GET",
        "/runs",
        &[
            "site", "device", "state", "since", "from", "to", "by", "name", "before",
        ],
    ),
    ("GET", "/runs/{id}", RUN),
    ("GET", "/runs/{id}/events", RUN),
    ("POST", "/runs/{id}/cancel", NONE),
];
