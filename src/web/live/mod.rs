//! Pages that move: the block that moves is sent by server-sent events whenever it looks
//! different, for as long as anything goes on.
//!
//! One watcher a block, shared by all who look at it and may see and do the same: it asks the database once a second
//! whether anything moved, draws the block only then, and ends with its last viewer. A stream
//! ends with what it shows, with the program, and in any case after some minutes (the browser
//! comes back by itself), so that nothing is held for somebody who is gone.

mod block;
mod moving;

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use axum::response::{
    IntoResponse, Response,
    sse::{Event, KeepAlive, Sse},
};
use futures_util::{Stream, StreamExt as _, stream};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::{self, Instant, MissedTickBehavior},
};
use tokio_util::sync::CancellationToken;

pub use block::Block;
pub use moving::{Moves, Moving, Pace, answer, draw};

use super::{error::PageError, guard::SignedIn, state::AppState};
use crate::db::pages::Movement;
use crate::model::{Rights, Scope};

/// How often a watcher asks whether anything moved.
const ASK_INTERVAL: Duration = Duration::from_secs(1);
/// How long the database may take to answer it.
const ASK_TIMEOUT: Duration = Duration::from_secs(10);
/// How long one stream lasts at most.
const MAX_STREAM: Duration = Duration::from_secs(5 * 60);
/// How often an idle stream shows that it is alive; proxies cut silent ones after a minute.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How many streams may be open at once; who comes later asks every few seconds instead.
const MAX_STREAMS: usize = 200;
/// What the one too many is told.
const TOO_MANY: &str =
    "Too many pages move at once; this one moves every ten seconds until others are closed.";

/// A block as it looked at one time.
#[derive(Debug, Clone)]
struct Frame {
    html: Arc<str>,
    /// Whether it will look like this for ever.
    is_last: bool,
}

impl Frame {
    /// The block, which htmx swaps in; behind the last one the event that ends the connection.
    fn events(&self) -> impl Iterator<Item = Event> + use<> {
        let ended = self
            .is_last
            .then(|| Event::default().event("ended").data("ended"));
        [Event::default().data(&self.html)].into_iter().chain(ended)
    }
}

/// What a watcher draws. Equal ones look the same to everybody, so a block of a page must show
/// nothing of its viewer but what follows from these.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct View {
    block: Block,
    rights: Rights,
    scope: Scope,
}

impl View {
    fn of(block: Block, person: &SignedIn) -> Self {
        Self {
            block,
            rights: person.rights,
            scope: person.scope.clone(),
        }
    }
}

/// The latest frame; `None` until the first is drawn.
type Frames = watch::Sender<Option<Frame>>;

/// The streams that are open, and their watchers; cheap to clone.
#[derive(Clone)]
pub struct Live(Arc<Shared>);

struct Shared {
    state: AppState,
    stop: CancellationToken,
    slots: Arc<Semaphore>,
    /// Owned by the watchers: one that ended in whatever way closes its channel, and so the
    /// streams behind it.
    watched: Mutex<HashMap<View, Weak<Frames>>>,
}

impl Live {
    /// Streams that end at `stop`.
    pub fn new(state: AppState, stop: CancellationToken) -> Self {
        Self(Arc::new(Shared {
            state,
            stop,
            slots: Arc::new(Semaphore::new(MAX_STREAMS)),
            watched: Mutex::default(),
        }))
    }

    /// A stream of what `block` looks like, beginning with how it looks now.
    pub async fn open(&self, block: Block, person: SignedIn) -> Result<Response, PageError> {
        let slot = Arc::clone(&self.0.slots)
            .try_acquire_owned()
            .map_err(|_| PageError::Busy(TOO_MANY))?;
        // Says here, and not in the middle of a stream, that there is nothing to watch.
        block.movement(&self.0.state, &person).await?;
        let viewer = Viewer {
            frames: self.join(block, person),
            until: Instant::now() + MAX_STREAM,
            stop: self.0.stop.clone(),
            _slot: slot,
        };
        let events = viewer
            .frames()
            .flat_map(|frame| stream::iter(frame.events().map(Ok::<_, Infallible>)));
        let stream = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
        // Understood by nginx, which would otherwise collect the events until its buffer is full.
        Ok(([("x-accel-buffering", "no")], stream).into_response())
    }

    fn watched(&self) -> MutexGuard<'_, HashMap<View, Weak<Frames>>> {
        self.0
            .watched
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Joins those to whom a block looks the same; the first of them starts its watcher.
    fn join(&self, block: Block, person: SignedIn) -> watch::Receiver<Option<Frame>> {
        let view = View::of(block, &person);
        let mut watched = self.watched();
        let running = watched.get(&view).and_then(Weak::upgrade);
        let mut viewer = match running {
            Some(frames) => frames.subscribe(),
            None => {
                watched.retain(|_, frames| frames.strong_count() > 0);
                let (frames, viewer) = watch::channel(None);
                let frames = Arc::new(frames);
                watched.insert(view.clone(), Arc::downgrade(&frames));
                tokio::spawn(self.clone().watch(view, person, frames));
                viewer
            }
        };
        // What is there already is new to this viewer.
        viewer.mark_changed();
        viewer
    }

    /// Draws a block whenever something moved, until it has ended or nobody looks. `person` is one
    /// of those to whom it looks the same.
    async fn watch(self, view: View, person: SignedIn, frames: Arc<Frames>) {
        let block = &view.block;
        let mut ticks = time::interval(ASK_INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut last_seen = None;
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = frames.closed() => if self.leave(&view, &frames) { return },
            }
            let looking = time::timeout(ASK_TIMEOUT, self.look(block, &person, &mut last_seen));
            match looking.await {
                Ok(Ok(None)) => {}
                Ok(Ok(Some(frame))) => {
                    let is_last = frame.is_last;
                    frames.send_replace(Some(frame));
                    if is_last {
                        return;
                    }
                }
                Ok(Err(error)) => {
                    tracing::warn!(?block, %error, "A moving page can not be drawn; its viewers come back");
                    return;
                }
                Err(_) => {
                    tracing::warn!(?block, "A moving page took too long; its viewers come back");
                    return;
                }
            }
        }
    }

    /// Forgets a block that nobody looks at; `false` when somebody came in between.
    fn leave(&self, view: &View, frames: &Frames) -> bool {
        let mut watched = self.watched();
        let nobody = frames.receiver_count() == 0;
        if nobody {
            watched.remove(view);
        }
        nobody
    }

    /// The block as it looks now; `None` when nothing moved since `last_seen`.
    async fn look(
        &self,
        block: &Block,
        person: &SignedIn,
        last_seen: &mut Option<Movement>,
    ) -> Result<Option<Frame>, PageError> {
        let movement = block.movement(&self.0.state, person).await?;
        if *last_seen == Some(movement) {
            return Ok(None);
        }
        let html = block.draw(&self.0.state, person).await?.into();
        *last_seen = Some(movement);
        Ok(Some(Frame {
            html,
            is_last: movement.has_ended,
        }))
    }
}

/// One open stream.
struct Viewer {
    frames: watch::Receiver<Option<Frame>>,
    until: Instant,
    stop: CancellationToken,
    _slot: OwnedSemaphorePermit,
}

impl Viewer {
    /// Every frame from now on; a viewer that is slow misses some, and never the latest.
    fn frames(self) -> impl Stream<Item = Frame> {
        stream::unfold(Some(self), |viewer| async move {
            let mut viewer = viewer?;
            let frame = viewer.next().await?;
            let rest = (!frame.is_last).then_some(viewer);
            Some((frame, rest))
        })
    }

    async fn next(&mut self) -> Option<Frame> {
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return None,
                () = time::sleep_until(self.until) => return None,
                changed = self.frames.changed() => changed.ok()?,
            }
            let frame = self.frames.borrow_and_update().clone();
            if frame.is_some() {
                return frame;
            }
        }
    }
}
