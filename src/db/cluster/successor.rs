//! Joining the server of another program, and taking over when that program ends: what joined
//! it must not be left without a database.

use std::fs::File;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::fcntl::Flock;

use super::files::{self, Layout};
use super::keeper::{is_ready, pause};
use super::{ClusterError, Own, Place, START_TIMEOUT};

/// How often it is looked whether the other program has ended.
const WATCH_INTERVAL: Duration = Duration::from_millis(200);

/// The lock of the folder, or `None` once the server of the program that holds it is ready.
pub fn lock_or_wait(layout: &Layout) -> Result<Option<Flock<File>>, ClusterError> {
    let deadline = Instant::now() + START_TIMEOUT;
    while Instant::now() < deadline {
        if let Some(lock) = files::lock(&layout.lock)? {
            return Ok(Some(lock));
        }
        if is_ready(layout) {
            return Ok(None);
        }
        pause();
    }
    Err(ClusterError::OtherNotReady(layout.pgdata.clone()))
}

/// A thread that starts the server anew when the program that ran it has ended. Dropping it
/// stops the thread, and the server if it became ours.
#[derive(Debug)]
pub struct Successor {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Successor {
    /// Begins to watch.
    pub fn watch(place: Place) -> Result<Self, ClusterError> {
        let (stop, stopped) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("postgres-successor".to_owned())
            .spawn(move || succeed(&place, &stopped))
            .map_err(|error| ClusterError::NotStarted(error.to_string()))?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Successor {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("The watch over a joined PostgreSQL ended by a fault");
        }
    }
}

fn succeed(place: &Place, stopped: &Receiver<()>) {
    let mut own: Option<Own> = None;
    while stopped.recv_timeout(WATCH_INTERVAL) == Err(RecvTimeoutError::Timeout) {
        if own.is_none() {
            own = take_over(place);
        }
    }
}

fn take_over(place: &Place) -> Option<Own> {
    let started = files::lock(&place.layout.lock).and_then(|lock| match lock {
        Some(lock) => place.start(lock).map(Some),
        None => Ok(None),
    });
    match started {
        Ok(own) => {
            if own.is_some() {
                tracing::info!("The program that ran PostgreSQL has ended; it runs on from here");
            }
            own
        }
        Err(error) => {
            tracing::error!(%error, "The private PostgreSQL can not be taken over; trying again");
            None
        }
    }
}
