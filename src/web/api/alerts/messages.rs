//! The log of messages: whether each arrived, what it tells, and trying it again.

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use utoipa::{IntoParams, ToSchema};

use crate::db::alerts::log::{self as db, LoggedMessage, ToldEvent};
use crate::model::{
    AlertKind, AlertMessageId, AlertRuleId, DestinationId, MessageKind, MessageState, RunId,
    SnapshotId,
};
use crate::web::{
    actions,
    api::{
        input::{Asked, Place},
        paging::{self, Page, Paging, Part},
        problem::Problem,
    },
    error::PageError,
    guard::Acting,
    state::AppState,
};

/// A message.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlertMessage {
    id: AlertMessageId,
    kind: MessageKind,
    state: MessageState,
    /// Null: a test, or the rule is gone.
    rule: Option<AlertRuleId>,
    rule_name: Option<String>,
    /// Null: it is gone.
    destination: Option<DestinationId>,
    /// As it was called when the message was made.
    destination_name: String,
    created_at: DateTime<Utc>,
    /// Not sent before then: the end of quiet hours, the time of a digest, or the next attempt.
    due_at: DateTime<Utc>,
    /// When it was sent or given up.
    finished_at: Option<DateTime<Utc>>,
    /// How often it was begun to be sent.
    attempts: i32,
    /// Why the last attempt failed, in a sentence.
    failure: Option<String>,
    /// Who asked for a test.
    requested_by: Option<String>,
    /// How many things that happened it tells.
    events: i64,
}

impl From<LoggedMessage> for AlertMessage {
    fn from(row: LoggedMessage) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            state: row.state,
            rule: row.rule_id,
            rule_name: row.rule_name,
            destination: row.destination_id,
            destination_name: row.destination_name,
            created_at: row.created_at,
            due_at: row.due_at,
            finished_at: row.finished_at,
            attempts: row.attempt,
            failure: row.failure,
            requested_by: row.requested_by,
            events: row.events,
        }
    }
}

/// Something that happened. What is gone meanwhile is null.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlertEvent {
    kind: AlertKind,
    at: DateTime<Utc>,
    /// A sentence about the cause; empty when the kind says all.
    detail: String,
    /// The slug of the site of the device.
    site: String,
    device: String,
    run: Option<RunId>,
    snapshot: Option<SnapshotId>,
    /// The verified snapshot before a changed one.
    previous: Option<SnapshotId>,
}

impl From<ToldEvent> for AlertEvent {
    fn from(row: ToldEvent) -> Self {
        Self {
            kind: row.kind,
            at: row.occurred_at,
            detail: row.detail,
            site: row.site_slug,
            device: row.device,
            run: row.run,
            snapshot: row.snapshot,
            previous: row.previous,
        }
    }
}

/// Which messages.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct MessagesQuery {
    /// Only those that stand there.
    state: Option<MessageState>,
    /// `next` of the page before.
    #[param(pattern = "^[0-9]{1,18}$")]
    cursor: Option<String>,
    /// How many at most; 100 when nothing is said.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u16>,
}

/// One of them.
///
/// # Errors
/// [`PageError::NotFound`], or what the database answers.
pub async fn get(conn: &mut PgConnection, id: AlertMessageId) -> Result<AlertMessage, PageError> {
    let found = db::get_message(conn, id).await?;
    Ok(found.ok_or(PageError::NotFound("message"))?.into())
}

/// Lists messages
///
/// Newest first.
#[utoipa::path(get, path = "/api/v1/alerts/messages", tag = "alerts", operation_id = "list_alert_messages",
    params(MessagesQuery),
    responses(
        (status = 200, description = "A page of messages", body = Page<AlertMessage>),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn list(
    State(state): State<AppState>,
    Asked(query): Asked<MessagesQuery>,
) -> Result<Json<Page<AlertMessage>>, PageError> {
    let limit = paging::limit(query.limit)?;
    let before = paging::cursor(query.cursor.as_deref())?;
    let mut conn = state.connection().await?;
    let most = paging::one_more(limit);
    let rows = db::list_messages(&mut conn, query.state, before, most).await?;
    let place = |row: &LoggedMessage| row.id.to_string();
    Ok(Json(Page::of(rows, limit, place, AlertMessage::from)))
}

/// Shows a message
#[utoipa::path(get, path = "/api/v1/alerts/messages/{id}", tag = "alerts", operation_id = "show_alert_message",
    params(("id" = AlertMessageId, Path, description = "Its number")),
    responses(
        (status = 200, description = "The message", body = AlertMessage),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show(
    State(state): State<AppState>,
    Place(id): Place<AlertMessageId>,
) -> Result<Json<AlertMessage>, PageError> {
    let mut conn = state.connection().await?;
    Ok(Json(get(&mut conn, id).await?))
}

/// Lists what a message tells
///
/// In the order in which it happened.
#[utoipa::path(get, path = "/api/v1/alerts/messages/{id}/events", tag = "alerts", operation_id = "list_alert_events",
    params(("id" = AlertMessageId, Path, description = "The number of the message"), Paging),
    responses(
        (status = 200, description = "A page of what happened", body = Page<AlertEvent>),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn list_events(
    State(state): State<AppState>,
    Place(id): Place<AlertMessageId>,
    Asked(paging): Asked<Paging>,
) -> Result<Json<Page<AlertEvent>>, PageError> {
    let part = Part::of(&paging)?;
    let mut conn = state.connection().await?;
    get(&mut conn, id).await?;
    let rows = db::list_told_events(&mut conn, id, part.slice()).await?;
    Ok(Json(part.page(rows, AlertEvent::from)))
}

/// Sends a message that was given up once more
#[utoipa::path(post, path = "/api/v1/alerts/messages/{id}/retry", tag = "alerts", operation_id = "retry_alert_message",
    params(("id" = AlertMessageId, Path, description = "Its number")),
    responses(
        (status = 200, description = "The message, which waits to be sent", body = AlertMessage),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn retry(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Place(id): Place<AlertMessageId>,
) -> Result<Json<AlertMessage>, PageError> {
    if !actions::retry_message(&state, &actor, id).await? {
        return Err(PageError::Conflict(
            "Nothing was done: the message has not failed, or its destination is gone.",
        ));
    }
    show(State(state), Place(id)).await
}
