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
    runtime: Handle,
    state: Mutex<State>,
    opened: Notify,
}

enum State {
    Open(TcpListener),
    /// Bound, so that nobody else gets the port, but not listening: connections are refused.
    Closed {
        _held: TcpSocket,
    },
    /// For the moment between the two, and after an error.
    Lost,
}

impl Gate {
    /// Opens a port that the system chooses. Must be called within a runtime.
    pub(in crate::demo) fn open_any() -> io::Result<Self> {
        let socket = bound((Ipv4Addr::LOCALHOST, 0).into())?;
        let listener = socket.listen(BACKLOG)?;
        Ok(Self {
            address: listener.local_addr()?,
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
    pub(in crate::demo) fn close(&self) -> io::Result<()> {
        let mut state = self.state();
        if matches!(*state, State::Closed { .. }) {
            return Ok(());
        }
        *state = State::Lost;
        *state = State::Closed {
            _held: bound(self.address)?,
        };
        Ok(())
    }

    /// Accepts connections from now on.
    pub(in crate::demo) fn open(&self) -> io::Result<()> {
        let mut state = self.state();
        if matches!(*state, State::Open(_)) {
            return Ok(());
        }
        let _entered = self.runtime.enter();
        *state = State::Lost;
        *state = State::Open(bound(self.address)?.listen(BACKLOG)?);
        self.opened.notify_one();
        Ok(())
    }

    /// The next connection; waits while the port is closed.
    pub(super) async fn accept(&self) -> io::Result<TcpStream> {
        loop {
            let accepted = poll_fn(|context| match &*self.state() {
                State::Open(listener) => listener.poll_accept(context),
                State::Closed { .. } | State::Lost => Poll::Pending,
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
    socket.bind(address)?;
    Ok(socket)
}
