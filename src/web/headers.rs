//! What every answer tells the browser about itself.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

use super::{client::Client, hosts, served::Served};

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

/// What no page asks for, so that no text that slipped through can ask either. Chromium complains
/// of names it does not know, so only those are here that it does. Copying to the clipboard is ours
/// (`assets/app.js`), and reading from it asks the person.
const PERMISSIONS_POLICY: &str = concat!(
    "camera=(), microphone=(), display-capture=(), geolocation=(), ",
    "usb=(), serial=(), hid=(), midi=(), payment=(), ",
    "accelerometer=(), gyroscope=(), magnetometer=(), publickey-credentials-get=()",
);

/// What every answer says, whatever it is.
const ALWAYS: [(HeaderName, HeaderValue); 8] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(CONTENT_SECURITY_POLICY),
    ),
    // An export is what we say it is, and never a script or a page by its looks.
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    // Names of customers stand in our addresses, and are nobody's business.
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    ),
    // The same as `frame-ancestors`, for browsers that do not know it.
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    // A page that opened ours, or that ours leads to, has no handle on its window.
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    // Nobody draws a download or a page of ours into theirs as a picture or a script, to measure
    // it or to read it out of the memory of the browser.
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static(PERMISSIONS_POLICY),
    ),
    // Where the pages can be reached from the Internet, search engines need not tell where.
    (
        HeaderName::from_static("x-robots-tag"),
        HeaderValue::from_static("noindex, nofollow"),
    ),
];

/// That the name is asked over TLS only, for a year. Not for names below ours, of which we know
/// nothing.
const STRICT_TRANSPORT_SECURITY: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Adds the headers of safety; an answer that did not say how long it may be kept is not kept,
/// for pages and downloads hold passwords of routers.
pub async fn secure(State(served): State<Arc<Served>>, request: Request, next: Next) -> Response {
    let is_strict = is_strict(&request, &served);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, value);
    }
    if is_strict {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT_SECURITY);
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Whether this name is meant to be asked over TLS for ever: it was asked so, and is the public
/// one. `localhost` is everybody's, and other programs on this machine may serve it without.
fn is_strict(request: &Request, served: &Served) -> bool {
    let public_url = served.public_url.as_ref();
    Client::of(request.extensions()).is_secure
        && public_url.is_some_and(|url| url.is_https())
        && hosts::host(request).is_some_and(|host| served.is_public_name(&host))
}
