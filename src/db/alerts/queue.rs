//! Messages whose time has come: claimed under a lease, kept alive, ended once, swept.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

use crate::db::runs::millis;
use crate::model::AlertMessageId;

/// Claims the message that is due for longest, of a destination to which none is being sent; one
/// whose sender fell silent, too.
///
/// # Errors
/// When the database fails.
pub async fn claim(
    conn: &mut PgConnection,
    worker: &str,
    lease: Duration,
    now: DateTime<Utc>,
) -> Result<Option<AlertMessageId>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"UPDATE alert_messages
           SET state = 'sending',
               claimed_by = $1,
               lease_until = now() + $2 * interval '1 millisecond',
               attempt = attempt + 1,
               gathers_until = NULL
           WHERE id = (
               SELECT id
               FROM alert_messages AS waiting
               WHERE due_at <= $3
                 AND (state = 'waiting' OR (state = 'sending' AND lease_until < now()))
                 AND NOT EXISTS (
                     SELECT
                     FROM alert_messages AS busy
                     WHERE busy.destination_id = waiting.destination_id
                       AND busy.state = 'sending'
                       AND busy.lease_until >= now()
                 )
               ORDER BY due_at, id
               LIMIT 1
               FOR UPDATE SKIP LOCKED
           )
           RETURNING id AS "id: AlertMessageId""#,
        worker,
        millis(lease) as f64,
        now,
    )
    .fetch_optional(conn)
    .await
}

/// Prolongs the lease. Gives `false` when the message is another's by now.
///
/// # Errors
/// When the database fails.
pub async fn heartbeat(
    conn: &mut PgConnection,
    worker: &str,
    id: AlertMessageId,
    lease: Duration,
) -> Result<bool, sqlx::Error> {
    let prolonged = sqlx::query!(
        "UPDATE alert_messages
         SET lease_until = now() + $3 * interval '1 millisecond'
         WHERE id = $1
           AND claimed_by = $2
           AND state = 'sending'",
        id.0,
        worker,
        millis(lease) as f64,
    )
    .execute(conn)
    .await?;
    Ok(prolonged.rows_affected() == 1)
}

/// Notes that a message was taken over by whom it was sent to; `refused` says which of them did not.
///
/// # Errors
/// When the database fails.
pub async fn mark_sent(
    conn: &mut PgConnection,
    worker: &str,
    id: AlertMessageId,
    refused: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE alert_messages
         SET state = 'sent',
             finished_at = $4,
             lease_until = NULL,
             failure = $3
         WHERE id = $1
           AND claimed_by = $2
           AND state = 'sending'",
        id.0,
        worker,
        refused,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes why a message was not sent. It is tried again at `again_at`; `None`: it is given up at
/// `now`.
///
/// # Errors
/// When the database fails.
pub async fn mark_failed(
    conn: &mut PgConnection,
    (worker, id): (&str, AlertMessageId),
    failure: &str,
    again_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE alert_messages
         SET state = CASE WHEN $4::timestamptz IS NULL THEN 'failed' ELSE 'waiting' END,
             due_at = coalesce($4, due_at),
             finished_at = CASE WHEN $4::timestamptz IS NULL THEN $5::timestamptz END,
             claimed_by = NULL,
             lease_until = NULL,
             failure = $3
         WHERE id = $1
           AND claimed_by = $2
           AND state = 'sending'",
        id.0,
        worker,
        failure,
        again_at,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Puts a message back that is not to be sent before `due_at`, as if it had not been claimed.
///
/// # Errors
/// When the database fails.
pub async fn postpone(
    conn: &mut PgConnection,
    worker: &str,
    id: AlertMessageId,
    due_at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE alert_messages
         SET state = 'waiting',
             due_at = $3,
             claimed_by = NULL,
             lease_until = NULL,
             attempt = greatest(attempt - 1, 0)
         WHERE id = $1
           AND claimed_by = $2
           AND state = 'sending'",
        id.0,
        worker,
        due_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Gives back what a worker that stops has begun.
///
/// # Errors
/// When the database fails.
pub async fn release(conn: &mut PgConnection, worker: &str) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE alert_messages
         SET state = 'waiting',
             claimed_by = NULL,
             lease_until = NULL
         WHERE state = 'sending'
           AND claimed_by = $1",
        worker,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes away what ended more than `kept` ago, with the events that no message has any more.
///
/// # Errors
/// When the database fails.
pub async fn sweep(
    conn: &mut PgConnection,
    kept: TimeDelta,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let before = now - kept;
    sqlx::query!("DELETE FROM alert_messages WHERE finished_at < $1", before)
        .execute(&mut *conn)
        .await?;
    sqlx::query!(
        "DELETE FROM alert_events
         WHERE occurred_at < $1
           AND NOT EXISTS (SELECT FROM alert_message_events WHERE event_id = alert_events.id)",
        before,
    )
    .execute(conn)
    .await?;
    Ok(())
}
