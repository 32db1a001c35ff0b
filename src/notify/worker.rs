//! Looks, gathers and sends beside everything else. A message that is being sent is leased; that it
//! was sent is written at once after it was taken over. Who is killed in between leaves it to be sent
//! again, when the lease has run out, under the same name.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::compose::{Source, compose};
use super::deliver::{Caller, Courier, Delivered, Tried, Undelivered};
use super::retry::again_at;
use super::timing::Timing;
use super::watch;
use crate::db::alerts::content::{self, Outgoing};
use crate::db::alerts::queue as db;
use crate::db::heartbeats::{self, Service};
use crate::metrics::{AlertEnd, PROCESS};
use crate::model::{AlertMessageId, MessageKind};
use crate::vault::Vault;

/// How often it is looked for what happened, and for messages that are due.
const LOOK_INTERVAL: Duration = Duration::from_secs(5);
const SEND_INTERVAL: Duration = Duration::from_secs(1);

/// How often it is looked for devices that became overdue.
const OVERDUE_INTERVAL: Duration = Duration::from_secs(60);

/// How often messages are swept, and how long they are kept.
const SWEEP_INTERVAL: Duration = Duration::from_secs(60 * 60);
const KEPT: TimeDelta = TimeDelta::days(90);

/// How long one look may take.
const LOOK_TIMEOUT: Duration = Duration::from_secs(60);

/// How many messages are sent at once.
const SENDERS: usize = 4;

/// How often a lease is prolonged, and how long it is.
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(10);
const LEASE: Duration = Duration::from_secs(60);

/// How long composing and sending a message may take together.
const WHOLE_DEADLINE: Duration = Duration::from_secs(5 * 60);

/// How long messages that are being sent may take to be done with when the program stops; it waits
/// for ten seconds.
const STOP_PATIENCE: Duration = Duration::from_secs(8);

/// How often, and after how long each time, what came of a message is written again while the
/// database is away.
const RECORD_ATTEMPTS: u32 = 20;
const RECORD_INTERVAL: Duration = Duration::from_secs(1);

/// How alerts are sent.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How long a message waits for what happens together with the first thing it tells.
    pub gathering: TimeDelta,
    /// How long a mail server or a webhook may take.
    pub deadline: Duration,
    /// Scheme, name and port of the pages, for links; `None`: it is not known.
    pub origin: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            gathering: TimeDelta::seconds(30),
            deadline: Duration::from_secs(30),
            origin: None,
        }
    }
}

/// Looks, gathers and sends.
pub struct Worker {
    pool: PgPool,
    vault: Arc<Vault>,
    courier: Courier,
    settings: Settings,
    name: String,
}

impl Worker {
    /// A worker with a name of its own.
    #[must_use]
    pub fn new(pool: PgPool, vault: Arc<Vault>, settings: Settings) -> Self {
        Self {
            courier: Courier {
                pool: pool.clone(),
                vault: Arc::clone(&vault),
                caller: Caller::default(),
                deadline: settings.deadline,
            },
            pool,
            vault,
            settings,
            name: format!("alerts-{}", hex::encode(rand::random::<[u8; 8]>())),
        }
    }

    /// Works until `stop`; what is being sent then is done with or given back.
    pub async fn run(self, stop: CancellationToken) {
        let senders = (0..SENDERS).map(|_| self.send_until(&stop));
        let sending = futures_util::future::join_all(senders);
        let patience = async {
            stop.cancelled().await;
            sleep(STOP_PATIENCE).await;
        };
        tokio::select! {
            _ = futures_util::future::join(sending, stop.run_until_cancelled(self.look_on())) => {}
            () = patience => {}
        }
        let released = async { db::release(&mut *self.pool.acquire().await?, &self.name).await };
        if let Err(error) = released.await {
            tracing::warn!(%error, "Messages that were being sent could not be given back; their leases run out");
        }
    }

    async fn look_on(&self) {
        let mut looks = interval(LOOK_INTERVAL);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut overdue_at, mut sweep_at) = (Instant::now(), Instant::now());
        loop {
            let now = looks.tick().await;
            log("what ended", self.look(Utc::now())).await;
            if now >= overdue_at {
                overdue_at = now + OVERDUE_INTERVAL;
                log("what is overdue", self.look_for_overdue(Utc::now())).await;
            }
            if now >= sweep_at {
                sweep_at = now + SWEEP_INTERVAL;
                log("old messages", self.sweep(Utc::now())).await;
            }
        }
    }

    async fn send_until(&self, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            let sent = self.send_next(Utc::now()).await;
            if let Err(error) = &sent {
                tracing::warn!("No alert could be sent; trying again: {error:#}");
            }
            if !matches!(sent, Ok(true)) {
                stop.run_until_cancelled(sleep(SEND_INTERVAL)).await;
            }
        }
    }

    /// Looks at what ended and gathers what a rule asks for.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn look(&self, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
        watch::look(&self.pool, self.settings.gathering, now).await?;
        heartbeats::mark_seen(&mut *self.pool.acquire().await?, Service::Alerts).await
    }

    /// Looks for devices that became overdue.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn look_for_overdue(&self, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
        watch::look_for_overdue(&self.pool, self.settings.gathering, now).await
    }

    /// Takes away messages that ended 90 days before `now`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sweep(&self, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
        db::sweep(&mut *self.pool.acquire().await?, KEPT, now).await
    }

    /// Sends the message that is due for longest; false when none is.
    ///
    /// # Errors
    /// When the database fails; a message that can not be sent is noted in its row.
    pub async fn send_next(&self, now: DateTime<Utc>) -> anyhow::Result<bool> {
        let mut conn = self.pool.acquire().await?;
        let Some(id) = db::claim(&mut conn, &self.name, LEASE, now).await? else {
            return Ok(false);
        };
        let Some(outgoing) = content::get_outgoing(&mut conn, id).await? else {
            return Ok(true);
        };
        if let Some(end) = quiet_until(&outgoing, now) {
            db::postpone(&mut conn, &self.name, id, end).await?;
            return Ok(true);
        }
        drop(conn);
        let tried = tokio::select! {
            tried = timeout(WHOLE_DEADLINE, self.deliver(&outgoing, now)) => tried,
            () = self.beat_until_lost(id) => {
                tracing::info!(message = %id, "The message was taken over by another");
                return Ok(true);
            }
        };
        let slow = |_| Ok(Err(Undelivered::slow()));
        let tried = tried.unwrap_or_else(slow).unwrap_or_else(|error| {
            tracing::error!(message = %id, "A message could not be made: {error:#}");
            Err(Undelivered::ours())
        });
        self.record(&outgoing, tried, now).await?;
        Ok(true)
    }

    async fn deliver(&self, outgoing: &Outgoing, now: DateTime<Utc>) -> Tried {
        let source = Source {
            pool: &self.pool,
            vault: &self.vault,
            origin: self.settings.origin.as_deref(),
            now,
        };
        let content = compose(&source, outgoing).await?;
        let to = outgoing.destination;
        self.courier.deliver(&content, to, now).await
    }

    async fn beat_until_lost(&self, id: AlertMessageId) {
        let mut beats = interval(HEARTBEAT_INTERVAL);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            beats.tick().await;
            let beat = async {
                let mut conn = self.pool.acquire().await?;
                db::heartbeat(&mut conn, &self.name, id, LEASE).await
            };
            match beat.await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => tracing::debug!(%error, "The lease of a message was not prolonged"),
            }
        }
    }

    /// Writes down what came of an attempt, also while the database is away for a moment.
    async fn record(
        &self,
        outgoing: &Outgoing,
        tried: Result<Delivered, Undelivered>,
        now: DateTime<Utc>,
    ) -> Result<(), sqlx::Error> {
        let again = match &tried {
            Ok(_) => None,
            Err(error) => again_at(outgoing.attempt, error.is_final, now),
        };
        note(outgoing, &tried, again);
        let mut recorded = self.record_once(outgoing, &tried, again, now).await;
        for _ in 1..RECORD_ATTEMPTS {
            if recorded.is_ok() {
                break;
            }
            sleep(RECORD_INTERVAL).await;
            recorded = self.record_once(outgoing, &tried, again, now).await;
        }
        recorded
    }

    async fn record_once(
        &self,
        outgoing: &Outgoing,
        tried: &Result<Delivered, Undelivered>,
        again: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<(), sqlx::Error> {
        let mut conn = self.pool.acquire().await?;
        let (name, id) = (self.name.as_str(), outgoing.id);
        match tried {
            Ok(delivered) => {
                let refused = match delivered {
                    Delivered::ToAll => None,
                    Delivered::ToSome(refused) => Some(refused.as_str()),
                };
                db::mark_sent(&mut conn, name, id, refused, now).await
            }
            Err(error) => db::mark_failed(&mut conn, (name, id), &error.sentence, again, now).await,
        }
    }
}

/// When the quiet hours of its rule end, where they are now; a digest has a time of its own, and who
/// asks for a test waits for it.
fn quiet_until(outgoing: &Outgoing, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if outgoing.kind != MessageKind::Events {
        return None;
    }
    let quiet = outgoing.quiet_from.zip(outgoing.quiet_until);
    let timezone = outgoing.timezone.as_deref().unwrap_or_default();
    let end = Timing::new(None, quiet, timezone).not_quiet(now);
    (end > now).then_some(end)
}

/// Logs and counts what came of an attempt.
fn note(outgoing: &Outgoing, tried: &Result<Delivered, Undelivered>, again: Option<DateTime<Utc>>) {
    let (message, kind, attempt) = (outgoing.id.0, outgoing.kind.as_str(), outgoing.attempt);
    let result = match (tried, again) {
        (Ok(_), _) => "sent",
        (Err(_), Some(_)) => "again",
        (Err(_), None) => "failed",
    };
    PROCESS.alert_ended(AlertEnd { kind, result });
    match (tried, again) {
        (Ok(_), _) => tracing::info!(message, kind, attempt, "An alert was sent"),
        (Err(why), Some(_)) => {
            tracing::warn!(
                message,
                kind,
                attempt,
                "An alert was not sent and is tried again: {why}"
            );
        }
        (Err(why), None) => {
            tracing::error!(message, kind, attempt, "An alert was given up: {why}");
        }
    }
}

/// Runs a look, and says in the log when it fails.
async fn log(what: &str, look: impl Future<Output = Result<(), sqlx::Error>>) {
    let looked = timeout(LOOK_TIMEOUT, look).await;
    if let Err(error) = looked.unwrap_or(Err(sqlx::Error::PoolTimedOut)) {
        tracing::warn!(%error, "Alerts could not look at {what}; trying again");
    }
}
