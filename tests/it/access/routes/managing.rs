//! The routes of who runs the house, with their examples: an administrator's, each of them. As in
//! `table`, forms have an order in which each finds what it needs.

use routervault::model::Right::Manage;

use super::case::About::{Nothing, One};
use super::case::{Case, get, open, post};

/// Pages.
pub const PAGES: &[Case] = &[
    // No provider is set up.
    open("GET", "/sign-in/sso").answers(&[404]),
    open("GET", "/sign-in/sso/callback").answers(&[400]),
    get("/manage/sites", Manage, Nothing).at("/manage/sites?q={part}"),
    get("/manage/sites/new", Manage, Nothing),
    get("/manage/sites/{slug}/edit", Manage, One),
    get("/manage/devices", Manage, Nothing).at("/manage/devices?site={slug}"),
    get("/manage/devices/new", Manage, Nothing).at("/manage/devices/new?site={slug}"),
    get("/manage/devices/{id}", Manage, One).at("/manage/devices/{gateway}"),
    get("/manage/credentials", Manage, Nothing),
    get("/manage/credentials/new", Manage, Nothing),
    get("/manage/credentials/{id}", Manage, One).at("/manage/credentials/{site}"),
    get("/manage/tags", Manage, Nothing),
    get("/manage/retention", Manage, Nothing),
    get("/manage/retention/rule", Manage, Nothing)
        .at("/manage/retention/rule?target=tag&tag={slug}-core"),
    get("/manage/retention/preview", Manage, Nothing)
        .at("/manage/retention/preview?target=all&days=1"),
    get("/manage/schedules", Manage, Nothing).at("/manage/schedules?q={part}"),
    get("/manage/schedules/new", Manage, Nothing),
    get("/manage/schedules/{id}", Manage, One).at("/manage/schedules/{schedule}"),
    get("/manage/maintenance-windows", Manage, Nothing),
    get("/manage/maintenance-windows/new", Manage, Nothing),
    get("/manage/maintenance-windows/{id}", Manage, One).at("/manage/maintenance-windows/{site}"),
    get("/manage/export/{kind}", Manage, Nothing).at("/manage/export/devices.csv"),
    get("/manage/export/{kind}", Manage, Nothing).at("/manage/export/sites.csv"),
    get("/manage/archives", Manage, Nothing),
    get("/manage/archives/plans/new", Manage, Nothing),
    // None was made.
    get("/manage/archives/plans/{id}", Manage, Nothing)
        .at("/manage/archives/plans/99")
        .answers(&[404]),
    get("/manage/archives/{id}/download", Manage, Nothing)
        .at("/manage/archives/99/download")
        .answers(&[404]),
    get("/manage/archives/{id}/restore", Manage, Nothing)
        .at("/manage/archives/99/restore")
        .answers(&[404]),
    get("/manage/import", Manage, Nothing),
    // A file is there for who brought it.
    get("/manage/import/{id}", Manage, Nothing)
        .at("/manage/import/none")
        .answers(&[404]),
    get("/manage/host-keys", Manage, Nothing),
    get("/connection-tests/{id}", Manage, One).at("/connection-tests/{test}"),
    get("/connection-tests/{id}/events", Manage, One).at("/connection-tests/{test}/events"),
    get("/settings/single-sign-on", Manage, Nothing),
    get("/settings/single-sign-on/groups/new", Manage, Nothing),
    get("/settings/single-sign-on/groups/{id}", Manage, One)
        .at("/settings/single-sign-on/groups/{site}"),
];

/// What a form for a plan of archives sends.
const ARCHIVE_PLAN: &str =
    "name={slug}-plan&history=newest&contents=configurations&secrets=masked&rhythm=off&keep=3";

/// What a form for a device sends.
const DEVICE: &str = "site={slug}&name={slug}-new&address=192.0.2.9&port=22&credential={slug}-login\
    &tags={slug}-core&enabled=true&legacy_ssh=false&connect_timeout_secs=10&export_timeout_secs=60";

/// The same for what is there, as somebody has it open who came too late.
const LATE_DEVICE: &str = "stamp=none&site={slug}&name={slug}-gw&address=192.0.2.9&port=22\
    &credential={slug}-login&tags=&enabled=true&legacy_ssh=false&connect_timeout_secs=10\
    &export_timeout_secs=60";

/// What a form for a schedule sends.
const SCHEDULE: &str = "action=save&kind=tag&target={slug}-core&rhythm=daily&time=02:00\
    &spread_minutes=60&timezone=&per_site=";

/// What a form for a maintenance window sends.
const WINDOW: &str = "name={slug}-new&kind=site&target={slug}&span=weekly&mon=true&time=22:00\
    &minutes=60&timezone=";

/// A provider that nobody answers for.
const PROVIDER: &str = "issuer=https://127.0.0.1:9&client_id=vault&client_secret=none\
    &scopes=profile&groups_claim=groups&label=Company&own_address=http://localhost";

/// What a form for a group sends.
const GROUP: &str =
    "name={slug}-group&role=technician&withheld=reveal&sites={slug}&tags={slug}-tag";

/// Forms.
pub const FORMS: &[Case] = &[
    post("/manage/sites/new", Manage, Nothing)
        .form("slug={slug}-new&name=New&timezone=UTC&tags=&notes="),
    post("/manage/sites/{slug}/edit", Manage, One)
        .form("stamp=none&slug={slug}&name=New&timezone=UTC&tags=&notes=")
        .answers(&[409]),
    post("/manage/devices/new", Manage, One).form(DEVICE),
    post("/manage/devices/{id}", Manage, One)
        .at("/manage/devices/{gateway}")
        .form(LATE_DEVICE)
        .answers(&[409]),
    post("/manage/devices/new/connection-tests", Manage, One).form(DEVICE),
    post("/manage/devices/{id}/connection-tests", Manage, One)
        .at("/manage/devices/{access-point}/connection-tests")
        .form(LATE_DEVICE),
    post("/manage/credentials/new", Manage, Nothing)
        .form("name={slug}-new&username=backup&password=none&private_key=&passphrase="),
    post("/manage/credentials/{id}", Manage, One)
        .at("/manage/credentials/{site}")
        .form("stamp=none&name={slug}-login&username=backup&password=&private_key=&passphrase=")
        .answers(&[409]),
    post("/manage/tags", Manage, One).form("tag={slug}-core&action=rename&new={slug}-edge"),
    post("/manage/retention", Manage, Nothing).form("runs_days=400&trails_days=90"),
    // A rule that is there already, as somebody has it open who came too late.
    post("/manage/retention/rule", Manage, One)
        .form("stamp=none&target=tag&tag={slug}-core&days=9000")
        .answers(&[409]),
    // There is no such rule.
    post("/manage/retention/remove", Manage, Nothing)
        .form("target=tag&tag=none")
        .answers(&[404]),
    post("/manage/schedules/new", Manage, Nothing).form(SCHEDULE),
    post("/manage/schedules/{id}", Manage, One)
        .at("/manage/schedules/{schedule}")
        .form("stamp=none&rhythm=off&spread_minutes=0")
        .answers(&[409]),
    post("/manage/schedules/{id}/delete", Manage, One).at("/manage/schedules/{schedule}/delete"),
    post("/manage/maintenance-windows/new", Manage, One).form(WINDOW),
    post("/manage/maintenance-windows/{id}", Manage, One)
        .at("/manage/maintenance-windows/{site}")
        .form(WINDOW)
        .answers(&[409]),
    post("/manage/maintenance-windows/{id}/delete", Manage, One)
        .at("/manage/maintenance-windows/{site}/delete"),
    // A file comes as multipart/form-data.
    post("/manage/import", Manage, Nothing).answers(&[400]),
    post("/manage/archives/upload", Manage, Nothing).answers(&[400]),
    post("/sites/{slug}/devices/{name}/upload", Manage, Nothing)
        .at("/sites/none/devices/none/upload")
        .answers(&[400]),
    post("/manage/archives/plans/new", Manage, Nothing).form(ARCHIVE_PLAN),
    post("/manage/archives/plans/{id}", Manage, Nothing)
        .at("/manage/archives/plans/99")
        .form(ARCHIVE_PLAN)
        .answers(&[404]),
    post("/manage/archives/plans/{id}/delete", Manage, Nothing)
        .at("/manage/archives/plans/99/delete")
        .answers(&[404]),
    post("/manage/archives", Manage, Nothing)
        .form("history=newest&contents=configurations&secrets=masked&days=1"),
    post("/manage/archives/{id}/cancel", Manage, Nothing)
        .at("/manage/archives/99/cancel")
        .answers(&[404]),
    post("/manage/archives/{id}/delete", Manage, Nothing)
        .at("/manage/archives/99/delete")
        .answers(&[404]),
    post("/manage/archives/{id}/restore", Manage, Nothing)
        .at("/manage/archives/99/restore")
        .form("name=")
        .answers(&[404]),
    post("/manage/import/{id}", Manage, Nothing)
        .at("/manage/import/none")
        .form("stamp=none")
        .answers(&[404]),
    post("/manage/import/{id}/discard", Manage, Nothing).at("/manage/import/none/discard"),
    post("/manage/host-keys", Manage, One).form("change={site}&decision=reject&replaced=1"),
    post("/sites/{slug}/devices/{name}/connection-tests", Manage, One)
        .at("/sites/{slug}/devices/{slug}-gw/connection-tests"),
    post("/connection-tests/{id}/begin", Manage, One).at("/connection-tests/{prepared-test}/begin"),
    post("/connection-tests/{id}/cancel", Manage, One).at("/connection-tests/{test}/cancel"),
    post("/connection-tests/{id}/again", Manage, One).at("/connection-tests/{test}/again"),
    post("/connection-tests/{id}/key-pair", Manage, One).at("/connection-tests/{test}/key-pair"),
    post("/manage/devices/{id}/archive", Manage, One).at("/manage/devices/{access-point}/archive"),
    post("/manage/devices/{id}/restore", Manage, One).at("/manage/devices/{access-point}/restore"),
    post("/manage/sites/{slug}/archive", Manage, One),
    post("/manage/credentials/{id}/archive", Manage, One).at("/manage/credentials/{site}/archive"),
    post("/manage/credentials/{id}/restore", Manage, One).at("/manage/credentials/{site}/restore"),
    post("/manage/sites/{slug}/restore", Manage, One),
    post("/settings/single-sign-on/groups/{id}", Manage, One)
        .at("/settings/single-sign-on/groups/{site}")
        .form(GROUP),
    post("/settings/single-sign-on/groups/{id}/delete", Manage, One)
        .at("/settings/single-sign-on/groups/{site}/delete"),
    post("/settings/single-sign-on/groups", Manage, Nothing).form(GROUP),
    post("/settings/single-sign-on/check", Manage, Nothing).answers(&[404]),
    post("/settings/single-sign-on", Manage, Nothing).form(PROVIDER),
];
