//! Examples of the addresses for programs that look after alerts: an administrator's, each of them.
//! What the forms want later stays.

use routervault::model::Right::Manage;

use super::api::{delete, put};
use super::case::About::{Nothing, One};
use super::case::{Case, get, post};

/// What only asks.
pub const ASKED: &[Case] = &[
    // None is set up.
    get("/api/v1/alerts/mail-server", Manage, Nothing).answers(&[404]),
    get("/api/v1/alerts/destinations", Manage, Nothing),
    get("/api/v1/alerts/destinations/{id}", Manage, One).at("/api/v1/alerts/destinations/{site}"),
    get("/api/v1/alerts/rules", Manage, Nothing),
    get("/api/v1/alerts/rules/{id}", Manage, One).at("/api/v1/alerts/rules/{site}"),
    get("/api/v1/alerts/messages", Manage, Nothing).at("/api/v1/alerts/messages?state=failed"),
    get("/api/v1/alerts/messages/{id}", Manage, One).at("/api/v1/alerts/messages/{site}"),
    get("/api/v1/alerts/messages/{id}/events", Manage, One)
        .at("/api/v1/alerts/messages/{site}/events"),
];

/// A rule that is there.
const RULE: &str = "{\"name\": \"{slug}-rule\", \"destination\": \"{slug}-ops\", \
    \"kinds\": [\"suspect\"], \"sites\": [\"{slug}\"], \"tags\": [\"{slug}-tag\"]}";

/// One to be made.
const NEW_RULE: &str = "{\"name\": \"{slug}-api\", \"destination\": \"{slug}-ops\", \
    \"kinds\": [\"suspect\"], \"sites\": [\"{slug}\"], \"overdue_hours\": 24, \
    \"quiet_from\": \"22:00\", \"quiet_until\": \"06:00\", \"timezone\": \"UTC\"}";

/// What changes something.
pub const SENT: &[Case] = &[
    put("/api/v1/alerts/mail-server", Manage, Nothing).form(
        "{\"host\": \"localhost\", \"port\": 25, \"security\": \"clear\", \
         \"sender\": \"a@example.com\"}",
    ),
    post("/api/v1/alerts/destinations", Manage, Nothing).form(
        "{\"kind\": \"webhook\", \"name\": \"{slug}-api\", \"url\": \"https://127.0.0.1:9/x\"}",
    ),
    put("/api/v1/alerts/destinations/{id}", Manage, One)
        .at("/api/v1/alerts/destinations/{site}")
        .form(
            "{\"kind\": \"mail\", \"name\": \"{slug}-ops\", \
             \"recipients\": [\"a@example.com\"]}",
        ),
    post("/api/v1/alerts/destinations/{id}/test", Manage, One)
        .at("/api/v1/alerts/destinations/{site}/test"),
    // Mail has no signature.
    post("/api/v1/alerts/destinations/{id}/secret", Manage, One)
        .at("/api/v1/alerts/destinations/{site}/secret")
        .answers(&[404]),
    // A rule leads to it.
    delete("/api/v1/alerts/destinations/{id}", Manage, One)
        .at("/api/v1/alerts/destinations/{site}")
        .answers(&[409]),
    post("/api/v1/alerts/rules", Manage, One).form(NEW_RULE),
    put("/api/v1/alerts/rules/{id}", Manage, One)
        .at("/api/v1/alerts/rules/{site}")
        .form(RULE),
    delete("/api/v1/alerts/rules/{id}", Manage, Nothing)
        .at("/api/v1/alerts/rules/99")
        .answers(&[404]),
    post("/api/v1/alerts/messages/{id}/retry", Manage, One)
        .at("/api/v1/alerts/messages/{site}/retry"),
];
