//! Setting single sign-on up: the provider, and what each of its groups may do.

mod change;
mod group_form;
mod groups;
mod provider;
mod provider_form;

pub use change::{delete_group, save_group, save_provider};
pub use group_form::GroupForm;
pub use provider_form::ProviderForm;

use axum::{
    Router,
    routing::{get, post},
};

use crate::web::account::SingleSignOn;

/// The addresses of these settings.
pub fn routes() -> Router<SingleSignOn> {
    Router::new()
        .route(
            "/settings/single-sign-on",
            get(provider::show).post(provider::update),
        )
        .route("/settings/single-sign-on/check", post(provider::check))
        .route("/settings/single-sign-on/groups", post(groups::create))
        .route("/settings/single-sign-on/groups/new", get(groups::new))
        .route(
            "/settings/single-sign-on/groups/{id}",
            get(groups::edit).post(groups::update),
        )
        .route(
            "/settings/single-sign-on/groups/{id}/delete",
            post(groups::delete),
        )
}
