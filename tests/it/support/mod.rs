//! What the tests share: a database for each, simulated routers, and running backups.

pub mod addresses;
mod archive;
mod database;
mod histories;
pub mod large_export;
mod program;
pub mod seed;
mod signed_in;
mod wait;
mod world;

pub use archive::unpack;
pub use database::{database, database_url, empty_database};
pub use histories::WRONG_HISTORIES;
pub use program::{Program, routervault};
pub use signed_in::{
    administrator, app_state, cookie_of, insert_user, kim, signed_in, signed_in_as, with_cookie,
};
pub use wait::until;
pub use world::{Deadlines, World, vault};
