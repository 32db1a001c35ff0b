//! Waiting for a condition, with a last deadline that only a broken program reaches.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval, timeout};

/// Long enough for the slowest machine.
const LAST_DEADLINE: Duration = Duration::from_secs(120);

/// Waits until `condition` gives something.
pub async fn until<T>(what: &str, mut condition: impl AsyncFnMut() -> Option<T>) -> T {
    let mut ticks = interval(Duration::from_millis(20));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let found = async {
        loop {
            ticks.tick().await;
            if let Some(found) = condition().await {
                return found;
            }
        }
    };
    timeout(LAST_DEADLINE, found)
        .await
        .unwrap_or_else(|_| panic!("never happened: {what}"))
}
