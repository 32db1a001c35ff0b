//! Who somebody is and what they may do: passwords, sessions and links that work once. No pages,
//! and no decision about a single one: that is `web::guard`.

pub mod link;
pub mod oidc;
pub mod password;
pub mod session;
pub mod sign_in;
mod throttle;
mod token;

pub use crate::model::Person;
pub use token::Token;
