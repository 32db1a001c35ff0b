//! Whose names we answer to.
//!
//! A page of somebody else must not be able to read ours. Browsers keep origins apart by name; a
//! name that its owner points at our address after its page was loaded (DNS rebinding) would make
//! our pages part of that origin. So a request must name us as `localhost`, by an IP address, or
//! by the name of `--public-url`: none can be pointed elsewhere by a stranger.

use std::{
    net::{IpAddr, Ipv6Addr},
    sync::Arc,
};

use axum::{
    extract::{Request, State},
    http::{StatusCode, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::served::Served;

/// Refuses a request that names us by a host name of somebody else.
pub async fn check(State(served): State<Arc<Served>>, request: Request, next: Next) -> Response {
    if host(&request).is_some_and(|host| is_ours(&host, &served)) {
        next.run(request).await
    } else {
        StatusCode::MISDIRECTED_REQUEST.into_response()
    }
}

/// The name that the request calls us by, without its port; `None` when there is none, or it is
/// no name.
pub(super) fn host(request: &Request) -> Option<String> {
    let header = request.headers().get(header::HOST);
    let named = request
        .uri()
        .authority()
        .map(|name| name.as_str())
        .or_else(|| header?.to_str().ok());
    named.and_then(without_port)
}

/// The host of `host` or `host:port`.
fn without_port(authority: &str) -> Option<String> {
    let authority = authority.parse::<Authority>().ok()?;
    if authority.as_str().contains('@') {
        return None;
    }
    let host = authority.host();
    // `127.0.0.1:80.example.com` has the host of an address, and is none.
    let rest = authority.as_str().strip_prefix(host)?;
    let has_port = |rest: &str| {
        rest.strip_prefix(':')
            .is_some_and(|port| port.parse::<u16>().is_ok())
    };
    (rest.is_empty() || has_port(rest)).then(|| host.to_owned())
}

/// Whether `host` is the public name, `localhost`, or an IP address.
fn is_ours(host: &str, served: &Served) -> bool {
    let v6 = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    match v6 {
        Some(v6) => v6.parse::<Ipv6Addr>().is_ok(),
        None => {
            host.eq_ignore_ascii_case("localhost")
                || host.parse::<IpAddr>().is_ok()
                || served.is_public_name(host)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_ours(authority: &str) -> bool {
        let served = Served {
            public_url: Some("https://backup.example.com".parse().unwrap()),
            ..Served::default()
        };
        without_port(authority).is_some_and(|host| super::is_ours(&host, &served))
    }

    #[test]
    fn localhost_addresses_and_the_public_name_are_ours_with_any_port() {
        for name in [
            "localhost",
            "LOCALHOST:8080",
            "127.0.0.1",
            "127.0.0.1:80",
            "[::1]:8080",
            "[::1]",
            "backup.example.com",
            "Backup.Example.COM:8443",
        ] {
            assert!(is_ours(name), "{name}");
        }
    }

    #[test]
    fn every_other_name_is_refused() {
        for name in [
            "127.0.0.1:80.example.com",
            "localhost:x",
            "",
            "rebind.example",
            "localhost.rebind.example",
            "127.0.0.1.rebind.example:8080",
            "x@localhost",
            "[rebind]",
            "localhost:80:80",
            "example.com",
            "www.backup.example.com",
            "backup.example.com.rebind.example",
            "backup.example.com@rebind.example",
            "backup.example.com:443:443",
        ] {
            assert!(!is_ours(name), "{name}");
        }
    }
}
