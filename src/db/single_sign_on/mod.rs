//! Single sign-on: the provider, the groups that it knows people by, the sign-ins on their way, and
//! the accounts that came of them.

pub mod accounts;
pub mod flows;
mod grants;
pub mod groups;
mod provider;

pub use grants::Grants;
pub use provider::{Provider, get, upsert};
