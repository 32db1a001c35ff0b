//! What each address of the API reads, as in `parameters`.

const NONE: &[&str] = &[];
const LISTED: &[&str] = &["tag", "cursor", "limit"];
const PAGED: &[&str] = &["cursor", "limit"];
const COMPARED: &[&str] = &["from", "to", "noise", "secrets"];
const SITE: &[&str] = &["slug", "name", "timezone", "tags", "notes"];
const DEVICE: &[&str] = &[
    "name",
    "address",
    "port",
    "credential",
    "tags",
    "enabled",
    "legacy_ssh",
    "connect_timeout_secs",
    "export_timeout_secs",
];
const CREDENTIAL: &[&str] = &["name", "username", "password", "private_key", "passphrase"];
const SCHEDULE: &[&str] = &[
    "tag",
    "site",
    "device",
    "rhythm",
    "minute",
    "time",
    "weekdays",
    "cron",
    "timezone",
    "spread_minutes",
    "per_site",
];
const WINDOW: &[&str] = &[
    "name", "tag", "site", "device", "weekdays", "time", "minutes", "from", "until", "timezone",
];
const ARCHIVE: &[&str] = &["site", "history", "contents", "secrets", "comment", "days"];

/// Method, path, names.
pub const PARAMETERS: &[(&str, &str, &[&str])] = &[
    ("GET", "/api/v1/openapi.json", NONE),
    ("GET", "/api/v1/sites", LISTED),
    ("GET", "/api/v1/sites/{slug}", NONE),
    ("POST", "/api/v1/sites/{slug}/backups", &["devices"]),
    ("GET", "/api/v1/sites/{slug}/devices", LISTED),
    ("GET", "/api/v1/sites/{slug}/devices/{name}", NONE),
    (
        "GET",
        "/api/v1/sites/{slug}/devices/{name}/snapshots",
        PAGED,
    ),
    ("GET", "/api/v1/devices", LISTED),
    ("GET", "/api/v1/snapshots/{id}", NONE),
    ("PATCH", "/api/v1/snapshots/{id}", &["comment", "pinned"]),
    ("DELETE", "/api/v1/snapshots/{id}", NONE),
    ("GET", "/api/v1/snapshots/{id}/text", &["menu", "masked"]),
    ("GET", "/api/v1/batches", &["site", "cursor", "limit"]),
    ("GET", "/api/v1/batches/{id}", NONE),
    ("GET", "/api/v1/batches/{id}/runs", PAGED),
    ("POST", "/api/v1/batches/{id}/cancel", NONE),
    ("POST", "/api/v1/batches/{id}/retry", NONE),
    (
        "GET",
        "/api/v1/runs",
        &[
            "site", "device", "state", "since", "until", "cursor", "limit",
        ],
    ),
    ("GET", "/api/v1/runs/{id}", NONE),
    ("POST", "/api/v1/runs/{id}/cancel", NONE),
    ("GET", "/api/v1/compare", COMPARED),
    ("GET", "/api/v1/compare/text", COMPARED),
    (
        "GET",
        "/api/v1/search",
        &["q", "regex", "menu", "site", "tag", "when", "cursor"],
    ),
    (
        "GET",
        "/api/v1/search/lines/{id}",
        &["site", "tag", "when", "cursor"],
    ),
    ("POST", "/api/v1/sites", SITE),
    ("DELETE", "/api/v1/sites/{slug}", NONE),
    ("GET", "/api/v1/sites/{slug}/settings", NONE),
    ("PUT", "/api/v1/sites/{slug}/settings", SITE),
    ("POST", "/api/v1/sites/{slug}/restore", NONE),
    ("POST", "/api/v1/sites/{slug}/devices", DEVICE),
    ("DELETE", "/api/v1/sites/{slug}/devices/{name}", NONE),
    ("GET", "/api/v1/sites/{slug}/devices/{name}/settings", NONE),
    (
        "PUT",
        "/api/v1/sites/{slug}/devices/{name}/settings",
        DEVICE,
    ),
    ("POST", "/api/v1/sites/{slug}/devices/{name}/restore", NONE),
    (
        "GET",
        "/api/v1/credentials",
        &["archived", "cursor", "limit"],
    ),
    ("POST", "/api/v1/credentials", CREDENTIAL),
    ("GET", "/api/v1/credentials/{id}", NONE),
    ("PUT", "/api/v1/credentials/{id}", CREDENTIAL),
    ("DELETE", "/api/v1/credentials/{id}", NONE),
    ("POST", "/api/v1/credentials/{id}/restore", NONE),
    ("GET", "/api/v1/tags", PAGED),
    ("PUT", "/api/v1/tags/{tag}", &["name"]),
    ("DELETE", "/api/v1/tags/{tag}", NONE),
    (
        "GET",
        "/api/v1/audit",
        &[
            "user", "action", "site", "since", "until", "text", "cursor", "limit",
        ],
    ),
    ("GET", "/api/v1/host-keys", &["decided", "cursor", "limit"]),
    (
        "POST",
        "/api/v1/host-keys/{id}/decision",
        &["decision", "replaced"],
    ),
    (
        "POST",
        "/api/v1/sites/{slug}/devices/{name}/connection-tests",
        NONE,
    ),
    ("GET", "/api/v1/connection-tests/{id}", NONE),
    ("POST", "/api/v1/connection-tests/{id}/cancel", NONE),
    ("GET", "/api/v1/archives", NONE),
    ("POST", "/api/v1/archives", ARCHIVE),
    ("GET", "/api/v1/archives/{id}", NONE),
    ("DELETE", "/api/v1/archives/{id}", NONE),
    ("POST", "/api/v1/archives/{id}/cancel", NONE),
    ("GET", "/api/v1/archives/{id}/file", NONE),
    ("GET", "/api/v1/archives/{id}/restore", &["slug"]),
    ("POST", "/api/v1/archives/{id}/restore", &["slug"]),
    ("GET", "/api/v1/retention/rules", PAGED),
    ("GET", "/api/v1/retention/rules/{target}", NONE),
    (
        "PUT",
        "/api/v1/retention/rules/{target}",
        &["count", "days", "thinning"],
    ),
    ("DELETE", "/api/v1/retention/rules/{target}", NONE),
    ("GET", "/api/v1/retention/runs", NONE),
    (
        "PUT",
        "/api/v1/retention/runs",
        &["runs_days", "trails_days"],
    ),
    ("POST", "/api/v1/retention/preview", &["target", "rule"]),
    ("GET", "/api/v1/schedules", PAGED),
    ("POST", "/api/v1/schedules", SCHEDULE),
    ("POST", "/api/v1/schedules/preview", SCHEDULE),
    ("GET", "/api/v1/schedules/{id}", NONE),
    ("PUT", "/api/v1/schedules/{id}", SCHEDULE),
    ("DELETE", "/api/v1/schedules/{id}", NONE),
    ("GET", "/api/v1/schedules/{id}/times", NONE),
    ("GET", "/api/v1/maintenance-windows", PAGED),
    ("POST", "/api/v1/maintenance-windows", WINDOW),
    ("GET", "/api/v1/maintenance-windows/{id}", NONE),
    ("PUT", "/api/v1/maintenance-windows/{id}", WINDOW),
    ("DELETE", "/api/v1/maintenance-windows/{id}", NONE),
];
