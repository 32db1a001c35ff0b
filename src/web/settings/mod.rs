//! The settings that an administrator changes in the browser.

mod single_sign_on;

pub use single_sign_on::routes as single_sign_on_routes;
