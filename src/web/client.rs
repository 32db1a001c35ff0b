//! Who asks, as far as the network knows: from which address, and whether on the whole way
//! nobody could listen.
//!
//! A proxy tells this of its clients in headers that anybody can write, so they are believed from
//! the named proxies only. From everybody they are taken away here, that nothing behind can
//! believe them by mistake.

use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, FromRequestParts, Request, State},
    http::{Extensions, HeaderMap, Uri, header, request::Parts, uri::Authority},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{error::PageError, served::Served};
use crate::listen::TrustedProxies;

const FORWARDED_FOR: &str = "x-forwarded-for";
const FORWARDED_PROTO: &str = "x-forwarded-proto";
const FORWARDED_HOST: &str = "x-forwarded-host";
const FORWARDED: &str = "forwarded";
const REQUEST_ID: &str = "x-request-id";

/// How many proxies in a row are looked behind.
const MAX_PROXIES: usize = 16;

/// Who asks; an argument of a handler, and an extension of every request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    /// The address; an IPv4 address is never in its IPv6 form.
    pub address: IpAddr,
    /// Whether all of the way is encrypted, so that a cookie may be `Secure`.
    pub is_secure: bool,
}

impl Client {
    /// Whoever asks without a network: a test.
    const LOCAL: Self = Self {
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        is_secure: false,
    };

    /// The client of a request that passed [`identify`], by its extensions.
    pub(super) fn of(extensions: &Extensions) -> Self {
        let found = extensions.get::<Self>().copied();
        found.unwrap_or(Self::LOCAL)
    }
}

impl<S: Sync> FromRequestParts<S> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.extensions))
    }
}

/// Finds out who asks, and by which name we were called.
pub async fn identify(
    State(served): State<Arc<Served>>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = peer(&request);
    let is_trusted = served.trusted_proxies.contains(peer);
    let client = if is_trusted {
        let headers = request.headers();
        let client = Client {
            address: address(headers, peer, &served.trusted_proxies),
            is_secure: is_secure(headers).unwrap_or(served.is_tls),
        };
        take_name(&mut request);
        client
    } else {
        // A proxy's number of the request joins its log with ours; anybody else's is noise.
        request.headers_mut().remove(REQUEST_ID);
        Client {
            address: peer,
            is_secure: served.is_tls,
        }
    };
    for name in [FORWARDED_FOR, FORWARDED_PROTO, FORWARDED_HOST, FORWARDED] {
        request.headers_mut().remove(name);
    }
    request.extensions_mut().insert(client);
    next.run(request).await
}

/// Refuses who comes over the network in the clear and not through a named proxy: where we listen
/// for a proxy without TLS, others who find the port would send their password for all to read.
pub async fn refuse_in_the_clear(
    State(served): State<Arc<Served>>,
    request: Request,
    next: Next,
) -> Response {
    let peer = peer(&request);
    let may_be_plain = peer.is_loopback() || served.trusted_proxies.contains(peer);
    if may_be_plain || Client::of(request.extensions()).is_secure {
        return next.run(request).await;
    }
    PageError::BadRequest(
        "This connection is not encrypted, so nothing is shown on it. Open the address of the \
         proxy, which begins with https.",
    )
    .into_response()
}

/// Who is at the other end of the connection, be it a client or a proxy.
fn peer(request: &Request) -> IpAddr {
    let connected = request.extensions().get::<ConnectInfo<SocketAddr>>();
    connected.map_or(Client::LOCAL.address, |ConnectInfo(peer)| {
        peer.ip().to_canonical()
    })
}

/// The address nearest to us that is not a proxy's. Each proxy writes whom it was asked by behind
/// what it was told, so all to the left of a stranger is the stranger's own invention.
fn address(headers: &HeaderMap, peer: IpAddr, proxies: &TrustedProxies) -> IpAddr {
    let mut address = peer;
    for text in items_from_the_right(headers, FORWARDED_FOR).take(MAX_PROXIES) {
        // What is no address was not written by a proxy that does its work.
        let Some(before) = read_address(text) else {
            break;
        };
        address = before;
        if !proxies.contains(before) {
            break;
        }
    }
    address
}

/// Whether every proxy on the way was asked over TLS; `None` when none of them says.
fn is_secure(headers: &HeaderMap) -> Option<bool> {
    let mut schemes = items_from_the_right(headers, FORWARDED_PROTO).peekable();
    schemes.peek()?;
    Some(schemes.all(|scheme| scheme.eq_ignore_ascii_case(b"https")))
}

/// Gives the request the name that the nearest proxy was called by, where it says so: most
/// proxies call us by an address of their own configuration.
fn take_name(request: &mut Request) {
    let Some(name) = items_from_the_right(request.headers(), FORWARDED_HOST)
        .next()
        .and_then(|name| Authority::try_from(name).ok())
        .and_then(|name| name.as_str().parse().ok())
    else {
        return;
    };
    request.headers_mut().insert(header::HOST, name);
    // Over HTTP/2 the name stands in the address, before the header.
    if let Some(path) = request.uri().path_and_query().cloned() {
        *request.uri_mut() = Uri::from(path);
    }
}

/// The items of a list, which may be spread over several headers, the last first.
fn items_from_the_right<'a>(
    headers: &'a HeaderMap,
    name: &str,
) -> impl Iterator<Item = &'a [u8]> + use<'a> {
    headers
        .get_all(name)
        .iter()
        .rev()
        .flat_map(|value| value.as_bytes().rsplit(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
}

/// An address, which some proxies write with a port and some in brackets.
fn read_address(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?;
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
        .unwrap_or(text);
    let address = bare.parse::<IpAddr>().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    address
        .or_else(with_port)
        .map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests;
