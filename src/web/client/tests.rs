//! Headers of proxies, of chains of them, and of those who would like to be one.

use axum::{Router, body::Body, http::StatusCode, middleware::from_fn_with_state, routing::get};
use tower::ServiceExt as _;

use super::*;

/// What the pages hear of a request.
#[derive(Debug, PartialEq, Eq)]
struct Heard {
    address: String,
    is_secure: bool,
    host: String,
    rest: Vec<String>,
}

async fn hear(client: Client, uri: Uri, headers: HeaderMap) -> String {
    let rest: Vec<_> = headers
        .keys()
        .filter(|name| **name != header::HOST)
        .collect();
    let host = headers.get(header::HOST).unwrap().to_str().unwrap();
    assert!(uri.authority().is_none_or(|name| name.as_str() == host));
    let secure = if client.is_secure { "yes" } else { "no" };
    let rest: Vec<_> = rest.iter().map(|name| name.as_str()).collect();
    format!("{} {secure} {host} {}", client.address, rest.join(","))
}

fn served(proxies: &[&str], is_tls: bool) -> Arc<Served> {
    let networks = proxies
        .iter()
        .map(|text| TrustedProxies::parse_one(text).unwrap());
    Arc::new(Served {
        public_url: None,
        trusted_proxies: TrustedProxies::new(networks.collect()),
        is_tls,
    })
}

/// Sends a request from `peer` with these headers, and tells what the pages hear of it.
async fn ask(served: Arc<Served>, peer: &str, headers: &[(&str, &str)]) -> Heard {
    let app = Router::new()
        .route("/", get(hear))
        .layer(from_fn_with_state(served, identify));
    let mut request = Request::get("http://us.example/?q=1").header("host", "us.example");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let peer: SocketAddr = peer.parse().unwrap();
    let request = request.extension(ConnectInfo(peer)).body(Body::empty());
    let answer = app.oneshot(request.unwrap()).await.unwrap();
    let body = axum::body::to_bytes(answer.into_body(), 4096)
        .await
        .unwrap();
    let text = String::from_utf8(body.to_vec()).unwrap();
    let mut words = text.split(' ').map(str::to_owned);
    let mut next = || words.next().unwrap();
    Heard {
        address: next(),
        is_secure: next() == "yes",
        host: next(),
        rest: next()
            .split(',')
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect(),
    }
}

const PROXIES: [&str; 4] = ["192.0.2.1", "192.0.2.2", "10.0.0.0/8", "2001:db8::/64"];

/// The address found when a proxy says this.
async fn address_behind(forwarded_for: &str) -> String {
    let headers = [("x-forwarded-for", forwarded_for)];
    ask(served(&PROXIES, false), "192.0.2.1:9999", &headers)
        .await
        .address
}

#[tokio::test]
async fn a_stranger_who_claims_to_be_forwarded_is_not_believed() {
    let claims = [
        ("x-forwarded-for", "203.0.113.7"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "backup.example.com"),
        ("forwarded", "for=203.0.113.7;proto=https"),
        ("x-request-id", "invented"),
    ];
    for peer in ["198.51.100.9:1", "127.0.0.1:1", "[2001:db8:1::1]:1"] {
        let heard = ask(served(&PROXIES, false), peer, &claims).await;
        let peer: SocketAddr = peer.parse().unwrap();
        assert_eq!(heard.address, peer.ip().to_string());
        assert!(!heard.is_secure);
        assert_eq!(heard.host, "us.example");
        assert_eq!(
            heard.rest,
            Vec::<String>::new(),
            "nothing is left to be believed"
        );
    }
}

#[tokio::test]
async fn a_named_proxy_is_believed_whichever_way_its_address_is_written() {
    let says = [
        ("x-forwarded-for", "203.0.113.7"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "backup.example.com:8443"),
        ("x-request-id", "0123"),
    ];
    for peer in [
        "192.0.2.1:1",
        "[::ffff:192.0.2.1]:1",
        "10.9.9.9:1",
        "[2001:db8::5]:1",
    ] {
        let heard = ask(served(&PROXIES, false), peer, &says).await;
        let expected = Heard {
            address: "203.0.113.7".to_owned(),
            is_secure: true,
            host: "backup.example.com:8443".to_owned(),
            rest: vec!["x-request-id".to_owned()],
        };
        assert_eq!(heard, expected, "{peer}");
    }
}

#[tokio::test]
async fn the_rightmost_address_that_is_no_proxy_is_the_client() {
    for (forwarded_for, client) in [
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.7, 10.1.2.3", "203.0.113.7"),
        (
            "198.51.100.1, 203.0.113.7, 10.1.2.3,192.0.2.2",
            "203.0.113.7",
        ),
        ("203.0.113.7,::ffff:10.1.2.3", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:7::1, 2001:db8::5", "2001:db8:7::1"),
        ("[2001:db8:7::1]", "2001:db8:7::1"),
        ("[2001:db8:7::1]:443", "2001:db8:7::1"),
        ("203.0.113.7:4711", "203.0.113.7"),
        // All are proxies: the first of them asked for itself.
        ("10.1.2.3, 192.0.2.2", "10.1.2.3"),
    ] {
        assert_eq!(
            address_behind(forwarded_for).await,
            client,
            "{forwarded_for}"
        );
    }
}

#[tokio::test]
async fn what_is_no_address_ends_the_way_back() {
    for garbage in [
        "",
        " ",
        ",",
        "unknown",
        "203.0.113",
        "203.0.113.7 ",
        "[",
        "[]",
        "][",
    ] {
        let client = address_behind(&format!("198.51.100.1, {garbage}, 10.1.2.3")).await;
        let expected = if garbage.trim() == "203.0.113.7" {
            "203.0.113.7"
        } else {
            "10.1.2.3"
        };
        assert_eq!(client, expected, "{garbage:?}");
    }
    assert_eq!(address_behind("garbage").await, "192.0.2.1");
    let endless = vec!["10.1.2.3"; 5000].join(",");
    assert_eq!(address_behind(&endless).await, "10.1.2.3");
    let behind_many = format!("203.0.113.7,{}", vec!["10.1.2.3"; MAX_PROXIES].join(","));
    assert_eq!(address_behind(&behind_many).await, "10.1.2.3");
}

#[tokio::test]
async fn a_list_that_is_spread_over_headers_is_one_list() {
    let headers = [
        ("x-forwarded-for", "198.51.100.1"),
        ("x-forwarded-for", "203.0.113.7, 10.1.2.3"),
    ];
    let heard = ask(served(&PROXIES, false), "192.0.2.1:1", &headers).await;
    assert_eq!(heard.address, "203.0.113.7");
}

#[tokio::test]
async fn the_way_is_secure_when_all_of_it_is() {
    for (scheme, is_tls, is_secure) in [
        (None, false, false),
        (None, true, true),
        (Some("https"), false, true),
        (Some("HTTPS"), false, true),
        (Some("http"), true, false),
        (Some("https, http"), false, false),
        (Some("http, https"), false, false),
        (Some("https,https"), false, true),
        (Some(""), true, false),
        (Some("wss"), true, false),
    ] {
        let headers: Vec<_> = scheme
            .map(|scheme| ("x-forwarded-proto", scheme))
            .into_iter()
            .collect();
        let heard = ask(served(&PROXIES, is_tls), "192.0.2.1:1", &headers).await;
        assert_eq!(heard.is_secure, is_secure, "{scheme:?}, TLS: {is_tls}");
    }
    let claimed = [("x-forwarded-proto", "http")];
    let heard = ask(served(&PROXIES, true), "198.51.100.9:1", &claimed).await;
    assert!(heard.is_secure, "a stranger's own connection is what it is");
}

#[tokio::test]
async fn a_name_that_is_none_is_not_taken_from_a_proxy() {
    for name in ["", "a b", "https://backup.example.com", "x\u{e4}"] {
        let headers = [("x-forwarded-host", name)];
        let heard = ask(served(&PROXIES, false), "192.0.2.1:1", &headers).await;
        assert_eq!(heard.host, "us.example", "{name:?}");
    }
}

/// The status of a page asked for by `peer` where we listen without TLS.
async fn status_in_the_clear(peer: &str, is_tls: bool) -> StatusCode {
    let served = served(&PROXIES, is_tls);
    let app = Router::new()
        .route("/", get(|| async { "secret" }))
        .layer(from_fn_with_state(served.clone(), refuse_in_the_clear))
        .layer(from_fn_with_state(served, identify));
    let peer: SocketAddr = peer.parse().unwrap();
    let request = Request::get("/").extension(ConnectInfo(peer));
    let answer = app.oneshot(request.body(Body::empty()).unwrap()).await;
    answer.unwrap().status()
}

#[tokio::test]
async fn without_tls_only_this_machine_and_the_proxies_see_pages() {
    for peer in [
        "127.0.0.1:1",
        "[::1]:1",
        "[::ffff:127.0.0.1]:1",
        "192.0.2.1:1",
    ] {
        assert_eq!(
            status_in_the_clear(peer, false).await,
            StatusCode::OK,
            "{peer}"
        );
    }
    let stranger = "198.51.100.9:1";
    assert_eq!(
        status_in_the_clear(stranger, false).await,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(status_in_the_clear(stranger, true).await, StatusCode::OK);
}
