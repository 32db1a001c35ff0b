//! The routes of users and of the audit, with their examples: an administrator's, each of them.
//! As in `table`, forms have an order in which each finds what it needs.

use routervault::model::Right::Manage;

use super::case::About::{Nothing, One};
use super::case::{Case, get, post};

/// Pages.
pub const PAGES: &[Case] = &[
    get("/manage/users", Manage, Nothing).at("/manage/users?q={part}"),
    get("/manage/users/new", Manage, Nothing),
    get("/manage/users/{id}", Manage, One).at("/manage/users/{user}"),
    get("/manage/audit", Manage, Nothing),
    get("/manage/audit", Manage, Nothing).at("/manage/audit?site={part}&text={part}"),
    get("/manage/audit.csv", Manage, Nothing).at("/manage/audit.csv?text={part}"),
];

/// What a form for a user sends.
const USER: &str = "name={slug}-new&full_name=New&role=technician&withheld=reveal&site={slug}\
    &tags={slug}-tag&search=";

/// The same of somebody who is there, as who came too late sends it.
const LATE_USER: &str = "stamp=none&name={slug}-user&full_name=New&role=viewer&site={slug}&tags=";

/// Forms.
pub const FORMS: &[Case] = &[
    post("/manage/users/new", Manage, One).form(USER),
    post("/manage/users/{id}", Manage, One)
        .at("/manage/users/{user}")
        .form(LATE_USER)
        .answers(&[409]),
    post("/manage/users/{id}/link", Manage, One).at("/manage/users/{user}/link"),
    post("/manage/users/{id}/second-factor", Manage, One).at("/manage/users/{user}/second-factor"),
    post("/manage/users/{id}/sessions", Manage, One).at("/manage/users/{user}/sessions"),
    // A token that nobody has.
    post("/manage/users/{id}/tokens", Manage, Nothing)
        .at("/manage/users/{user}/tokens")
        .form("token=999999")
        .answers(&[404]),
    post("/manage/users/{id}/archive", Manage, One).at("/manage/users/{user}/archive"),
    post("/manage/users/{id}/restore", Manage, One).at("/manage/users/{user}/restore"),
];
