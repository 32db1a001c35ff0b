//! Who somebody is and what they may do: passwords, second factors, sessions, tokens of
//! programs, and links that work once. No pages, and no decision about a single one: that is
//! `web::guard`.

pub mod api_token;
pub mod attempts;
pub mod link;
pub mod oidc;
pub mod own;
pub mod password;
pub mod recovery;
pub mod second_factor;
pub mod session;
pub mod sign_in;
pub mod sign_in_code;
pub mod subject;
mod throttle;
mod token;
pub mod totp;

pub use crate::model::Person;
pub use token::Token;
