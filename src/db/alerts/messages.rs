//! Messages for people to look at: the log of deliveries, and the test that somebody asks for.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::model::{AlertMessageId, DestinationId, MessageKind, MessageState};

/// A message as the log shows it.
#[derive(Debug)]
pub struct MessageRow {
    pub id: AlertMessageId,
    pub kind: MessageKind,
    pub state: MessageState,
    /// As it was called when the message was made.
    pub destination_name: String,
    /// `None`: a test, or the rule is gone.
    pub rule_name: Option<String>,
    pub created_at: DateTime<Utc>,
    /// Not sent before then: its time, or that of the next attempt.
    pub due_at: DateTime<Utc>,
    /// When it was sent or given up.
    pub finished_at: Option<DateTime<Utc>>,
    /// How often it was begun to be sent.
    pub attempt: i32,
    /// Why the last attempt failed, without a secret.
    pub failure: Option<String>,
    /// How many things that happened it tells.
    pub event_count: i64,
}

/// The messages below `before`, the newest first.
///
/// # Errors
/// When the database fails.
pub async fn list(
    conn: &mut PgConnection,
    before: Option<AlertMessageId>,
    limit: i64,
) -> Result<Vec<MessageRow>, sqlx::Error> {
    sqlx::query_as!(
        MessageRow,
        r#"SELECT messages.id AS "id: AlertMessageId", messages.kind AS "kind: MessageKind",
                  messages.state AS "state: MessageState", messages.destination_name,
                  rules.name AS "rule_name?", messages.created_at, messages.due_at,
                  messages.finished_at, messages.attempt, messages.failure,
                  (SELECT count(*) FROM alert_message_events WHERE message_id = messages.id)
                      AS "event_count!"
           FROM alert_messages AS messages
           LEFT JOIN alert_rules AS rules ON rules.id = messages.rule_id
           WHERE $1::bigint IS NULL OR messages.id < $1
           ORDER BY messages.id DESC
           LIMIT $2"#,
        before.map(|id| id.0),
        limit,
    )
    .fetch_all(conn)
    .await
}

/// One message.
///
/// # Errors
/// When the database fails.
pub async fn get(
    conn: &mut PgConnection,
    id: AlertMessageId,
) -> Result<Option<MessageRow>, sqlx::Error> {
    // Ids are whole numbers: the newest below the next one is the one, or it is not there.
    let newest = list(conn, Some(AlertMessageId(id.0.saturating_add(1))), 1).await?;
    Ok(newest.into_iter().find(|message| message.id == id))
}

/// Asks for a message that says it is a test; it is sent within seconds of the caller's commit.
///
/// # Errors
/// When the database fails; [`sqlx::Error::RowNotFound`] when there is no such destination.
pub async fn request_test(
    conn: &mut PgConnection,
    destination: DestinationId,
    requested_by: &str,
    now: DateTime<Utc>,
) -> Result<AlertMessageId, sqlx::Error> {
    sqlx::query_scalar!(
        r#"INSERT INTO alert_messages (token, destination_id, destination_name, kind, created_at,
                                       due_at, requested_by)
           SELECT $2, id, name, 'test', $4, $4, $3
           FROM alert_destinations
           WHERE id = $1
           RETURNING id AS "id: AlertMessageId""#,
        destination.0,
        new_token(),
        requested_by,
        now,
    )
    .fetch_one(conn)
    .await
}

/// What tells a message from all others, for who receives it twice.
pub(super) fn new_token() -> String {
    hex::encode(rand::random::<[u8; 16]>())
}
