//! How an answer is sent: in health all of it, then exit status and close; with a fault only a
//! part, or another end.

use std::time::Duration;

use russh::ChannelId;
use russh::server::{Handle, Msg};
use tokio_util::bytes::Bytes;

use super::algorithms::EVENT_BUFFER;
use crate::demo::cli::Reply;
use crate::demo::fault::Fault;

/// How much and how often a slow router sends.
const TRICKLE_BYTES: usize = 16;
const TRICKLE_EVERY: Duration = Duration::from_millis(50);

/// What comes after the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// Exit status where there is one, end of file, close.
    Close { exit_status: Option<u32> },
    /// Nothing, ever.
    Silence,
    /// The TCP connection is reset.
    Reset,
}

impl Ending {
    pub(super) const WELL: Self = Self::Close {
        exit_status: Some(0),
    };
}

/// How the bytes go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// As the client's window allows, waiting for it to be opened again.
    Proper,
    /// As the client's window allows, and no more.
    FirstWindow,
    /// A few bytes at a time.
    Trickle,
}

/// An answer on its way.
#[derive(Debug)]
pub(super) struct Delivery {
    pub(super) pieces: Vec<Bytes>,
    pub(super) pace: Pace,
    pub(super) ending: Ending,
    /// The export among the bytes, where it is sent whole.
    pub(super) export: Option<Vec<Bytes>>,
}

/// What is to be sent of a reply.
pub(super) fn plan(reply: Reply, fault: Option<Fault>) -> Delivery {
    let mut delivery = Delivery {
        pieces: reply.pieces,
        pace: Pace::Proper,
        ending: Ending::WELL,
        export: reply.export,
    };
    match fault {
        Some(Fault::HangExec) => {
            delivery.pieces.clear();
            delivery.ending = Ending::Silence;
        }
        _ if !reply.asked_export => {}
        Some(Fault::HangMidExport) => delivery.halve(Ending::Silence),
        Some(Fault::CutClean) => delivery.halve(Ending::WELL),
        Some(Fault::Cut) => delivery.halve(Ending::Reset),
        Some(Fault::HangClose) => delivery.ending = Ending::Silence,
        Some(Fault::NoExitStatus) => delivery.ending = Ending::Close { exit_status: None },
        Some(Fault::NonzeroExit) => {
            delivery.ending = Ending::Close {
                exit_status: Some(1),
            };
        }
        Some(Fault::WindowTruncation) => delivery.pace = Pace::FirstWindow,
        Some(Fault::Slow) => delivery.pace = Pace::Trickle,
        _ => {}
    }
    delivery
}

impl Delivery {
    /// Sends the first half only, whatever its lines.
    fn halve(&mut self, ending: Ending) {
        let mut left = self.pieces.iter().map(Bytes::len).sum::<usize>() / 2;
        for piece in &mut self.pieces {
            piece.truncate(left);
            left -= piece.len();
        }
        self.export = None;
        self.ending = ending;
    }
}

/// Sends what the client's window allows without waiting for it to be opened again, then exit
/// status 0 and close; the rest is lost. Whether all was sent.
///
/// This is what RouterOS does with clients whose window is small (ytti/oxidized#3867). It runs
/// inside the session's handler: no packet of the client is looked at meanwhile, so what is lost
/// depends on the window alone. For the same reason it must not wait for the session, and sends
/// no more messages than fit into its buffer.
///
/// # Errors
/// The session has ended.
pub(super) async fn send_first_window(
    channel: &russh::ChannelWriteHalf<Msg>,
    pieces: Vec<Bytes>,
) -> Result<bool, russh::Error> {
    let mut messages = 0;
    let mut is_whole = true;
    'pieces: for mut piece in pieces {
        while !piece.is_empty() {
            let room = channel.writable_packet_size().await.min(piece.len());
            if room == 0 || messages + 4 > EVENT_BUFFER {
                is_whole = false;
                break 'pieces;
            }
            channel.data_bytes(piece.split_to(room)).await?;
            messages += 1;
        }
    }
    channel.exit_status(0).await?;
    channel.eof().await?;
    channel.close().await?;
    Ok(is_whole)
}

/// Sends a few bytes at a time, until all is sent or the session has ended.
pub(super) async fn trickle(handle: Handle, channel: ChannelId, pieces: Vec<Bytes>) {
    let mut ticks = tokio::time::interval(TRICKLE_EVERY);
    for mut piece in pieces {
        while !piece.is_empty() {
            ticks.tick().await;
            let few = piece.split_to(TRICKLE_BYTES.min(piece.len()));
            if handle.data(channel, few).await.is_err() {
                return;
            }
        }
    }
    // An error means that the session has ended, which is all that is left to happen.
    if handle.exit_status_request(channel, 0).await.is_ok() {
        handle.close(channel).await.ok();
    }
}
