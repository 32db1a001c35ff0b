//! Stopping in good order: on Ctrl-C, on SIGTERM, and when a part of the program ends.

use std::time::Duration;

use anyhow::Context as _;
use sd_notify::NotifyState;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How long the parts have to end after they were told to.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// A token that is cancelled by the first signal.
pub fn on_signal() -> anyhow::Result<CancellationToken> {
    let stop = CancellationToken::new();
    let mut terminate = signal(SignalKind::terminate()).context("Cannot listen for signals")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("Cannot listen for signals")?;
    let token = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        token.cancel();
    });
    Ok(stop)
}

/// Tells systemd, where it asks (`Type=notify`), that the program is ready, and later that it
/// stops. Call it when all that others wait for is there.
pub fn tell_systemd(stop: &CancellationToken) {
    notify(NotifyState::Ready);
    let stop = stop.clone();
    tokio::spawn(async move {
        stop.cancelled().await;
        notify(NotifyState::Stopping);
    });
}

/// Without systemd there is nobody to tell, and that is no error.
fn notify(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "systemd could not be told of the state of this program");
    }
}

/// Waits until every part has ended. The first to end ends the others: half a program that
/// looks alive is worse than none.
///
/// # Errors
/// The first part's, when it ended by one.
pub async fn wait_for(
    mut parts: JoinSet<anyhow::Result<()>>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let first = parts.join_next().await;
    stop.cancel();
    let rest = async { while parts.join_next().await.is_some() {} };
    if tokio::time::timeout(PATIENCE, rest).await.is_err() {
        tracing::warn!("Some part did not end in time; ending all the same");
    }
    match first {
        None | Some(Ok(Ok(()))) => Ok(()),
        Some(Ok(Err(error))) => Err(error),
        Some(Err(fault)) => Err(fault).context("A part of the program ended by a fault"),
    }
}
