//! `Idempotency-Key`: what a program asks for twice, because the answer was lost, is done once.

use axum::{
    Json,
    extract::FromRequestParts,
    http::{HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

use crate::db::idempotency_keys::{self as db, Answered, Known};
use crate::model::UserId;
use crate::web::error::PageError;

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says of an answer that it was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// How long a key may be.
const MAX_CHARS: usize = 200;

/// A request that is done once, where it names a key.
#[derive(Debug)]
pub struct Once {
    key: Option<String>,
    /// SHA-256 of method and address so far.
    request: Sha256,
}

impl<S: Sync> FromRequestParts<S> for Once {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        let mut request = Sha256::new();
        request.update(parts.method.as_str());
        request.update([b' ']);
        request.update(parts.uri.path());
        let Some(value) = parts.headers.get(KEY) else {
            return Ok(Self { key: None, request });
        };
        let key = value
            .to_str()
            .ok()
            .filter(|key| (1..=MAX_CHARS).contains(&key.len()));
        let key = key.ok_or(PageError::BadRequest(
            "`Idempotency-Key` has from 1 to 200 characters of ASCII.",
        ))?;
        Ok(Self {
            key: Some(key.to_owned()),
            request,
        })
    }
}

impl Once {
    /// What was answered to the same request before; `None`: it is to be done, and then
    /// [`Once::answer`]ed in the same transaction.
    ///
    /// # Errors
    /// [`PageError::Conflict`] when the key was used for something else.
    pub async fn before(
        &self,
        conn: &mut PgConnection,
        user: UserId,
        sent: &impl Serialize,
        now: DateTime<Utc>,
    ) -> Result<Option<Response>, PageError> {
        let Some(key) = &self.key else {
            return Ok(None);
        };
        let mut request = self.request.clone();
        let sent = serde_json::to_vec(sent).map_err(|error| PageError::Internal(error.into()))?;
        request.update([b'\n']);
        request.update(&sent);
        match db::take(conn, user, key, &request.finalize(), now).await? {
            Known::Taken => Ok(None),
            Known::Answered(answered) => {
                let mut response = respond(&answered);
                let replayed = HeaderValue::from_static("true");
                response.headers_mut().insert(REPLAYED, replayed);
                Ok(Some(response))
            }
            Known::Other => Err(PageError::Conflict(
                "This `Idempotency-Key` was used for another request. Use a new one for each.",
            )),
        }
    }

    /// Keeps the answer under the key, and gives it.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn answer(
        &self,
        conn: &mut PgConnection,
        user: UserId,
        (status, location): (StatusCode, String),
        body: &impl Serialize,
    ) -> Result<Response, PageError> {
        let body = serde_json::to_value(body).map_err(|error| PageError::Internal(error.into()))?;
        let answered = Answered {
            status: i16::try_from(status.as_u16()).unwrap_or_default(),
            location: Some(location),
            body,
        };
        if let Some(key) = &self.key {
            db::mark_answered(conn, user, key, &answered).await?;
        }
        Ok(respond(&answered))
    }
}

fn respond(answered: &Answered) -> Response {
    let status = u16::try_from(answered.status).ok();
    let status = status.and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.unwrap_or(StatusCode::OK);
    let mut response = (status, Json(&answered.body)).into_response();
    let location = answered.location.as_deref().map(HeaderValue::from_str);
    if let Some(Ok(location)) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}
