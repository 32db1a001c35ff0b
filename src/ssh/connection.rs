//! Opening a connection: resolve, connect, shake hands, check the host key.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use russh::Names;
use russh::client::{self, Handle};
use russh::keys::PublicKeyOrCertificate;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::algorithms;
use super::error::{SshError, Stage};
use super::host_key::{HostKey, Recognition, recognise};
use super::severable::Severable;

/// Whom to connect to.
#[derive(Debug, Clone)]
pub struct Peer {
    /// Host name or IP address.
    pub address: String,
    pub port: u16,
    /// Whether weak algorithms may be used.
    pub legacy_ssh: bool,
    /// The trusted host keys, at most one of each type.
    pub pinned: Vec<HostKey>,
    /// For resolving, connecting and shaking hands together.
    pub connect_timeout: Duration,
}

/// An open connection; dropping it cuts it.
pub struct Connection {
    pub(super) handle: Handle<Handler>,
    host_key: HostKey,
    is_new_key: bool,
    algorithms: String,
    pub(super) timeout: Duration,
    _cut_on_drop: DropGuard,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection")
            .field("host_key", &self.host_key.fingerprint)
            .finish_non_exhaustive()
    }
}

impl Connection {
    /// Connects, and checks the host key; nothing of ours has been sent but algorithm names.
    ///
    /// # Errors
    /// [`SshError`]: not resolved, not reached, timed out, no algorithm in common, another host
    /// key than the pinned one of its type, or no proper SSH.
    pub async fn open(peer: &Peer) -> Result<Self, SshError> {
        let deadline = Instant::now() + peer.connect_timeout;
        let timeout = |stage| SshError::Timeout {
            stage,
            after: peer.connect_timeout,
        };
        let addresses = timeout_at(deadline, resolve(peer))
            .await
            .map_err(|_| timeout(Stage::Resolve))??;
        let stream = timeout_at(deadline, connect(peer, &addresses))
            .await
            .map_err(|_| timeout(Stage::Connect))??;
        timeout_at(deadline, shake_hands(peer, stream))
            .await
            .map_err(|_| timeout(Stage::Handshake))?
    }

    /// The host key that the device showed.
    #[must_use]
    pub fn host_key(&self) -> &HostKey {
        &self.host_key
    }

    /// Whether it is the first of its type, to be pinned.
    #[must_use]
    pub fn is_new_key(&self) -> bool {
        self.is_new_key
    }

    /// Key exchange, cipher and MAC, as names.
    #[must_use]
    pub fn algorithms(&self) -> &str {
        &self.algorithms
    }

    /// Says good-bye, so that the router logs an orderly end. What goes wrong here is of no
    /// consequence: the connection is cut when this is dropped.
    pub async fn close(self) {
        let farewell = self
            .handle
            .disconnect(russh::Disconnect::ByApplication, "done", "en");
        if let Ok(Err(error)) = tokio::time::timeout(Duration::from_secs(1), farewell).await {
            tracing::debug!(%error, "The farewell was not sent");
        }
    }
}

async fn resolve(peer: &Peer) -> Result<Vec<SocketAddr>, SshError> {
    let failed = |source| SshError::Resolve {
        host: peer.address.clone(),
        source,
    };
    if let Ok(ip) = peer.address.parse() {
        return Ok(vec![SocketAddr::new(ip, peer.port)]);
    }
    let addresses: Vec<_> = tokio::net::lookup_host((peer.address.as_str(), peer.port))
        .await
        .map_err(failed)?
        .collect();
    if addresses.is_empty() {
        return Err(failed(std::io::ErrorKind::NotFound.into()));
    }
    Ok(addresses)
}

/// One connection: further addresses are tried only where the one before did not connect.
async fn connect(peer: &Peer, addresses: &[SocketAddr]) -> Result<TcpStream, SshError> {
    TcpStream::connect(addresses)
        .await
        .map_err(|source| SshError::Connect {
            address: format!("{} port {}", peer.address, peer.port),
            source,
        })
}

async fn shake_hands(peer: &Peer, stream: TcpStream) -> Result<Connection, SshError> {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY could not be set");
    }
    let token = CancellationToken::new();
    let guard = token.clone().drop_guard();
    let seen = Arc::new(Mutex::new(Seen::default()));
    let handler = Handler {
        pinned: peer.pinned.clone(),
        seen: Arc::clone(&seen),
    };
    let config = algorithms::client_config(peer.legacy_ssh);
    let result = client::connect_stream(config, Severable::new(stream, token), handler).await;
    let seen = std::mem::take(&mut *lock(&seen));
    if let (Some(key), Some(Recognition::Changed { pinned })) = (&seen.key, &seen.recognition) {
        return Err(SshError::HostKeyChanged {
            pinned: Box::new(pinned.clone()),
            seen: Box::new(key.clone()),
        });
    }
    let handle = result.map_err(|error| SshError::from_handshake(error, peer.legacy_ssh))?;
    let host_key = seen
        .key
        .ok_or_else(|| SshError::Protocol("no host key was shown".to_owned()))?;
    Ok(Connection {
        handle,
        is_new_key: seen.recognition == Some(Recognition::New),
        host_key,
        algorithms: seen.algorithms,
        timeout: peer.connect_timeout,
        _cut_on_drop: guard,
    })
}

/// What was seen during the handshake.
#[derive(Default)]
struct Seen {
    key: Option<HostKey>,
    recognition: Option<Recognition>,
    algorithms: String,
}

fn lock(seen: &Mutex<Seen>) -> std::sync::MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Decides on the host key, before anything is sent that it should not have.
pub struct Handler {
    pinned: Vec<HostKey>,
    seen: Arc<Mutex<Seen>>,
}

impl client::Handler for Handler {
    type Error = russh::Error;

    async fn check_server_key(
        &mut self,
        shown: &PublicKeyOrCertificate,
    ) -> Result<bool, russh::Error> {
        let PublicKeyOrCertificate::PublicKey { key, .. } = shown else {
            // Never offered by us, so never accepted.
            return Ok(false);
        };
        let Some(key) = HostKey::from_public_key(key) else {
            return Ok(false);
        };
        let recognition = recognise(&key, &self.pinned);
        let accepted = !matches!(recognition, Recognition::Changed { .. });
        let mut seen = lock(&self.seen);
        seen.key = Some(key);
        seen.recognition = Some(recognition);
        Ok(accepted)
    }

    async fn kex_done(
        &mut self,
        _shared_secret: Option<&[u8]>,
        names: &Names,
        _session: &mut client::Session,
    ) -> Result<(), russh::Error> {
        lock(&self.seen).algorithms = format!(
            "{}, {}, {}",
            names.kex.as_ref(),
            names.cipher.as_ref(),
            names.client_mac.as_ref()
        );
        Ok(())
    }
}
