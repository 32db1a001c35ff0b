//! Lets connections in: each takes a slot, and is watched for as long as it has it.

use std::future::{Ready, ready};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum_server::accept::Accept;
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::Limits;
use super::proxies::TrustedProxies;
use super::slots::{Refusal, Slots};
use super::watched::Watched;

/// How often the log says at most that connections are refused: it must not grow by the will of
/// whoever opens them.
const SAY_INTERVAL: Duration = Duration::from_mins(1);

/// What every connection passes; cheap to clone.
#[derive(Clone)]
pub struct Door {
    slots: Slots,
    idle: Duration,
    said_at: Arc<Mutex<Option<Instant>>>,
}

impl Door {
    pub fn new(limits: &Limits, trusted: TrustedProxies) -> Self {
        Self {
            slots: Slots::new(limits.connections, limits.per_address, trusted),
            idle: limits.idle,
            said_at: Arc::default(),
        }
    }

    fn admit(&self, stream: TcpStream) -> io::Result<Watched<TcpStream>> {
        let address = stream.peer_addr()?.ip();
        let slot = self.slots.take(address).map_err(|refusal| {
            self.say(refusal, address);
            io::Error::from(io::ErrorKind::ConnectionRefused)
        })?;
        // What moves on a page is sent in small pieces that must not wait for each other.
        stream.set_nodelay(true)?;
        Ok(Watched::new(stream, self.idle, slot))
    }

    fn say(&self, refusal: Refusal, address: std::net::IpAddr) {
        let mut said_at = self.said_at.lock().unwrap_or_else(PoisonError::into_inner);
        if said_at.is_some_and(|at| at.elapsed() < SAY_INTERVAL) {
            return;
        }
        *said_at = Some(Instant::now());
        match refusal {
            Refusal::Full => tracing::warn!(
                %address,
                "There are as many connections to the pages as there may be; more are closed"
            ),
            Refusal::Greedy => tracing::warn!(
                %address,
                "An address has as many connections to the pages as one may have; more are \
                 closed. If it is a proxy, name it by --trusted-proxy"
            ),
        }
    }
}

impl<S> Accept<TcpStream, S> for Door {
    type Stream = Watched<TcpStream>;
    type Service = S;
    type Future = Ready<io::Result<(Self::Stream, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        ready(self.admit(stream).map(|stream| (stream, service)))
    }
}
