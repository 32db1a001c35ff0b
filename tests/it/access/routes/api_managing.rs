//! Examples of the addresses for programs that manage: an administrator's, each of them. What is
//! deleted here is wanted later by nobody.

use routervault::model::Right::Manage;

use super::api::{delete, put};
use super::case::About::{Nothing, One};
use super::case::{Case, get, post};

/// What only asks.
pub const ASKED: &[Case] = &[
    get("/api/v1/sites/{slug}/settings", Manage, One),
    get("/api/v1/sites/{slug}/devices/{name}/settings", Manage, One)
        .at("/api/v1/sites/{slug}/devices/{slug}-gw/settings"),
    get("/api/v1/credentials", Manage, Nothing),
    get("/api/v1/credentials/{id}", Manage, One).at("/api/v1/credentials/{site}"),
    get("/api/v1/tags", Manage, Nothing),
    get("/api/v1/audit", Manage, Nothing),
    get("/api/v1/host-keys", Manage, Nothing),
    get("/api/v1/connection-tests/{id}", Manage, One).at("/api/v1/connection-tests/{test}"),
    get("/api/v1/archives", Manage, Nothing),
    // None was made.
    get("/api/v1/archives/{id}", Manage, Nothing)
        .at("/api/v1/archives/99")
        .answers(&[404]),
    get("/api/v1/archives/{id}/file", Manage, Nothing)
        .at("/api/v1/archives/99/file")
        .answers(&[404]),
    get("/api/v1/archives/{id}/restore", Manage, Nothing)
        .at("/api/v1/archives/99/restore")
        .answers(&[404]),
    get("/api/v1/archive-plans", Manage, Nothing),
    // None is there.
    get("/api/v1/archive-plans/{id}", Manage, Nothing)
        .at("/api/v1/archive-plans/99")
        .answers(&[404]),
    get("/api/v1/export/{kind}", Manage, Nothing).at("/api/v1/export/devices"),
    get("/api/v1/retention/rules", Manage, Nothing),
    get("/api/v1/retention/rules/{target}", Manage, Nothing)
        .at("/api/v1/retention/rules/everything")
        .answers(&[404]),
    get("/api/v1/retention/runs", Manage, Nothing),
    get("/api/v1/schedules", Manage, Nothing),
    get("/api/v1/schedules/{id}", Manage, One).at("/api/v1/schedules/{schedule}"),
    get("/api/v1/schedules/{id}/times", Manage, One).at("/api/v1/schedules/{schedule}/times"),
    get("/api/v1/maintenance-windows", Manage, Nothing),
    get("/api/v1/maintenance-windows/{id}", Manage, One).at("/api/v1/maintenance-windows/{site}"),
];

/// What changes something.
pub const SENT: &[Case] = &[
    post("/api/v1/sites", Manage, Nothing).form("{\"slug\": \"{slug}-made\"}"),
    put("/api/v1/sites/{slug}/settings", Manage, One)
        .form("{\"slug\": \"{slug}\", \"name\": \"Site {slug}\", \"tags\": [\"{slug}-tag\"]}"),
    post("/api/v1/sites/{slug}/devices", Manage, One).form(
        "{\"name\": \"{slug}-made\", \"address\": \"192.0.2.8\", \"credential\": \"{slug}-login\"}",
    ),
    put("/api/v1/sites/{slug}/devices/{name}/settings", Manage, One)
        .at("/api/v1/sites/{slug}/devices/{slug}-made/settings")
        .form(
            "{\"name\": \"{slug}-made\", \"address\": \"192.0.2.7\", \
             \"credential\": \"{slug}-login\"}",
        ),
    delete("/api/v1/sites/{slug}/devices/{name}", Manage, One)
        .at("/api/v1/sites/{slug}/devices/{slug}-made"),
    post("/api/v1/sites/{slug}/devices/{name}/restore", Manage, One)
        .at("/api/v1/sites/{slug}/devices/{slug}-made/restore"),
    delete("/api/v1/sites/{slug}", Manage, One).at("/api/v1/sites/{slug}-made"),
    post("/api/v1/sites/{slug}/restore", Manage, One).at("/api/v1/sites/{slug}-made/restore"),
    post("/api/v1/credentials", Manage, Nothing)
        .form("{\"name\": \"{slug}-made\", \"username\": \"backup\", \"password\": \"none\"}"),
    put("/api/v1/credentials/{id}", Manage, Nothing)
        .at("/api/v1/credentials/99")
        .form("{\"name\": \"{slug}-made\", \"username\": \"backup\"}")
        .answers(&[404]),
    // Devices use it.
    delete("/api/v1/credentials/{id}", Manage, One)
        .at("/api/v1/credentials/{site}")
        .answers(&[409]),
    post("/api/v1/credentials/{id}/restore", Manage, One)
        .at("/api/v1/credentials/{site}/restore")
        .answers(&[409]),
    put("/api/v1/tags/{tag}", Manage, Nothing)
        .at("/api/v1/tags/none")
        .form("{\"name\": \"nothing\"}"),
    delete("/api/v1/tags/{tag}", Manage, Nothing).at("/api/v1/tags/none"),
    // None is there: that of the house is decided on by a form.
    post("/api/v1/host-keys/{id}/decision", Manage, Nothing)
        .at("/api/v1/host-keys/99/decision")
        .form("{\"decision\": \"rejected\"}")
        .answers(&[404]),
    // That of the house has ended.
    post("/api/v1/connection-tests/{id}/cancel", Manage, One)
        .at("/api/v1/connection-tests/{test}/cancel"),
    post(
        "/api/v1/sites/{slug}/devices/{name}/connection-tests",
        Manage,
        One,
    )
    .at("/api/v1/sites/{slug}/devices/{slug}-gw/connection-tests"),
    post("/api/v1/archives", Manage, Nothing).form(
        "{\"history\": \"newest\", \"contents\": \"configurations\", \"secrets\": \"masked\", \
         \"days\": 1}",
    ),
    post("/api/v1/archives/{id}/cancel", Manage, Nothing)
        .at("/api/v1/archives/99/cancel")
        .answers(&[404]),
    post("/api/v1/archives/{id}/restore", Manage, Nothing)
        .at("/api/v1/archives/99/restore")
        .form("{\"slug\": \"{slug}-back\"}")
        .answers(&[404]),
    delete("/api/v1/archives/{id}", Manage, Nothing)
        .at("/api/v1/archives/99")
        .answers(&[404]),
    // No zip: the examples send JSON.
    post("/api/v1/archives/file", Manage, Nothing)
        .form("{}")
        .answers(&[422]),
    post("/api/v1/archive-plans", Manage, One).form(
        "{\"name\": \"{slug} nightly\", \"site\": \"{slug}\", \"history\": \"newest\", \
         \"contents\": \"everything\", \"secrets\": \"masked\", \"rhythm\": \"daily\", \
         \"time\": \"04:00\", \"keep\": 2}",
    ),
    put("/api/v1/archive-plans/{id}", Manage, Nothing)
        .at("/api/v1/archive-plans/99")
        .form(
            "{\"name\": \"weekly\", \"history\": \"whole\", \"contents\": \"everything\", \
             \"secrets\": \"exact\", \"rhythm\": \"off\"}",
        )
        .answers(&[404]),
    delete("/api/v1/archive-plans/{id}", Manage, Nothing)
        .at("/api/v1/archive-plans/99")
        .answers(&[404]),
    // No export: the examples send JSON.
    post("/api/v1/sites/{slug}/devices/{name}/snapshots", Manage, One)
        .at("/api/v1/sites/{slug}/devices/{slug}-gw/snapshots")
        .form("{}")
        .answers(&[422]),
    // A file that can not be read: the examples send JSON.
    post("/api/v1/import/{kind}", Manage, Nothing)
        .at("/api/v1/import/sites")
        .form("{}")
        .answers(&[422]),
    put("/api/v1/retention/rules/{target}", Manage, One)
        .at("/api/v1/retention/rules/site:{slug}")
        .form("{\"days\": 9000}"),
    delete("/api/v1/retention/rules/{target}", Manage, One)
        .at("/api/v1/retention/rules/site:{slug}"),
    post("/api/v1/retention/preview", Manage, One)
        .form("{\"target\": \"site:{slug}\", \"rule\": {\"count\": 1}}"),
    put("/api/v1/retention/runs", Manage, Nothing)
        .form("{\"runs_days\": 400, \"trails_days\": 90}"),
    post("/api/v1/schedules", Manage, One)
        .form("{\"device\": \"{slug}/{slug}-gw\", \"rhythm\": \"daily\", \"time\": \"02:00\"}"),
    post("/api/v1/schedules/preview", Manage, Nothing)
        .form("{\"tag\": \"{slug}-core\", \"rhythm\": \"hourly\", \"minute\": 7}"),
    put("/api/v1/schedules/{id}", Manage, One)
        .at("/api/v1/schedules/{schedule}")
        .form("{\"site\": \"{slug}\", \"rhythm\": \"cron\", \"cron\": \"30 2 * * 1-5\"}"),
    // The one for everything is always there.
    delete("/api/v1/schedules/{id}", Manage, Nothing)
        .at("/api/v1/schedules/1")
        .answers(&[409]),
    post("/api/v1/maintenance-windows", Manage, One).form(
        "{\"name\": \"{slug} night\", \"site\": \"{slug}\", \"weekdays\": [\"fri\"], \
         \"time\": \"22:00\", \"minutes\": 60}",
    ),
    put("/api/v1/maintenance-windows/{id}", Manage, One)
        .at("/api/v1/maintenance-windows/{site}")
        .form(
            "{\"name\": \"{slug}-window\", \"from\": \"2026-12-24 18:00\", \
             \"until\": \"2026-12-27 06:00\"}",
        ),
    delete("/api/v1/maintenance-windows/{id}", Manage, Nothing)
        .at("/api/v1/maintenance-windows/99")
        .answers(&[404]),
];
