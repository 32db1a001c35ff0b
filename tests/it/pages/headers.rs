//! What every answer tells the browser about itself, whatever kind of answer it is.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Request, request::Builder},
};
use routervault::listen::TrustedProxies;
use routervault::web::{AppState, Served};
use tower::ServiceExt as _;

use super::{Stage, noon};
use crate::support::{app_state, signed_in, vault};

/// What each of them must say.
const ALWAYS: [(&str, &str); 8] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("x-robots-tag", "noindex, nofollow"),
    ("permissions-policy", ""),
    ("content-security-policy", "default-src 'none'"),
];

/// What forms send.
const FORM: &str = "application/x-www-form-urlencoded";

fn get(address: &str) -> Builder {
    Request::get(address).header("host", "localhost")
}

fn post(address: &str, kind: &str) -> Builder {
    Request::post(address)
        .header("host", "localhost")
        .header("sec-fetch-site", "same-origin")
        .header("content-type", kind)
}

/// A request of every kind of answer, with the status that tells the kind.
async fn kinds(stage: &Stage) -> Vec<(Request<Body>, u16)> {
    let page = stage.get("/").await.text();
    let from = page.find("/assets/").unwrap();
    let asset = page[from..].split('"').next().unwrap();
    let etag = stage.get(asset).await.header("etag").to_owned();
    let known = get(asset).header("if-none-match", etag);
    let pin = post("/snapshots/2/pin", FORM);
    let comment = post("/snapshots/2/comment", FORM);
    let forged = get("/sites/acme/backups").method("POST");
    let forged = forged.header("sec-fetch-site", "cross-site");
    let kinds = [
        (get("/"), "", 200),
        (get("/snapshots/2/text"), "", 200),
        (get("/snapshots/2/download"), "", 200),
        (get("/snapshots.zip?s=1&s=2"), "", 200),
        (get("/batches/events"), "", 200),
        (get("/healthz"), "", 503),
        (get(asset), "", 200),
        (known, "", 304),
        (pin, "pinned=true", 303),
        (post("/sites/acme/backups", "text/plain"), "", 415),
        (forged, "", 403),
        (get("/nope"), "", 404),
        (get("/snapshots/x"), "", 400),
        (get("/sites/acme/backups"), "", 405),
        (Request::get("/").header("host", "rebind.example"), "", 421),
    ];
    let request = |builder: Builder, body| builder.body(Body::from(body)).unwrap();
    let mut kinds: Vec<_> = kinds
        .into_iter()
        .map(|(builder, body, status)| (request(builder, body), status))
        .collect();
    let long = Body::from("x".repeat(100_000));
    kinds.push((comment.body(long).unwrap(), 413));
    kinds
}

fn assert_safe(headers: &HeaderMap, of: &str) {
    for (name, value) in ALWAYS {
        let said = headers
            .get(name)
            .unwrap_or_else(|| panic!("{of} lacks {name}"));
        assert!(said.to_str().unwrap().starts_with(value), "{of}: {name}");
        assert_eq!(headers.get_all(name).iter().count(), 1, "{of}: {name}");
    }
    let may_be_kept = of.contains("/assets/");
    let kept = headers["cache-control"].to_str().unwrap();
    assert_eq!(kept.contains("immutable"), may_be_kept, "{of}: {kept}");
    assert!(!headers.contains_key("strict-transport-security"), "{of}");
}

#[tokio::test]
async fn every_kind_of_answer_has_every_header_of_safety() {
    let stage = Stage::backed_up().await;
    for (request, status) in kinds(&stage).await {
        let of = format!("{} {}", request.method(), request.uri());
        let answer = stage.app.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), status, "{of}");
        assert_safe(answer.headers(), &of);
    }
    stage
        .run("ALTER TABLE devices RENAME COLUMN serial TO mislaid")
        .await;
    let fault = stage.get("/sites/acme").await;
    assert_eq!(fault.status, 500);
    assert_safe(&fault.headers, "a fault of ours");
    stage.pool.close().await;
    for address in ["/", "/healthz"] {
        let away = stage.get(address).await;
        assert_eq!(away.status, 503);
        assert_safe(&away.headers, "a database that is away");
    }
}

/// The pages behind a proxy, with this public URL.
async fn behind_a_proxy(public_url: &str) -> axum::Router {
    let stage = Stage::empty().await;
    let proxy = TrustedProxies::parse_one("192.0.2.1").unwrap();
    let served = Served {
        public_url: Some(public_url.parse().unwrap()),
        trusted_proxies: TrustedProxies::new(vec![proxy]),
        is_tls: false,
    };
    signed_in(AppState {
        address: Arc::new(served),
        ..app_state(&stage.pool, &vault(), noon)
    })
    .await
}

/// The answer's status, and whether it asks for TLS for ever.
async fn ask(pages: &axum::Router, peer: &str, scheme: &str, host: &str) -> (u16, bool) {
    let peer: SocketAddr = peer.parse().unwrap();
    // Which cookie a session has depends on the way; this page needs none.
    let request = Request::get("/sign-in")
        .header("host", "127.0.0.1:8080")
        .header("x-forwarded-proto", scheme)
        .header("x-forwarded-host", host)
        .extension(ConnectInfo(peer));
    let request = request.body(Body::empty()).unwrap();
    let answer = pages.clone().oneshot(request).await.unwrap();
    let strict = answer.headers().get("strict-transport-security");
    if let Some(strict) = strict {
        assert_eq!(strict, "max-age=31536000");
    }
    (answer.status().as_u16(), strict.is_some())
}

#[tokio::test]
async fn tls_for_ever_is_asked_for_by_the_public_name_over_tls_only() {
    const NAME: &str = "backup.example.com";
    let pages = behind_a_proxy("https://backup.example.com").await;
    let proxy = "192.0.2.1:1";
    assert_eq!(ask(&pages, proxy, "https", NAME).await, (200, true));
    assert_eq!(ask(&pages, proxy, "http", NAME).await, (200, false));
    assert_eq!(ask(&pages, proxy, "https", "localhost").await, (200, false));
    assert_eq!(
        ask(&pages, proxy, "https", "rebind.example").await,
        (421, false)
    );
    // Whoever is no proxy is not believed, be it for better or for worse.
    assert_eq!(
        ask(&pages, "127.0.0.1:1", "https", NAME).await,
        (200, false)
    );
    assert_eq!(
        ask(&pages, "198.51.100.9:1", "https", NAME).await,
        (400, false)
    );
    let plain = behind_a_proxy("http://backup.example.com").await;
    assert_eq!(ask(&plain, proxy, "https", NAME).await, (200, false));
}
