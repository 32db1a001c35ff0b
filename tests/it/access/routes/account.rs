//! The routes of somebody's own account, with their examples: everybody has one, whatever they
//! may do and reach. Nobody here knows the password.

use routervault::model::Right::See;

use super::case::About::Nothing;
use super::case::{Case, get, open, post};

/// What is answered to a wrong password, or to who has none.
const UNPROVEN: &[u16] = &[303, 401, 422];

/// Pages.
pub const PAGES: &[Case] = &[
    open("GET", "/sign-in/code"),
    get("/account", See, Nothing),
    get("/account/password", See, Nothing),
    get("/account/second-factor", See, Nothing),
    get("/account/tokens/new", See, Nothing),
];

/// Forms.
pub const FORMS: &[Case] = &[
    // Who has not given the password is led to where it is given.
    open("POST", "/sign-in/code")
        .form("code=000000")
        .answers(&[303, 401]),
    post("/account/password", See, Nothing)
        .form("old=guess&password=a&again=a")
        .answers(UNPROVEN),
    post("/account/second-factor", See, Nothing)
        .form("setup=00&code=000000&password=guess")
        .answers(&[400]),
    post("/account/second-factor/codes", See, Nothing)
        .form("password=guess")
        .answers(UNPROVEN),
    post("/account/second-factor/off", See, Nothing)
        .form("password=guess")
        .answers(UNPROVEN),
    post("/account/tokens/new", See, Nothing)
        .form("name=night&role=viewer&reach=all&sites=&tags=&days=90"),
    // What is somebody else's is not there.
    post("/account/tokens/{id}/revoke", See, Nothing)
        .at("/account/tokens/999999/revoke")
        .answers(&[404]),
    post("/account/sessions/{id}/end", See, Nothing)
        .at("/account/sessions/999999/end")
        .answers(&[404]),
    post("/account/sessions/end-others", See, Nothing),
];
