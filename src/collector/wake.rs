//! Hears of new runs through LISTEN, so that "Backup Site" starts at once. Polling would find
//! them too; this only saves the wait, so its failures are no more than a note in the log.

use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::db::batches::RUNS_QUEUED_CHANNEL;

/// How long to wait before listening again after the database went away.
const RETRY_INTERVAL: Duration = Duration::from_secs(5);

/// A notification for every batch that is requested, until `stop`.
pub fn listen(pool: PgPool, stop: CancellationToken) -> Arc<Notify> {
    let notify = Arc::new(Notify::new());
    let woken = Arc::clone(&notify);
    tokio::spawn(stop.run_until_cancelled_owned(async move {
        loop {
            if let Err(error) = forward(&pool, &notify).await {
                tracing::debug!(%error, "Not listening for new batches; polling goes on");
            }
            tokio::time::sleep(RETRY_INTERVAL).await;
        }
    }));
    woken
}

async fn forward(pool: &PgPool, notify: &Notify) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(RUNS_QUEUED_CHANNEL).await?;
    loop {
        // `None`: the connection was lost, and what was sent meanwhile with it.
        let Some(_) = listener.try_recv().await? else {
            notify.notify_one();
            return Ok(());
        };
        notify.notify_one();
    }
}
