//! Signs of life: when a scheduler last looked at what is due, when retention did, and which
//! collectors work. Each is by the clock of the database.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// How long a collector that fell silent is remembered.
const REMEMBERED_HOURS: i32 = 24;

/// Who works by itself, once in an installation at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    Scheduler,
    Retention,
    /// Who looks for what alerts tell.
    Alerts,
}

impl Service {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Scheduler => "scheduler",
            Self::Retention => "retention",
            Self::Alerts => "alerts",
        }
    }
}

/// Notes that it is alive; at most every ten seconds, so that this is no constant write.
///
/// # Errors
/// When the database fails.
pub async fn mark_seen(conn: &mut PgConnection, service: Service) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO heartbeats (service, seen_at)
         VALUES ($1, now())
         ON CONFLICT (service) DO UPDATE
         SET seen_at = excluded.seen_at
         WHERE heartbeats.seen_at < excluded.seen_at - interval '10 seconds'",
        service.as_str(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes that this collector is alive, at most every five seconds, and forgets those that fell
/// silent long ago.
///
/// # Errors
/// When the database fails.
pub async fn mark_collector_seen(conn: &mut PgConnection, name: &str) -> Result<(), sqlx::Error> {
    let noted = sqlx::query!(
        "INSERT INTO collectors (name, seen_at)
         VALUES ($1, now())
         ON CONFLICT (name) DO UPDATE
         SET seen_at = excluded.seen_at
         WHERE collectors.seen_at < excluded.seen_at - interval '5 seconds'",
        name,
    )
    .execute(&mut *conn)
    .await?;
    if noted.rows_affected() > 0 {
        sqlx::query!(
            "DELETE FROM collectors
             WHERE seen_at < now() - make_interval(hours => $1)",
            REMEMBERED_HOURS,
        )
        .execute(conn)
        .await?;
    }
    Ok(())
}

/// Forgets a collector that stops.
///
/// # Errors
/// When the database fails.
pub async fn delete_collector(conn: &mut PgConnection, name: &str) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM collectors WHERE name = $1", name)
        .execute(conn)
        .await?;
    Ok(())
}

/// When who works by itself was last alive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SignsOfLife {
    /// Fifteen seconds old at most while a scheduler is alive; `None`: never.
    pub scheduler_seen_at: Option<DateTime<Utc>>,
    /// The newest of any collector, a few seconds old while one is alive; `None`: none in the
    /// last day, or all of them were stopped.
    pub collector_seen_at: Option<DateTime<Utc>>,
    /// As the scheduler's, of who looks for alerts and sends them.
    pub alerts_seen_at: Option<DateTime<Utc>>,
    /// Whether somebody waits for alerts: a rule is switched on, or a message is not sent yet.
    pub is_alerting: bool,
}

/// The signs of life of the scheduler, of the collectors and of alerts.
///
/// # Errors
/// When the database fails.
pub async fn get_signs_of_life(conn: &mut PgConnection) -> Result<SignsOfLife, sqlx::Error> {
    sqlx::query_as!(
        SignsOfLife,
        r#"SELECT (SELECT seen_at FROM heartbeats WHERE service = 'scheduler') AS scheduler_seen_at,
                  (SELECT max(seen_at) FROM collectors) AS collector_seen_at,
                  (SELECT seen_at FROM heartbeats WHERE service = 'alerts') AS alerts_seen_at,
                  EXISTS (SELECT FROM alert_rules WHERE enabled)
                  OR EXISTS (SELECT FROM alert_messages WHERE state IN ('waiting', 'sending'))
                  AS "is_alerting!""#
    )
    .fetch_one(conn)
    .await
}
