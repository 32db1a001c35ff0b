//! Where requests come in: one TCP port, with TLS or without, that slow and greedy clients can not
//! keep to themselves.
//!
//! It knows no pages: it takes a router and gives each request the address of its peer
//! (`ConnectInfo<SocketAddr>`). What proxies say of the address is the pages' business
//! (`web::client`); here they only count as many clients.

mod certificate;
mod door;
mod proxies;
mod slots;
mod watched;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum_server::tls_rustls::RustlsAcceptor;
use axum_server::{Handle, Server};
use futures_util::future::Either;
use hyper_util::rt::TokioTimer;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub use certificate::{Certificate, CertificateError, POLL_INTERVAL};
use door::Door;
pub use proxies::{ProxyError, TrustedProxies};

/// How many bytes of a request's head, and of an answer that waits to be sent, one HTTP/1
/// connection may hold. A head has an address, a cookie and what the browser says of itself.
const HTTP1_BUFFER_BYTES: usize = 64 * 1024;
/// How many bytes of bodies an HTTP/2 client may send ahead, in one stream: a form, at its largest.
const HTTP2_STREAM_BYTES: u32 = 64 * 1024;
/// The same, over all streams of one connection.
const HTTP2_CONNECTION_BYTES: u32 = 4 * HTTP2_STREAM_BYTES;
/// How many requests of one HTTP/2 connection are answered at the same time.
const HTTP2_STREAMS: u32 = 100;

/// How long a client may take and how much of the server it may have.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How long the TLS handshake may take.
    pub handshake: Duration,
    /// How long a request's head may take over HTTP/1; also how long a connection may wait for its
    /// next request.
    pub head: Duration,
    /// How long a connection may live on which nothing is sent in either direction. Longer than a
    /// page may take to be made, and than the keep-alive of a page that moves.
    pub idle: Duration,
    /// How long requests may still be answered after the stop; one that is only half sent would
    /// otherwise hold it up.
    pub last_answers: Duration,
    /// How many connections there may be.
    pub connections: usize,
    /// How many of them one address may have (of IPv6, one network of 64 bits, which is what one
    /// customer of a provider gets). A trusted proxy may have all.
    pub per_address: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(30),
            idle: Duration::from_mins(1),
            last_answers: Duration::from_secs(2),
            connections: 1024,
            per_address: 128,
        }
    }
}

/// A port that is open, and how requests are taken from it.
pub struct Listening {
    pub listener: TcpListener,
    /// For HTTPS; plain HTTP without.
    pub certificate: Option<Certificate>,
    pub trusted_proxies: TrustedProxies,
    pub limits: Limits,
}

impl Listening {
    /// Answers requests by `router`, over HTTP/1.1 and HTTP/2, until `stop`; then finishes what
    /// was begun, for as long as the limits say.
    ///
    /// # Errors
    /// When the port can no longer be listened on.
    pub async fn serve(self, router: Router, stop: CancellationToken) -> io::Result<()> {
        let limits = self.limits;
        let door = Door::new(&limits, self.trusted_proxies);
        let handle = Handle::<SocketAddr>::new();
        let mut server = Server::<SocketAddr>::from_listener(self.listener).handle(handle.clone());
        bound(&mut server, &limits);
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let serving = match self.certificate {
            Some(certificate) => {
                let tls = RustlsAcceptor::new(certificate.config())
                    .handshake_timeout(limits.handshake)
                    .acceptor(door);
                Either::Left(server.acceptor(tls).serve(service))
            }
            None => Either::Right(server.acceptor(door).serve(service)),
        };
        tokio::pin!(serving);
        tokio::select! {
            served = &mut serving => return served,
            () = stop.cancelled() => handle.graceful_shutdown(Some(limits.last_answers)),
        }
        serving.await
    }
}

/// Sets the deadlines and the bounds of memory. No pings over HTTP/2: their answers would keep a
/// connection alive that nobody uses.
fn bound(server: &mut Server<SocketAddr>, limits: &Limits) {
    let builder = server.http_builder();
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(HTTP1_BUFFER_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .initial_stream_window_size(HTTP2_STREAM_BYTES)
        .initial_connection_window_size(HTTP2_CONNECTION_BYTES)
        .max_concurrent_streams(HTTP2_STREAMS);
}
