//! What every answer tells the browser about itself.

use axum::{
    extract::Request,
    http::{HeaderValue, header},
    middleware::Next,
    response::Response,
};

/// What a page may load and do. Everything is forbidden but:
const CONTENT_SECURITY_POLICY: &str = concat!(
    "default-src 'none'; ",
    // our stylesheets; none is inline
    "style-src 'self'; ",
    // htmx, from our assets; none is inline
    "script-src 'self'; ",
    // the icon, and the arrows that the stylesheet draws as data
    "img-src 'self' data:; ",
    // htmx asks for the batch that moves
    "connect-src 'self'; ",
    // Backup Site, Compare and search
    "form-action 'self'; ",
    // nobody puts our buttons under theirs
    "frame-ancestors 'none'; ",
    // no text that slipped through can bend our relative addresses
    "base-uri 'none'",
);

/// Adds the headers of safety; an answer that did not say how long it may be kept is not kept,
/// for pages and downloads hold passwords of routers.
pub async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(CONTENT_SECURITY_POLICY),
    );
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}
