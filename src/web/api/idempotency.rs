//! `Idempotency-Key`: what a program asks for twice, because the answer was lost, is done once.

use axum::{
    Json,
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

use crate::db::audit::Actor;
use crate::db::idempotency_keys::{self as db, Answered, Known};
use crate::web::{
    actions::Who,
    error::PageError,
    guard::{Acting, SignedIn},
    state::AppState,
};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says of an answer that it was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// How long a key may be.
const MAX_CHARS: usize = 200;

/// Who asks for something to be done, and under which key of theirs it is done once.
#[derive(Debug)]
pub struct Asking {
    pub person: SignedIn,
    pub actor: Actor,
    key: Option<String>,
    /// SHA-256 of method and address so far.
    request: Sha256,
}

impl<S: Send + Sync> FromRequestParts<S> for Asking {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let person = SignedIn::from_request_parts(parts, state).await?;
        let Acting(actor) = Acting::from_request_parts(parts, state).await?;
        let mut request = Sha256::new();
        request.update(parts.method.as_str());
        request.update([b' ']);
        request.update(parts.uri.path());
        Ok(Self {
            person,
            actor,
            key: key(&parts.headers)?,
            request,
        })
    }
}

/// The key that a request names.
fn key(headers: &HeaderMap) -> Result<Option<String>, PageError> {
    let Some(value) = headers.get(KEY) else {
        return Ok(None);
    };
    let key = value
        .to_str()
        .ok()
        .filter(|key| (1..=MAX_CHARS).contains(&key.len()))
        .filter(|key| key.bytes().all(|byte| byte.is_ascii_graphic()));
    let key = key.ok_or(PageError::BadRequest(
        "`Idempotency-Key` has from 1 to 200 characters of ASCII, and no blank.",
    ))?;
    Ok(Some(key.to_owned()))
}

/// What is answered to what was done.
pub struct Told<T> {
    pub status: StatusCode,
    /// The address of what came of it.
    pub location: String,
    pub body: T,
}

impl Asking {
    /// Who does it.
    pub const fn who(&self) -> Who<'_> {
        Who {
            person: &self.person,
            actor: &self.actor,
        }
    }

    /// Does what was `sent`, in one transaction with its answer: the second time the same is
    /// asked for under a key, it is told that answer.
    ///
    /// # Errors
    /// [`PageError::Conflict`] when the key was used for something else, what `act` refuses, and
    /// what the database answers.
    pub async fn once<T: Serialize>(
        &self,
        state: &AppState,
        sent: &impl Serialize,
        act: impl AsyncFnOnce(&mut PgConnection) -> Result<Told<T>, PageError>,
    ) -> Result<Response, PageError> {
        let mut transaction = state.pool.begin().await?;
        if let Some(answered) = self.before(&mut transaction, sent, state.now()).await? {
            return Ok(answered);
        }
        let told = act(&mut transaction).await?;
        let body = serde_json::to_value(&told.body);
        let answered = Answered {
            status: i16::try_from(told.status.as_u16()).unwrap_or_default(),
            location: Some(told.location),
            body: body.map_err(|error| PageError::Internal(error.into()))?,
        };
        if let Some(key) = &self.key {
            db::mark_answered(&mut transaction, self.person.user, key, &answered).await?;
        }
        transaction.commit().await?;
        Ok(respond(&answered))
    }

    /// What was answered to the same request before; `None`: it is to be done.
    async fn before(
        &self,
        conn: &mut PgConnection,
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
        match db::take(conn, self.person.user, key, &request.finalize(), now).await? {
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
