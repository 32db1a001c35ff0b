//! The port of a router, which can be closed and opened again without losing its number. Both
//! take effect before the call returns, so that a test needs to wait for nothing.

use std::future::poll_fn;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::Notify;

/// How many connections wait to be accepted.
const BACKLOG: u32 = 64;

/// A port on the loopback address.
pub(in crate::demo) struct Gate {
    address: SocketAddr,
    /// Bound and never listening: keeps the port ours while no listener has it. Both share the
    /// port by SO_REUSEPORT, which the system grants to sockets of one user only.
    _held: TcpSocket,
    runtime: Handle,
    state: Mutex<State>,
    opened: Notify,
}

enum State {
    Open(TcpListener),
    /// Connections are refused.
    Closed,
}

impl Gate {
    /// Opens a port that the system chooses. Must be called within a runtime.
    pub(in crate::demo) fn open_any() -> io::Result<Self> {
        let held = bound((Ipv4Addr::LOCALHOST, 0).into())?;
        let address = held.local_addr()?;
        let listener = bound(address)?.listen(BACKLOG)?;
        Ok(Self {
            address,
            _held: held,
            runtime: Handle::current(),
            state: Mutex::new(State::Open(listener)),
            opened: Notify::new(),
        })
    }

    pub(in crate::demo) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Every method leaves the state whole, whatever happened to another thread.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Refuses connections from now on.
    pub(in crate::demo) fn close(&self) {
        *self.state() = State::Closed;
    }

    /// Accepts connections from now on.
    ///
    /// # Errors
    /// When the system has no socket left.
    pub(in crate::demo) fn open(&self) -> io::Result<()> {
        let mut state = self.state();
        if matches!(*state, State::Open(_)) {
            return Ok(());
        }
        let _entered = self.runtime.enter();
        *state = State::Open(bound(self.address)?.listen(BACKLOG)?);
        self.opened.notify_one();
        Ok(())
    }

    /// The next connection; waits while the port is closed.
    pub(super) async fn accept(&self) -> io::Result<TcpStream> {
        loop {
            let accepted = poll_fn(|context| match &*self.state() {
                State::Open(listener) => listener.poll_accept(context),
                State::Closed => Poll::Pending,
            });
            tokio::select! {
                accepted = accepted => return accepted.map(|(stream, _)| stream),
                () = self.opened.notified() => {}
            }
        }
    }
}

fn bound(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.set_reuseport(true)?;
    socket.bind(address)?;
    Ok(socket)
}
