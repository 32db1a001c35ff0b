//! What every request passes on its way to a page, from the outside in.

use std::{any::Any, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderValue, StatusCode},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{DefaultPredicate, NotForContentType, Predicate},
    },
    csrf::CsrfLayer,
    limit::RequestBodyLimitLayer,
    request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer},
    timeout::TimeoutLayer,
    trace::TraceLayer,
};

use crate::managing::csv;

use super::{
    client::{self, Client},
    error::{self, PageError},
    guard, headers, hosts, metrics,
    served::Served,
    state::AppState,
};

/// How long a page may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How many bytes a form may have: a hundred ticked devices need 2 kB.
const MAX_BODY_BYTES: usize = 64 * 1024;
/// How many bytes an upload may have: a file of CSV, and the form around it.
const MAX_UPLOAD_BYTES: usize = csv::MAX_BYTES + MAX_BODY_BYTES;

/// The same for archives, which come with all that there is, and how long one may take.
const MAX_ARCHIVE_BYTES: usize = 4 << 30;
const ARCHIVE_TIMEOUT: Duration = Duration::from_secs(60 * 60);

/// Wraps what both pages and health checks need around `router`: who asks, the id of the request,
/// a number in the metrics, a log line, headers of safety, and compression.
pub fn outer(router: Router, served: &Arc<Served>) -> Router {
    // Downloads travel as they are, so that their length is known and their bytes are exact
    // even for a client that does not decompress; archives are compressed already.
    let compressed = DefaultPredicate::new()
        .and(NotForContentType::const_new("application/octet-stream"))
        .and(NotForContentType::const_new("application/zip"));
    router.layer(
        ServiceBuilder::new()
            .layer(middleware::from_fn_with_state(
                Arc::clone(served),
                client::identify,
            ))
            .layer(middleware::from_fn(metrics::count))
            .layer(SetRequestIdLayer::x_request_id(RandomId))
            .layer(
                TraceLayer::new_for_http()
                    .make_span_with(span)
                    .on_failure(()),
            )
            .layer(PropagateRequestIdLayer::x_request_id())
            .layer(middleware::from_fn_with_state(
                Arc::clone(served),
                headers::secure,
            ))
            .layer(CompressionLayer::new().compress_when(compressed)),
    )
}

/// Wraps what only pages need around `router`: error pages, the check of the name we were
/// called by, nothing in the clear, panics caught, forged forms refused, the guard, a limit of
/// time and of size. `uploads` are those that take whole files, `large` those that take files of any
/// size.
pub fn inner(router: Router, uploads: Router, large: Router, state: AppState) -> Router {
    let served = Arc::clone(&state.address);
    let limited = |most, timeout| {
        ServiceBuilder::new()
            .layer(TimeoutLayer::with_status_code(
                StatusCode::GATEWAY_TIMEOUT,
                timeout,
            ))
            .layer(RequestBodyLimitLayer::new(most))
    };
    // A limit of axum's own, lower than ours, would refuse what is read at once.
    let uploads = uploads.layer(DefaultBodyLimit::disable());
    let uploads = uploads.layer(limited(MAX_UPLOAD_BYTES, TIMEOUT));
    let large = large.layer(DefaultBodyLimit::disable());
    let large = large.layer(limited(MAX_ARCHIVE_BYTES, ARCHIVE_TIMEOUT));
    let router = router.layer(limited(MAX_BODY_BYTES, TIMEOUT));
    let router = router.merge(uploads).merge(large);
    let guarded = middleware::from_fn_with_state(state.clone(), guard::check);
    router.layer(guarded).layer(
        ServiceBuilder::new()
            .layer(middleware::from_fn_with_state(state, error::error_pages))
            .layer(middleware::from_fn_with_state(
                Arc::clone(&served),
                hosts::check,
            ))
            .layer(middleware::from_fn_with_state(
                served,
                client::refuse_in_the_clear,
            ))
            .layer(middleware::from_fn(refuse_nul))
            .layer(CatchPanicLayer::custom(panicked))
            // Refuses what a browser says was sent by another site (`Sec-Fetch-Site`, else
            // `Origin`); no token in forms is needed, and none can be forgotten.
            .layer(CsrfLayer::new()),
    )
}

/// PostgreSQL's text knows no NUL, so no name, tag or number has one.
async fn refuse_nul(request: Request, next: Next) -> Response {
    let address = request.uri().path_and_query();
    if address.is_some_and(|address| address.as_str().contains("%00")) {
        return PageError::BadRequest("The address has a NUL character in it.").into_response();
    }
    next.run(request).await
}

/// The path without its query: a search may name what a log should not.
fn span(request: &Request<Body>) -> tracing::Span {
    let id = request
        .extensions()
        .get::<RequestId>()
        .and_then(|id| id.header_value().to_str().ok())
        .unwrap_or("unknown");
    tracing::debug_span!(
        "request",
        method = %request.method(),
        path = request.uri().path(),
        request_id = id,
        client = %Client::of(request.extensions()).address
    )
}

/// The panic's own message was printed by the panic hook; the error page says the rest.
fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

/// Sixteen hexadecimal digits. A request that brings an id through a named proxy keeps it, so
/// that the proxy's log and ours can be joined.
#[derive(Clone, Copy)]
struct RandomId;

impl MakeRequestId for RandomId {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        let id = format!("{:016x}", rand::random::<u64>());
        HeaderValue::from_str(&id).ok().map(RequestId::new)
    }
}
