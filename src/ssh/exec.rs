//! Running one command over an exec channel, without a terminal, under limits.

use std::time::Duration;

use russh::{ChannelMsg, client};
use tokio::time::{Instant, timeout_at};

use super::connection::Connection;
use super::error::{SshError, Stage, printable};

/// How far a command may go.
#[derive(Debug, Clone, Copy)]
pub struct ExecLimits {
    /// When it must have ended.
    pub deadline: Instant,
    /// How long the whole was allowed to take, for the message.
    pub total: Duration,
    /// How long the router may stay silent.
    pub idle: Duration,
    /// How many bytes it may send.
    pub max_bytes: usize,
}

/// How a channel ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ending {
    /// The exit status, if one came.
    pub exit_status: Option<u32>,
    /// The signal that ended the command, if one was named.
    pub exit_signal: Option<String>,
    /// Whether the router closed the channel.
    pub closed: bool,
    /// How much came as standard error; its text is not kept.
    pub stderr_bytes: usize,
}

/// What a command printed, and how it ended.
#[derive(Debug)]
pub struct ExecOutput {
    /// Standard output, byte for byte.
    pub stdout: Vec<u8>,
    pub ending: Ending,
    /// From asking for the channel to its close.
    pub duration: Duration,
}

impl Connection {
    /// Runs `command` and drains it until the channel closes: an end of file is not believed,
    /// for what follows it may still say that the command failed.
    ///
    /// # Errors
    /// [`SshError`]: refused, timed out, silent for too long, too large, or the connection was
    /// lost. What was received until then is given up.
    pub async fn exec(&self, command: &str, limits: ExecLimits) -> Result<ExecOutput, SshError> {
        let begin = Instant::now();
        let timed_out = || SshError::Timeout {
            stage: Stage::Command,
            after: limits.total,
        };
        let first_answer = limits.deadline.min(begin + limits.idle);
        let mut channel = timeout_at(first_answer, self.handle.channel_open_session())
            .await
            .map_err(|_| timed_out())?
            .map_err(not_opened)?;
        channel
            .exec(true, command)
            .await
            .map_err(|_| lost("asking for a command", 0))?;
        let (stdout, ending) = drain(&mut channel, limits).await?;
        Ok(ExecOutput {
            stdout,
            ending,
            duration: begin.elapsed(),
        })
    }
}

fn lost(doing: &'static str, received: usize) -> SshError {
    SshError::Lost { doing, received }
}

fn not_opened(error: russh::Error) -> SshError {
    match error {
        russh::Error::ChannelOpenFailure(reason) => {
            SshError::CommandRefused(printable(&format!("{reason:?}")))
        }
        _ => lost("opening a channel", 0),
    }
}

async fn drain(
    channel: &mut russh::Channel<client::Msg>,
    limits: ExecLimits,
) -> Result<(Vec<u8>, Ending), SshError> {
    let mut stdout = Vec::new();
    let mut ending = Ending::default();
    loop {
        let patience = limits.deadline.min(Instant::now() + limits.idle);
        let message = timeout_at(patience, channel.wait())
            .await
            .map_err(|_| silent(limits, stdout.len()))?;
        match message {
            Some(ChannelMsg::Data { data }) => {
                check_size(&ending, stdout.len() + data.len(), limits)?;
                stdout.extend_from_slice(&data);
            }
            Some(ChannelMsg::ExtendedData { data, .. }) => {
                ending.stderr_bytes += data.len();
                check_size(&ending, stdout.len(), limits)?;
            }
            // A second status does not make up for the first.
            Some(ChannelMsg::ExitStatus { exit_status }) => {
                ending.exit_status = ending.exit_status.max(Some(exit_status));
            }
            Some(ChannelMsg::ExitSignal { signal_name, .. }) => {
                ending.exit_signal = Some(printable(&signal(&signal_name)));
            }
            Some(ChannelMsg::Failure) => {
                return Err(SshError::CommandRefused(
                    "the request was denied".to_owned(),
                ));
            }
            Some(ChannelMsg::Close) => {
                ending.closed = true;
                return Ok((stdout, ending));
            }
            // An end of file comes before the close, and is not the end.
            Some(_) => {}
            None => return Err(lost("reading the answer", stdout.len())),
        }
    }
}

/// A signal's name without russh's wrapping of those it does not know.
fn signal(signal: &russh::Sig) -> String {
    match signal {
        russh::Sig::Custom(name) => name.clone(),
        known => format!("{known:?}"),
    }
}

fn check_size(ending: &Ending, received: usize, limits: ExecLimits) -> Result<(), SshError> {
    if received + ending.stderr_bytes > limits.max_bytes {
        return Err(SshError::TooLarge {
            limit: limits.max_bytes,
        });
    }
    Ok(())
}

fn silent(limits: ExecLimits, received: usize) -> SshError {
    if Instant::now() >= limits.deadline {
        SshError::Timeout {
            stage: Stage::Command,
            after: limits.total,
        }
    } else {
        SshError::Idle {
            idle: limits.idle,
            received,
        }
    }
}
