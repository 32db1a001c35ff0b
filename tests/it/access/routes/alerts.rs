//! The routes of alerts, with their examples: an administrator's, each of them. As in `table`, forms
//! have an order in which each finds what it needs.

use routervault::model::Right::Manage;

use super::case::About::{Nothing, One};
use super::case::{Case, get, post};

/// Pages.
pub const PAGES: &[Case] = &[
    get("/manage/alerts", Manage, Nothing),
    get("/manage/alerts/mail-server", Manage, Nothing),
    get("/manage/alerts/destinations/new", Manage, Nothing)
        .at("/manage/alerts/destinations/new?kind=webhook"),
    get("/manage/alerts/destinations/{id}", Manage, One).at("/manage/alerts/destinations/{site}"),
    get("/manage/alerts/rules/new", Manage, Nothing),
    get("/manage/alerts/rules/{id}", Manage, One).at("/manage/alerts/rules/{site}"),
    get("/manage/alerts/log", Manage, Nothing).at("/manage/alerts/log?state=failed"),
    get("/manage/alerts/log/{id}", Manage, One).at("/manage/alerts/log/{site}"),
    get("/manage/alerts/log/{id}/events", Manage, One).at("/manage/alerts/log/{site}/events"),
];

/// What a form for a rule sends.
const RULE: &str = "name={slug}-new&enabled=true&destination={slug}-ops&kind=suspect&site={slug}\
    &overdue_hours=48&pace=now&timezone=UTC";

/// The same for what is there, as somebody has it open who came too late.
const LATE_RULE: &str = "stamp=none&name={slug}-rule&destination={slug}-ops&kind=suspect\
    &site={slug}&overdue_hours=48&pace=now&timezone=UTC";

/// Forms.
pub const FORMS: &[Case] = &[
    post("/manage/alerts/mail-server", Manage, Nothing)
        .form("stamp=none&host=localhost&port=25&security=clear&username=&sender=a@example.com")
        .answers(&[409]),
    post("/manage/alerts/destinations/new", Manage, Nothing)
        .form("kind=webhook&name={slug}-hook&url=https://127.0.0.1:9/x"),
    post("/manage/alerts/destinations/{id}", Manage, One)
        .at("/manage/alerts/destinations/{site}")
        .form("stamp=none&name={slug}-ops&recipients=a@example.com")
        .answers(&[409]),
    // Mail has no signature.
    post("/manage/alerts/destinations/{id}/secret", Manage, One)
        .at("/manage/alerts/destinations/{site}/secret")
        .answers(&[404]),
    post("/manage/alerts/destinations/{id}/test", Manage, One)
        .at("/manage/alerts/destinations/{site}/test"),
    post("/manage/alerts/log/{id}/retry", Manage, One).at("/manage/alerts/log/{site}/retry"),
    post("/manage/alerts/rules/new", Manage, One).form(RULE),
    post("/manage/alerts/rules/{id}", Manage, One)
        .at("/manage/alerts/rules/{site}")
        .form(LATE_RULE)
        .answers(&[409]),
    post("/manage/alerts/rules/{id}/delete", Manage, One).at("/manage/alerts/rules/{site}/delete"),
    post("/manage/alerts/destinations/{id}/delete", Manage, One)
        .at("/manage/alerts/destinations/{site}/delete"),
];
