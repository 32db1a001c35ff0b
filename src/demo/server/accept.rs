//! Takes connections in, and answers those that never come to be SSH sessions.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::Duration;

use russh::server::{Config, run_stream};
use tokio::io::{AsyncWriteExt, copy, sink};
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::algorithms::{self, SSH_ID};
use super::gate::Gate;
use super::handler::Connection;
use super::keys;
use super::wire::{Scissors, Wire};
use crate::demo::fault::Fault;
use crate::demo::router::SharedRouter;
use crate::demo::spec::{Algorithms, HostKeyKind};

/// How many connections a router has at most, as `/ip service` does by default (`max-sessions`).
const MAX_SESSIONS: usize = 20;
/// How long to wait when a connection can not be taken in, for want of file descriptors, say.
const PAUSE: Duration = Duration::from_millis(50);

/// What the SSH settings of a router depend on; the last says whether the host key is another.
type ConfigKey = (Algorithms, HostKeyKind, bool);

/// A router on its port.
pub(in crate::demo) struct Server {
    router: SharedRouter,
    gate: Gate,
    stopped: CancellationToken,
    /// Ends the connections there are; another one takes its place for those to come.
    hung_up: StdMutex<CancellationToken>,
    sessions: AtomicUsize,
    configs: Mutex<HashMap<ConfigKey, Arc<Config>>>,
}

impl Server {
    /// Opens a port of its own and serves it until stopped.
    pub(in crate::demo) fn open(router: SharedRouter) -> io::Result<Arc<Self>> {
        let stopped = CancellationToken::new();
        let server = Arc::new(Self {
            gate: Gate::open_any()?,
            hung_up: StdMutex::new(stopped.child_token()),
            router,
            stopped,
            sessions: AtomicUsize::new(0),
            configs: Mutex::default(),
        });
        server.apply_fault()?;
        tokio::spawn(Arc::clone(&server).serve());
        Ok(server)
    }

    pub(in crate::demo) fn router(&self) -> &SharedRouter {
        &self.router
    }

    pub(in crate::demo) fn gate(&self) -> &Gate {
        &self.gate
    }

    /// Opens or closes the port, as the router's fault wants it.
    pub(in crate::demo) fn apply_fault(&self) -> io::Result<()> {
        if self.router.fault() == Some(Fault::Refuse) {
            self.gate.close();
            return Ok(());
        }
        self.gate.open()
    }

    /// Ends all connections there are.
    pub(in crate::demo) fn hang_up(&self) {
        let mut current = self.hung_up.lock().unwrap_or_else(PoisonError::into_inner);
        current.cancel();
        *current = self.stopped.child_token();
    }

    /// Ends all connections and refuses new ones, for ever.
    pub(in crate::demo) fn stop(&self) {
        self.stopped.cancel();
        self.gate.close();
    }

    async fn serve(self: Arc<Self>) {
        loop {
            let accepted = tokio::select! {
                () = self.stopped.cancelled() => return,
                accepted = self.gate.accept() => accepted,
            };
            match accepted {
                Ok(tcp) => {
                    tokio::spawn(Arc::clone(&self).connection(tcp));
                }
                Err(error) => {
                    warn!(%error, "A simulated router cannot take a connection in");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    async fn connection(self: Arc<Self>, tcp: TcpStream) {
        let number = self.router.counters.connection();
        let hung_up = self.current_token();
        if self.sessions.fetch_add(1, Ordering::Relaxed) < MAX_SESSIONS {
            let ended = self.converse(tcp, number, &hung_up).await;
            if let Err(error) = ended {
                // Clients come and go as they like, and faults are meant to end badly.
                debug!(%error, "A connection to a simulated router ended");
            }
        }
        self.sessions.fetch_sub(1, Ordering::Relaxed);
    }

    fn current_token(&self) -> CancellationToken {
        let current = self.hung_up.lock().unwrap_or_else(PoisonError::into_inner);
        current.clone()
    }

    async fn converse(
        &self,
        mut tcp: TcpStream,
        number: u64,
        hung_up: &CancellationToken,
    ) -> Result<(), russh::Error> {
        let fault = self.router.fault();
        match fault {
            Some(Fault::Refuse) => reset(tcp),
            Some(Fault::Flap) if number == 1 => reset(tcp),
            Some(Fault::HangAccept) => listen_only(tcp, hung_up).await,
            Some(Fault::HangKex) => {
                tcp.write_all(format!("{SSH_ID}\r\n").as_bytes()).await?;
                listen_only(tcp, hung_up).await
            }
            Some(Fault::BannerGarbage) => {
                tcp.write_all(b"\x00\xff\x01HTTP/1.0 400 Bad Request\r\n\r\n")
                    .await?;
                tcp.shutdown().await?;
                // Reading on keeps the answer from being lost in a reset.
                listen_only(tcp, hung_up).await
            }
            _ => self.ssh(tcp, fault, hung_up.clone()).await,
        }
    }

    async fn ssh(
        &self,
        tcp: TcpStream,
        fault: Option<Fault>,
        hung_up: CancellationToken,
    ) -> Result<(), russh::Error> {
        tcp.set_nodelay(true)?;
        let config = self.config(fault).await?;
        let scissors = Scissors::default();
        let distance = self.router.spec().round_trip;
        let wire = Wire::new(tcp, distance, scissors.clone(), hung_up.clone());
        let connection = Connection::new(SharedRouter::clone(&self.router), scissors, hung_up);
        run_stream(config, wire, connection).await?.await
    }

    /// The SSH settings under this fault, made when they are first needed.
    async fn config(&self, fault: Option<Fault>) -> Result<Arc<Config>, russh::Error> {
        let spec = self.router.spec();
        let algorithms = match fault {
            Some(Fault::LegacyOnly) => Algorithms::LegacyOnly,
            _ => spec.algorithms,
        };
        // The old algorithms know no Ed25519.
        let kind = match algorithms {
            Algorithms::LegacyOnly => HostKeyKind::Rsa,
            Algorithms::OfVersion => spec.host_key,
        };
        let is_changed = fault == Some(Fault::ChangedHostKey);
        let mut configs = self.configs.lock().await;
        let key = (algorithms, kind, is_changed);
        if let Some(config) = configs.get(&key) {
            return Ok(Arc::clone(config));
        }
        let host_key = keys::host_key(kind, spec.seed, is_changed).await?;
        let config = algorithms::config(spec.version, algorithms, spec.auth, host_key);
        let config = Arc::new(config);
        configs.insert(key, Arc::clone(&config));
        Ok(config)
    }
}

fn reset(tcp: TcpStream) -> Result<(), russh::Error> {
    tcp.set_zero_linger()?;
    Ok(())
}

/// Reads what the client says, and says nothing, until the client goes.
async fn listen_only(mut tcp: TcpStream, hung_up: &CancellationToken) -> Result<(), russh::Error> {
    let mut ignored = sink();
    let heard = hung_up.run_until_cancelled(copy(&mut tcp, &mut ignored));
    heard.await.transpose()?;
    Ok(())
}
