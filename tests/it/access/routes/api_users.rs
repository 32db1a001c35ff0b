//! Examples of the addresses for programs that look after users and single sign-on: an
//! administrator's, each of them. What the forms want later stays.

use routervault::model::Right::{Manage, See};

use super::api::{delete, put};
use super::case::About::{Nothing, One};
use super::case::{Case, get, post};

/// What only asks.
pub const ASKED: &[Case] = &[
    get("/api/v1/me", See, Nothing),
    get("/api/v1/users", Manage, Nothing).at("/api/v1/users?q={part}"),
    get("/api/v1/users/{id}", Manage, One).at("/api/v1/users/{user}"),
    // None is set up.
    get("/api/v1/single-sign-on", Manage, Nothing).answers(&[404]),
    get("/api/v1/single-sign-on/groups", Manage, Nothing),
    get("/api/v1/single-sign-on/groups/{id}", Manage, One)
        .at("/api/v1/single-sign-on/groups/{site}"),
];

/// What changes something.
pub const SENT: &[Case] = &[
    post("/api/v1/users", Manage, One).form(
        "{\"name\": \"{slug}-api\", \"full_name\": \"New\", \"role\": \"technician\", \
         \"withheld\": [\"reveal\"], \"sites\": [\"{slug}\"], \"tags\": [\"{slug}-tag\"]}",
    ),
    put("/api/v1/users/{id}", Manage, One)
        .at("/api/v1/users/{user}")
        .form("{\"name\": \"{slug}-user\", \"role\": \"viewer\", \"sites\": [\"{slug}\"]}"),
    post("/api/v1/users/{id}/link", Manage, One).at("/api/v1/users/{user}/link"),
    // There is none.
    delete("/api/v1/users/{id}/second-factor", Manage, One)
        .at("/api/v1/users/{user}/second-factor")
        .answers(&[404]),
    delete("/api/v1/users/{id}/sessions", Manage, One).at("/api/v1/users/{user}/sessions"),
    delete("/api/v1/users/{id}/tokens", Manage, One).at("/api/v1/users/{user}/tokens"),
    delete("/api/v1/users/{id}", Manage, One).at("/api/v1/users/{user}"),
    post("/api/v1/users/{id}/restore", Manage, One).at("/api/v1/users/{user}/restore"),
    post("/api/v1/single-sign-on/check", Manage, Nothing).answers(&[404]),
    // The network is not to be listened to.
    put("/api/v1/single-sign-on", Manage, Nothing)
        .form(
            "{\"issuer\": \"http://login.example.com\", \"client_id\": \"vault\", \
             \"no_secret\": true, \"own_address\": \"https://vault.example.net\"}",
        )
        .answers(&[422]),
    post("/api/v1/single-sign-on/groups", Manage, One)
        .form("{\"name\": \"{slug}-api\", \"role\": \"viewer\", \"sites\": [\"{slug}\"]}"),
    put("/api/v1/single-sign-on/groups/{id}", Manage, One)
        .at("/api/v1/single-sign-on/groups/{site}")
        .form(
            "{\"name\": \"{slug}-group\", \"role\": \"technician\", \
             \"tags\": [\"{slug}-tag\"], \"sites\": [\"{slug}\"]}",
        ),
    delete("/api/v1/single-sign-on/groups/{id}", Manage, Nothing)
        .at("/api/v1/single-sign-on/groups/99")
        .answers(&[404]),
];
