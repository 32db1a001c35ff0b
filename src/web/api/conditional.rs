//! Conditional requests (RFC 9110, section 13): what a program has already is not sent again, and
//! what changed since it looked is not overwritten.

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::web::{assets, error::PageError};

/// How many bytes of JSON an answer may have; a page of a list has at most some 500 kB.
const MAX_JSON_BYTES: usize = 16 * 1024 * 1024;

/// Gives each JSON answer to a GET its tag, and no body when the program has it already.
pub async fn answer(request: Request, next: Next) -> Response {
    let asks = matches!(*request.method(), Method::GET | Method::HEAD);
    let known = request.headers().clone();
    let response = next.run(request).await;
    let is_json = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes() == b"application/json");
    if !asks || response.status() != StatusCode::OK || !is_json {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let body = match to_bytes(body, MAX_JSON_BYTES).await {
        Ok(body) => body,
        Err(error) => return PageError::Internal(error.into()).into_response(),
    };
    let tag = tag(&body);
    let is_known = assets::is_known(&known, &tag);
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        head.headers.insert(header::ETAG, tag);
    }
    if is_known {
        head.status = StatusCode::NOT_MODIFIED;
        head.headers.remove(header::CONTENT_TYPE);
        head.headers.remove(header::CONTENT_LENGTH);
        return Response::from_parts(head, Body::empty());
    }
    Response::from_parts(head, Body::from(body))
}

fn tag(body: &[u8]) -> String {
    let digest = Sha256::digest(body);
    format!("\"{}\"", hex::encode(&digest[..16]))
}

/// Refuses a change when the program says by `If-Match` what it saw, and `current` is another, or
/// `None`.
///
/// # Errors
/// [`PageError::Outdated`].
pub fn check(headers: &HeaderMap, current: &impl Serialize) -> Result<(), PageError> {
    if !headers.contains_key(header::IF_MATCH) {
        return Ok(());
    }
    let body = serde_json::to_vec(current).map_err(|error| PageError::Internal(error.into()))?;
    // What is not there has no tag that could be named.
    if body == b"null" {
        return Err(PageError::Outdated);
    }
    let tag = tag(&body);
    let wanted = headers.get_all(header::IF_MATCH).iter();
    let is_current = wanted
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|one| one == "*" || one == tag);
    if is_current {
        Ok(())
    } else {
        Err(PageError::Outdated)
    }
}
