//! The person who asks, as an argument of a handler.

use std::sync::Arc;

use axum::{extract::FromRequestParts, http::request::Parts};

use super::CurrentSession;
use crate::db::audit::Actor;
use crate::model::Person;
use crate::web::{client::Client, error::PageError};

/// Who asks; put into the request by the guard, so that a handler behind it always has one.
#[derive(Debug, Clone)]
pub struct SignedIn(pub Arc<Person>);

impl std::ops::Deref for SignedIn {
    type Target = Person;

    fn deref(&self) -> &Person {
        &self.0
    }
}

impl SignedIn {
    /// As the audit names them, asking from there.
    pub fn actor(&self, client: Client) -> Actor {
        Actor {
            user: Some(self.user),
            name: self.name.clone(),
            token: self.token.clone(),
            address: client.address.to_string(),
        }
    }
}

fn unguarded() -> PageError {
    PageError::Internal(anyhow::anyhow!("a page of somebody was reached by nobody"))
}

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        parts.extensions.get().cloned().ok_or_else(unguarded)
    }
}

/// As the audit names who asks.
#[derive(Debug, Clone)]
pub struct Acting(pub Actor);

impl<S: Sync> FromRequestParts<S> for Acting {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        let person: &SignedIn = parts.extensions.get().ok_or_else(unguarded)?;
        Ok(Self(person.actor(Client::of(&parts.extensions))))
    }
}

/// Only for a browser that is signed in: a program with a token has no session.
impl<S: Sync> FromRequestParts<S> for CurrentSession {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        let session = parts.extensions.get().copied();
        session.ok_or(PageError::Forbidden(
            "This needs a sign-in of your own: a visitor of the demo has no account.",
        ))
    }
}
