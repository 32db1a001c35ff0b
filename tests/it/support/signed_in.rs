//! The pages for somebody who is signed in.

use std::sync::Arc;

use axum::{Extension, Router};
use chrono::{DateTime, Utc};
use routervault::access::Person;
use routervault::vault::Vault;
use routervault::web::{self, AppState, SignedIn};
use sqlx::PgPool;

/// What the pages need, over this database.
pub fn app_state(pool: &PgPool, vault: &Arc<Vault>, clock: fn() -> DateTime<Utc>) -> AppState {
    AppState {
        pool: pool.clone(),
        vault: Arc::clone(vault),
        clock,
        demo: false,
    }
}

/// The pages as an administrator reaches them.
pub async fn signed_in(state: AppState) -> Router {
    web::router(state)
}

/// The pages as `person` reaches them.
pub fn signed_in_as(state: AppState, person: Person) -> Router {
    web::router(state).layer(Extension(SignedIn(Arc::new(person))))
}
