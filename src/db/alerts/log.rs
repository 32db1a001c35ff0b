//! The log of messages as pages show it, what each tells, and trying a failed one again.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::db::pages::{Movement, Slice};
use crate::model::{
    AlertKind, AlertMessageId, AlertRuleId, DestinationId, MessageKind, MessageState, RunId,
    SnapshotId,
};

/// A message in the log.
#[derive(Debug)]
pub struct LoggedMessage {
    pub id: AlertMessageId,
    pub kind: MessageKind,
    pub state: MessageState,
    /// `None`: a test, or the rule is gone.
    pub rule_id: Option<AlertRuleId>,
    pub rule_name: Option<String>,
    /// `None`: it is gone.
    pub destination_id: Option<DestinationId>,
    /// As it was called when the message was made.
    pub destination_name: String,
    pub created_at: DateTime<Utc>,
    /// Not sent before then: the end of quiet hours, the time of a digest, or the next attempt.
    pub due_at: DateTime<Utc>,
    /// When it was sent or given up.
    pub finished_at: Option<DateTime<Utc>>,
    /// How often it was begun to be sent.
    pub attempt: i32,
    /// Why the last attempt failed, without a secret.
    pub failure: Option<String>,
    /// Who asked for a test, as they were called.
    pub requested_by: Option<String>,
    /// How many things that happened it tells.
    pub events: i64,
}

/// The messages of a state, or all, below `before`, the newest first.
///
/// # Errors
/// When the database fails.
pub async fn list_messages(
    conn: &mut PgConnection,
    state: Option<MessageState>,
    before: Option<AlertMessageId>,
    limit: i64,
) -> Result<Vec<LoggedMessage>, sqlx::Error> {
    // A branch for each index to start from; the one that is not meant reads nothing.
    sqlx::query_as!(
        LoggedMessage,
        r#"SELECT page.id AS "id!: AlertMessageId", page.kind AS "kind!: MessageKind",
                  page.state AS "state!: MessageState", rules.id AS "rule_id?: AlertRuleId",
                  rules.name AS "rule_name?", page.destination_id AS "destination_id: DestinationId",
                  page.destination_name AS "destination_name!", page.created_at AS "created_at!",
                  page.due_at AS "due_at!", page.finished_at, page.attempt AS "attempt!",
                  page.failure, page.requested_by,
                  (
                      SELECT count(*)
                      FROM alert_message_events
                      WHERE message_id = page.id
                  ) AS "events!"
           FROM (
               (
                   SELECT *
                   FROM alert_messages
                   WHERE $1::text IS NULL
                     AND id < $2
                   ORDER BY id DESC
                   LIMIT $3
               )
               UNION ALL
               (
                   SELECT *
                   FROM alert_messages
                   WHERE state = $1
                     AND id < $2
                   ORDER BY id DESC
                   LIMIT $3
               )
           ) AS page
           LEFT JOIN alert_rules AS rules ON rules.id = page.rule_id
           ORDER BY page.id DESC"#,
        state.map(MessageState::as_str),
        before.map_or(i64::MAX, |id| id.0),
        limit,
    )
    .fetch_all(conn)
    .await
}

/// One message; `None`: there is no such one.
///
/// # Errors
/// When the database fails.
pub async fn get_message(
    conn: &mut PgConnection,
    id: AlertMessageId,
) -> Result<Option<LoggedMessage>, sqlx::Error> {
    // Ids are whole numbers: the newest below the next one is the one, or it is not there.
    let next = AlertMessageId(id.0.saturating_add(1));
    let newest = list_messages(conn, None, Some(next), 1).await?;
    Ok(newest.into_iter().find(|message| message.id == id))
}

/// Tells where a message stands, for its page that moves; `None`: there is no such one. Until it is
/// sent it may still take what happens, so that is counted, too.
///
/// # Errors
/// When the database fails.
pub async fn get_message_movement(
    conn: &mut PgConnection,
    id: AlertMessageId,
) -> Result<Option<Movement>, sqlx::Error> {
    sqlx::query_as!(
        Movement,
        r#"SELECT state IN ('sent', 'failed') AS "has_ended!",
                  hashtextextended(
                      concat_ws(
                          ' ', state, attempt, due_at, destination_id, failure,
                          (
                              SELECT count(*)
                              FROM alert_message_events
                              WHERE message_id = alert_messages.id
                          )
                      ),
                      0
                  ) AS "stamp!"
           FROM alert_messages
           WHERE id = $1"#,
        id.0,
    )
    .fetch_optional(conn)
    .await
}

/// What happened, as a message tells it. What is gone meanwhile is `None`.
#[derive(Debug)]
pub struct ToldEvent {
    pub kind: AlertKind,
    pub occurred_at: DateTime<Utc>,
    /// A sentence about the cause; empty when the kind says all.
    pub detail: String,
    pub device: String,
    pub site_slug: String,
    pub site_name: String,
    pub run: Option<RunId>,
    pub snapshot: Option<SnapshotId>,
    /// The verified snapshot before a changed one.
    pub previous: Option<SnapshotId>,
}

/// What a message tells, in the order in which it happened.
///
/// # Errors
/// When the database fails.
pub async fn list_told_events(
    conn: &mut PgConnection,
    id: AlertMessageId,
    slice: Slice,
) -> Result<Vec<ToldEvent>, sqlx::Error> {
    sqlx::query_as!(
        ToldEvent,
        r#"SELECT events.kind AS "kind: AlertKind", events.occurred_at, events.detail,
                  devices.name AS device, sites.slug AS site_slug, sites.name AS site_name,
                  runs.id AS "run?: RunId", snapshots.id AS "snapshot?: SnapshotId",
                  earlier.id AS "previous?: SnapshotId"
           FROM alert_message_events AS told
           JOIN alert_events AS events ON events.id = told.event_id
           JOIN devices ON devices.id = events.device_id
           JOIN sites ON sites.id = devices.site_id
           LEFT JOIN runs ON runs.id = events.run_id
           LEFT JOIN snapshots ON snapshots.id = events.snapshot_id
           LEFT JOIN snapshots AS earlier ON earlier.id = events.previous_snapshot_id
           WHERE told.message_id = $1
           ORDER BY told.event_id
           LIMIT $2
           OFFSET $3"#,
        id.0,
        slice.limit,
        slice.offset,
    )
    .fetch_all(conn)
    .await
}

/// Puts a message that was given up back among those that wait, with all attempts before it, and
/// gives the name of its destination. `None`: it is not failed, or its destination is gone.
///
/// # Errors
/// When the database fails.
pub async fn retry(
    conn: &mut PgConnection,
    id: AlertMessageId,
    now: DateTime<Utc>,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "UPDATE alert_messages
         SET state = 'waiting',
             due_at = $2,
             attempt = 0,
             claimed_by = NULL,
             lease_until = NULL,
             finished_at = NULL
         WHERE id = $1
           AND state = 'failed'
           AND destination_id IS NOT NULL
         RETURNING destination_name",
        id.0,
        now,
    )
    .fetch_optional(conn)
    .await
}
