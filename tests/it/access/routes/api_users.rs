//! Examples of the addresses for programs that look after users: an administrator's, each of them.

use routervault::model::Right::{Manage, See};

use super::api::{delete, put};
use super::case::About::{Nothing, One};
use super::case::{Case, get, post};

/// What only asks.
pub const ASKED: &[Case] = &[
    get("/api/v1/me", See, Nothing),
    get("/api/v1/users", Manage, Nothing).at("/api/v1/users?q={part}"),
    get("/api/v1/users/{id}", Manage, One).at("/api/v1/users/{user}"),
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
];
