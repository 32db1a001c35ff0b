//! Whose names we answer to.
//!
//! There is no sign-in yet, so a page of somebody else must not be able to read ours. Browsers
//! keep origins apart by name; a name that its owner points at 127.0.0.1 after its page was
//! loaded (DNS rebinding) would make our pages part of that origin. So a request must name us
//! as `localhost` or by an IP address: neither can be pointed elsewhere by a stranger.

use std::net::{IpAddr, Ipv6Addr};

use axum::{
    extract::Request,
    http::{StatusCode, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// Refuses a request that names us by a host name of somebody else.
pub async fn check(request: Request, next: Next) -> Response {
    let header = request.headers().get(header::HOST);
    let named = request
        .uri()
        .authority()
        .map(|name| name.as_str())
        .or_else(|| header?.to_str().ok());
    if named.is_some_and(is_ours) {
        next.run(request).await
    } else {
        StatusCode::MISDIRECTED_REQUEST.into_response()
    }
}

/// Whether `authority` (`host` or `host:port`) is `localhost` or an IP address.
fn is_ours(authority: &str) -> bool {
    let Ok(authority) = authority.parse::<Authority>() else {
        return false;
    };
    if authority.as_str().contains('@') {
        return false;
    }
    let host = authority.host();
    // `127.0.0.1:80.example.com` has the host of an address, and is none.
    let port = authority.as_str().strip_prefix(host);
    let has_port = |rest: &str| {
        rest.strip_prefix(':')
            .is_some_and(|port| port.parse::<u16>().is_ok())
    };
    if !port.is_some_and(|rest| rest.is_empty() || has_port(rest)) {
        return false;
    }
    let v6 = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    match v6 {
        Some(v6) => v6.parse::<Ipv6Addr>().is_ok(),
        None => host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn localhost_and_addresses_are_ours_with_any_port() {
        for name in [
            "localhost",
            "LOCALHOST:8080",
            "127.0.0.1",
            "127.0.0.1:80",
            "[::1]:8080",
            "[::1]",
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
        ] {
            assert!(!is_ours(name), "{name}");
        }
    }
}
