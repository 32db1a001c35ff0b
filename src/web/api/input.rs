//! What a program sends, read strictly: a name that is not known is refused, so that a slip is no
//! other question, and what is wrong is said in words.

use axum::{
    Json,
    body::{Body, Bytes, to_bytes},
    extract::{FromRequest, FromRequestParts, Path, Query, Request},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

use crate::web::error::PageError;

/// The query of an address.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let query = Query::from_request_parts(parts, state).await;
        let query = query.map_err(|refused| PageError::Invalid(refused.body_text()))?;
        Ok(Self(query.0))
    }
}

/// What stands in the places of an address.
pub struct Place<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Place<T> {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let path = Path::from_request_parts(parts, state).await;
        let path = path.map_err(|refused| PageError::Invalid(refused.body_text()))?;
        Ok(Self(path.0))
    }
}

/// The JSON of a body.
pub struct Sent<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Sent<T> {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &S) -> Result<Self, PageError> {
        let (parts, body) = request.into_parts();
        let whole = Request::from_parts(parts.clone(), body);
        let bytes = Bytes::from_request(whole, state).await;
        let bytes = bytes.map_err(|refused| PageError::Invalid(refused.body_text()))?;
        let whole = Request::from_parts(parts, Body::from(bytes.clone()));
        let body = Json::from_request(whole, state).await;
        let body = body.map_err(|refused| PageError::Invalid(refused.body_text()))?;
        // serde takes a list for an object, by the order of the fields: nobody means that.
        if bytes.trim_ascii_start().first() != Some(&b'{') {
            let sentence = "The body is to be a JSON object.";
            return Err(PageError::Invalid(sentence.to_owned()));
        }
        Ok(Self(body.0))
    }
}

/// A body that is taken as it is.
///
/// # Errors
/// [`PageError::Invalid`] for one of more bytes, and one that does not come whole.
pub async fn whole_body(body: Body, most_bytes: usize) -> Result<Vec<u8>, PageError> {
    let bytes = to_bytes(body, most_bytes).await;
    let most = most_bytes >> 20;
    let refused = || format!("The body did not come whole, or has more than {most} MB.");
    Ok(bytes.map_err(|_| PageError::Invalid(refused()))?.into())
}
