//! Messages while they gather what happened: one open message a rule.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::messages::new_token;
use super::watch::Rule;
use crate::model::{
    AlertEventId, AlertKind, AlertMessageId, AlertRuleId, DestinationId, DeviceId, MessageKind,
    RunId, SnapshotId,
};

/// How many things that happened one message tells at most.
pub const MAX_EVENTS: i64 = 100;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    pub kind: AlertKind,
    pub device: DeviceId,
    pub occurred_at: DateTime<Utc>,
    pub run: Option<RunId>,
    pub snapshot: Option<SnapshotId>,
    /// The verified snapshot before a changed one.
    pub previous_snapshot: Option<SnapshotId>,
    /// A sentence about the cause, without a secret; empty when the kind says all.
    pub detail: String,
}

/// Keeps something that happened.
///
/// # Errors
/// When the database fails.
pub async fn insert_event(
    conn: &mut PgConnection,
    event: &NewEvent,
) -> Result<AlertEventId, sqlx::Error> {
    sqlx::query_scalar!(
        r#"INSERT INTO alert_events (kind, device_id, occurred_at, run_id, snapshot_id,
                                     previous_snapshot_id, detail)
           VALUES ($1, $2, $3, $4, $5, $6, $7)
           RETURNING id AS "id: AlertEventId""#,
        event.kind.as_str(),
        event.device.0,
        event.occurred_at,
        event.run.map(|id| id.0),
        event.snapshot.map(|id| id.0),
        event.previous_snapshot.map(|id| id.0),
        event.detail,
    )
    .fetch_one(conn)
    .await
}

/// A message that takes further events of its rule.
#[derive(Debug)]
pub struct OpenMessage {
    pub id: AlertMessageId,
    /// `None`: the rule is gone.
    pub rule: Option<AlertRuleId>,
    pub destination: Option<DestinationId>,
    pub kind: MessageKind,
    pub due_at: DateTime<Utc>,
    pub events: i64,
}

/// Closes the messages whose time has come.
///
/// # Errors
/// When the database fails.
pub async fn close_due(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE alert_messages
         SET gathers_until = NULL
         WHERE gathers_until <= $1",
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The messages that still gather; nobody sends them until the caller's transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn list_open(conn: &mut PgConnection) -> Result<Vec<OpenMessage>, sqlx::Error> {
    sqlx::query_as!(
        OpenMessage,
        r#"SELECT id AS "id: AlertMessageId", rule_id AS "rule: AlertRuleId",
                  destination_id AS "destination: DestinationId", kind AS "kind: MessageKind", due_at,
                  (SELECT count(*) FROM alert_message_events WHERE message_id = alert_messages.id)
                      AS "events!"
           FROM alert_messages
           WHERE gathers_until IS NOT NULL
           ORDER BY id
           FOR UPDATE"#
    )
    .fetch_all(conn)
    .await
}

/// Opens a message of a rule, to be sent at `due_at`.
///
/// # Errors
/// When the database fails, or the rule has an open one.
pub async fn open(
    conn: &mut PgConnection,
    rule: &Rule,
    kind: MessageKind,
    due_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<AlertMessageId, sqlx::Error> {
    sqlx::query_scalar!(
        r#"INSERT INTO alert_messages (token, rule_id, destination_id, destination_name, kind,
                                       created_at, due_at, gathers_until)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
           RETURNING id AS "id: AlertMessageId""#,
        new_token(),
        rule.id.0,
        rule.destination.0,
        rule.destination_name,
        kind.as_str(),
        now,
        due_at,
    )
    .fetch_one(conn)
    .await
}

/// Puts events into a message, in their order, and closes it where it is full then.
///
/// # Errors
/// When the database fails.
pub async fn add(
    conn: &mut PgConnection,
    message: AlertMessageId,
    events: &[AlertEventId],
    is_full: bool,
) -> Result<(), sqlx::Error> {
    let ids: Vec<i64> = events.iter().map(|event| event.0).collect();
    sqlx::query!(
        "INSERT INTO alert_message_events (message_id, event_id)
         SELECT $1, unnest($2::bigint[])",
        message.0,
        &ids,
    )
    .execute(&mut *conn)
    .await?;
    if is_full {
        sqlx::query!(
            "UPDATE alert_messages SET gathers_until = NULL WHERE id = $1",
            message.0
        )
        .execute(conn)
        .await?;
    }
    Ok(())
}

/// Makes an open message what its rule now says: where it goes, what it is, and when.
///
/// # Errors
/// When the database fails.
pub async fn replan(
    conn: &mut PgConnection,
    message: AlertMessageId,
    rule: &Rule,
    kind: MessageKind,
    due_at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE alert_messages
         SET destination_id = $2,
             destination_name = $3,
             kind = $4,
             due_at = $5,
             gathers_until = $5
         WHERE id = $1",
        message.0,
        rule.destination.0,
        rule.destination_name,
        kind.as_str(),
        due_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends the gathering for a rule that is gone or switched off: what has happened is sent at once,
/// and a message without anything goes.
///
/// # Errors
/// When the database fails.
pub async fn end(
    conn: &mut PgConnection,
    message: &OpenMessage,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "WITH empty AS (
             DELETE FROM alert_messages
             WHERE id = $1
               AND $3
         )
         UPDATE alert_messages
         SET kind = 'events',
             gathers_until = NULL,
             due_at = $2
         WHERE id = $1
           AND NOT $3",
        message.id.0,
        now,
        message.events == 0,
    )
    .execute(conn)
    .await?;
    Ok(())
}
