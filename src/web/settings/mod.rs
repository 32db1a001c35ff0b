//! The settings that an administrator changes in the browser.

mod single_sign_on;

pub use single_sign_on::{
    GroupForm, ProviderForm, delete_group, routes as single_sign_on_routes, save_group,
    save_provider,
};
