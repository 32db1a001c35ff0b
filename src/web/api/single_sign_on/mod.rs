//! Single sign-on: the provider, and what each of its groups may do. As with users, the guard asks for
//! all rights here. The client secret is written, and never told.

mod groups;
mod provider;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::web::account::SingleSignOn;

/// The addresses.
pub fn routes() -> OpenApiRouter<SingleSignOn> {
    OpenApiRouter::new()
        .routes(routes!(provider::show, provider::update))
        .routes(routes!(provider::check))
        .routes(routes!(groups::list, groups::create))
        .routes(routes!(groups::show, groups::update, groups::delete))
}
