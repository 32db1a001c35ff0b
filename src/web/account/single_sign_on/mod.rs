//! Signing in at the provider of single sign-on: the browser is sent there, and comes back.

mod begin;
mod callback;
mod trouble;

use std::sync::Arc;

use axum::{Router, middleware::from_fn_with_state, routing::get};

use crate::access::oidc::{Client, Limits, Registration};
use crate::db::single_sign_on as db;
use crate::web::{error::PageError, gate, gate::Gate, state::AppState};

/// How many sign-ins talk to the provider at once: one that hangs keeps these, and nothing else.
const MAX_AT_ONCE: usize = 16;

/// What the pages of single sign-on share; cheap to clone.
#[derive(Clone)]
pub struct SingleSignOn {
    pub app: AppState,
    /// Talks to the provider.
    pub client: Arc<Client>,
}

impl SingleSignOn {
    /// Over the pages' state.
    pub fn new(app: AppState) -> Self {
        Self {
            app,
            client: Arc::new(Client::new(Limits::default())),
        }
    }

    /// How we are registered with the provider.
    ///
    /// # Errors
    /// [`PageError::NotFound`] when single sign-on is not set up or switched off.
    async fn registration(&self) -> Result<Registration, PageError> {
        let mut conn = self.app.connection().await?;
        let provider = db::get(&mut conn).await?.filter(|known| known.enabled);
        let provider = provider.ok_or(PageError::NotFound("way to sign in"))?;
        Registration::open(&provider, &self.app.vault)
            .map_err(|error| PageError::Internal(error.into()))
    }
}

/// The addresses by which somebody signs in.
pub fn routes() -> Router<SingleSignOn> {
    let gate = Gate::new(
        MAX_AT_ONCE,
        "Many people sign in just now. Try again in a moment.",
    );
    Router::new()
        .route("/sign-in/sso", get(begin::begin))
        .route("/sign-in/sso/callback", get(callback::finish))
        .layer(from_fn_with_state(gate, gate::pass))
}
