//! The wire of a connection: the TCP stream made as long as the router is far away, with a
//! switch that cuts it. Bytes arrive in order and half a round trip late, each way; how many are
//! on their way is bounded, not how fast they go.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// How many bytes are on their way at most, each way.
const MAX_IN_FLIGHT: usize = 1024 * 1024;
/// How many bytes are read from the socket at once.
const READ_BYTES: usize = 16 * 1024;

/// Cuts a wire when what was written so far has gone out.
#[derive(Debug, Clone, Default)]
pub(super) struct Scissors(Arc<AtomicBool>);

impl Scissors {
    pub(super) fn cut(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_cut(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A TCP stream over a distance.
pub(super) struct Wire {
    tcp: TcpStream,
    half_trip: Duration,
    /// When the client's `connect` would have returned: a round trip after it did.
    connected_at: Instant,
    inbound: Line,
    outbound: Line,
    timer: Pin<Box<Sleep>>,
    scissors: Scissors,
    hung_up: Pin<Box<WaitForCancellationFutureOwned>>,
}

/// Bytes on their way, with the time they arrive.
#[derive(Default)]
struct Line {
    chunks: VecDeque<(Instant, Vec<u8>)>,
    /// How much of the first chunk has gone.
    offset: usize,
    in_flight: usize,
    is_ended: bool,
}

impl Line {
    fn push(&mut self, at: Instant, bytes: &[u8]) {
        self.in_flight += bytes.len();
        self.chunks.push_back((at, bytes.to_vec()));
    }

    /// What has arrived; empty when nothing has.
    fn arrived(&self, now: Instant) -> &[u8] {
        match self.chunks.front() {
            Some((at, bytes)) if *at <= now => &bytes[self.offset..],
            _ => &[],
        }
    }

    fn consume(&mut self, count: usize) {
        self.in_flight -= count;
        self.offset += count;
        if self
            .chunks
            .front()
            .is_some_and(|(_, bytes)| bytes.len() == self.offset)
        {
            self.chunks.pop_front();
            self.offset = 0;
        }
    }

    fn next_at(&self) -> Option<Instant> {
        self.chunks.front().map(|(at, _)| *at)
    }
}

impl Wire {
    pub(super) fn new(
        tcp: TcpStream,
        round_trip: Duration,
        scissors: Scissors,
        hung_up: CancellationToken,
    ) -> Self {
        let now = Instant::now();
        Self {
            tcp,
            half_trip: round_trip / 2,
            connected_at: now + round_trip,
            inbound: Line::default(),
            outbound: Line::default(),
            timer: Box::pin(sleep_until(now)),
            scissors,
            hung_up: Box::pin(hung_up.cancelled_owned()),
        }
    }

    fn is_short(&self) -> bool {
        self.half_trip.is_zero()
    }

    /// Sends what is due. Ready when nothing is on its way any more.
    fn poll_send(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let due = self.outbound.arrived(Instant::now());
            if due.is_empty() {
                return match self.outbound.next_at() {
                    None => Poll::Ready(Ok(())),
                    Some(at) => self.poll_timer(at, context),
                };
            }
            let count = ready!(Pin::new(&mut self.tcp).poll_write(context, due))?;
            self.outbound.consume(count);
        }
    }

    /// Takes in what has come to this end of the socket, as long as there is room.
    fn poll_receive(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        let mut buffer = [0; READ_BYTES];
        while !self.inbound.is_ended && self.inbound.in_flight < MAX_IN_FLIGHT {
            let mut read = ReadBuf::new(&mut buffer);
            match Pin::new(&mut self.tcp).poll_read(context, &mut read)? {
                Poll::Pending => break,
                Poll::Ready(()) if read.filled().is_empty() => self.inbound.is_ended = true,
                Poll::Ready(()) => {
                    let at = Instant::now().max(self.connected_at) + self.half_trip;
                    self.inbound.push(at, read.filled());
                }
            }
        }
        Ok(())
    }

    /// Wakes the task when the next bytes are due, in whichever direction.
    fn poll_timer<T>(&mut self, at: Instant, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        let earlier = [self.inbound.next_at(), self.outbound.next_at()];
        let at = earlier.into_iter().flatten().fold(at, Instant::min);
        if self.timer.deadline() != at {
            self.timer.as_mut().reset(at);
        }
        if self.timer.as_mut().poll(context).is_ready() {
            context.waker().wake_by_ref();
        }
        Poll::Pending
    }

    fn poll_hung_up(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        match self.hung_up.as_mut().poll(context) {
            Poll::Ready(()) => Err(io::ErrorKind::ConnectionAborted.into()),
            Poll::Pending => Ok(()),
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let wire = &mut *self;
        wire.poll_hung_up(context)?;
        if wire.is_short() {
            return Pin::new(&mut wire.tcp).poll_read(context, out);
        }
        // An SSH session always reads, so its reading also drives what is on the way out.
        if let Poll::Ready(Err(error)) = wire.poll_send(context) {
            return Poll::Ready(Err(error));
        }
        wire.poll_receive(context)?;
        let arrived = wire.inbound.arrived(Instant::now());
        let count = arrived.len().min(out.remaining());
        if count > 0 {
            out.put_slice(&arrived[..count]);
            wire.inbound.consume(count);
            return Poll::Ready(Ok(()));
        }
        match wire.inbound.next_at() {
            Some(at) => wire.poll_timer(at, context),
            None if wire.inbound.is_ended => Poll::Ready(Ok(())),
            None => Poll::Pending,
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let wire = &mut *self;
        if wire.is_short() {
            return Pin::new(&mut wire.tcp).poll_write(context, bytes);
        }
        if wire.outbound.in_flight >= MAX_IN_FLIGHT {
            wire.poll_hung_up(context)?;
            ready!(wire.poll_send(context))?;
        }
        let half = wire.half_trip;
        let at = Instant::now().max(wire.connected_at + half) + half;
        let count = bytes.len().min(MAX_IN_FLIGHT);
        wire.outbound.push(at, &bytes[..count]);
        Poll::Ready(Ok(count))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let wire = &mut *self;
        if wire.scissors.is_cut() {
            ready!(wire.poll_send(context))?;
            // Without lingering, closing the socket resets the connection.
            wire.tcp.set_zero_linger()?;
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        Pin::new(&mut wire.tcp).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let wire = &mut *self;
        ready!(wire.poll_send(context))?;
        Pin::new(&mut wire.tcp).poll_shutdown(context)
    }
}
