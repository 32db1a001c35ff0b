//! Many simulated routers at once, and the handles by which tests and the demo move them.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use russh::keys::PublicKey;

use super::clock::Clock;
use super::fault::Fault;
use super::recordings::Recording;
use super::router::Router;
use super::server::Server;
use super::spec::RouterSpec;

/// Routers that run on the loopback address, each on a port of its own. Dropping it ends their
/// connections and closes their ports.
pub struct Fleet {
    routers: Vec<RunningRouter>,
}

/// One router that runs.
pub struct RunningRouter {
    /// Where it answers.
    pub addr: SocketAddr,
    server: Arc<Server>,
}

impl Fleet {
    /// Starts the routers, dated by the machine's clock, in the runtime it is called in.
    ///
    /// # Errors
    /// A port can not be opened.
    pub async fn start(specs: Vec<RouterSpec>) -> io::Result<Self> {
        Self::start_at(specs, Clock::system()).await
    }

    /// Starts the routers with a clock of their own.
    ///
    /// # Errors
    /// A port can not be opened.
    pub async fn start_at(specs: Vec<RouterSpec>, clock: Clock) -> io::Result<Self> {
        let routers = specs
            .into_iter()
            .map(|spec| Router::new(spec, None, clock.clone()));
        Self::run(routers.collect())
    }

    /// Starts one router for each recording. They have the account of `RouterSpec::new`, and
    /// the identity that is in the recording, or the recording's name.
    ///
    /// # Errors
    /// A port can not be opened.
    pub async fn replay(recordings: Vec<Recording>) -> io::Result<Self> {
        let routers = recordings.into_iter().zip(1..).map(|(recording, seed)| {
            let spec = RouterSpec::new(recording.name.clone(), seed);
            Router::new(spec, Some(recording), Clock::system())
        });
        Self::run(routers.collect())
    }

    fn run(routers: Vec<Router>) -> io::Result<Self> {
        // Those that were started are stopped when they are dropped, should a later one fail.
        let routers: io::Result<_> = routers.into_iter().map(RunningRouter::start).collect();
        Ok(Self { routers: routers? })
    }

    /// The routers, in the order in which they were asked for.
    #[must_use]
    pub fn routers(&self) -> &[RunningRouter] {
        &self.routers
    }
}

impl RunningRouter {
    fn start(router: Router) -> io::Result<Self> {
        let server = Server::open(Arc::new(router))?;
        Ok(Self {
            addr: server.gate().address(),
            server,
        })
    }

    fn router(&self) -> &Router {
        self.server.router()
    }

    /// What it was told to be.
    #[must_use]
    pub fn spec(&self) -> &RouterSpec {
        self.router().spec()
    }

    /// The illness it has now.
    #[must_use]
    pub fn fault(&self) -> Option<Fault> {
        self.router().fault()
    }

    /// Makes it ill or well, from the next connection or command on.
    ///
    /// # Errors
    /// Its port can not be opened again, for want of a socket.
    pub fn set_fault(&self, fault: Option<Fault>) -> io::Result<()> {
        self.router().set_fault(fault);
        self.server.apply_fault()
    }

    /// Lets the group of its account do these and nothing else, by the names of RouterOS, from the
    /// next login or command on.
    pub fn set_policies(&self, policies: &[&'static str]) {
        self.router().set_policies(policies);
    }

    /// Lets another key log in to its account.
    pub fn add_key(&self, key: PublicKey) {
        self.router().add_key(key);
    }

    /// Changes a few lines of its configuration, as an administrator would.
    pub fn change(&self) {
        self.router().change();
    }

    /// How often its configuration was changed.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.router().revision()
    }

    /// Serves exactly these bytes as the whole export from now on, header included.
    pub fn set_config(&self, export: Vec<u8>) {
        self.router().set_config(export);
    }

    /// The last export that was sent whole, byte for byte, without a sentinel behind it.
    #[must_use]
    pub fn sent_export(&self) -> Option<Vec<u8>> {
        self.router().last_sent()
    }

    /// How many TCP connections it took.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.router().counters.connections()
    }

    /// How many logins were tried, with whatever outcome: passwords and proven keys.
    #[must_use]
    pub fn login_attempts(&self) -> u64 {
        self.router().counters.login_attempts()
    }

    /// How many passwords it was shown.
    #[must_use]
    pub fn passwords_seen(&self) -> u64 {
        self.router().counters.passwords()
    }

    /// Ends the connections it has; new ones are taken.
    pub fn hang_up(&self) {
        self.server.hang_up();
    }

    /// Ends its connections and closes its port for good.
    pub fn stop(&self) {
        self.server.stop();
    }
}

impl Drop for RunningRouter {
    fn drop(&mut self) {
        self.stop();
    }
}
