//! Destinations: where messages go.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use secrecy::ExposeSecret;
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;

use super::{destination_settings::DestinationSettings, messages};
use crate::db::alerts::settings as db;
use crate::db::inventory::lock;
use crate::managing::{self, stamp};
use crate::model::{DestinationId, DestinationKind};
use crate::web::{
    actions,
    api::{
        conditional,
        idempotency::{Asking, Told},
        input::{Asked, Place, Sent},
        managed::{self, Made},
        paging::{Page, Paging, Part},
        problem::Problem,
    },
    error::PageError,
    guard::Acting,
    managing::refusal,
    state::AppState,
};

const WHAT: &str = "destination";

/// Where messages go.
#[derive(Serialize, ToSchema)]
#[schema(as = AlertDestination)]
pub struct Destination {
    id: DestinationId,
    kind: DestinationKind,
    name: String,
    /// Addresses of mail; none for other kinds.
    recipients: Vec<String>,
    /// Of the address of a webhook, which is not told; null: mail.
    host: Option<String>,
    /// Another one whenever something of it was written, the address and the secret included.
    version: String,
    /// What messages to a webhook are signed with, in the answer that made it alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    signing_secret: Option<String>,
}

impl From<&db::Destination> for Destination {
    fn from(stored: &db::Destination) -> Self {
        Self {
            id: stored.id,
            kind: stored.kind,
            name: stored.name.clone(),
            recipients: stored.recipients.clone(),
            host: stored.url.as_ref().map(|url| url.host.clone()),
            version: stamp(stored),
            signing_secret: None,
        }
    }
}

/// One of them.
///
/// # Errors
/// [`PageError::NotFound`], or what the database answers.
pub async fn get(conn: &mut PgConnection, id: DestinationId) -> Result<db::Destination, PageError> {
    let stored = db::get_destination(conn, id).await?;
    stored.ok_or(PageError::NotFound(WHAT))
}

/// Lists destinations
///
/// By name, without the addresses of webhooks.
#[utoipa::path(get, path = "/api/v1/alerts/destinations", tag = "alerts", operation_id = "list_alert_destinations",
    params(Paging),
    responses(
        (status = 200, description = "A page of destinations", body = Page<Destination>),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn list(
    State(state): State<AppState>,
    Asked(paging): Asked<Paging>,
) -> Result<Json<Page<Destination>>, PageError> {
    let part = Part::of(&paging)?;
    let mut conn = state.connection().await?;
    let rows = part.of_all(db::list_destination_rows(&mut conn).await?);
    let told = |row: db::DestinationRow| Destination::from(&row.destination);
    Ok(Json(part.page(rows, told)))
}

/// Makes a destination
///
/// A generic webhook gets a secret for its signature, which is told in this answer alone: not when it
/// is given once more under the same `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/alerts/destinations", tag = "alerts", operation_id = "create_alert_destination",
    params(("Idempotency-Key" = Option<String>, Header, description = "A name of your own for this request",
        min_length = 1, max_length = 200, pattern = "^[!-~]+$")),
    request_body = DestinationSettings,
    responses(
        (status = 201, description = "It was made", body = Destination,
            headers(("Location" = String, description = "The destination"))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(state): State<AppState>,
    asking: Asking,
    Sent(settings): Sent<DestinationSettings>,
) -> Result<Response, PageError> {
    let mut told_once = None;
    let make = async |conn: &mut PgConnection| {
        let (text, url) = settings.text()?;
        let made = managing::create_destination(conn, &state.vault, (&text, &url)).await;
        let (id, secret, changed) = made.map_err(|refused| refusal(refused, WHAT))?;
        let stored = get(conn, id).await?;
        told_once = secret.map(|secret| Destination {
            signing_secret: Some(secret.expose_secret().to_owned()),
            ..Destination::from(&stored)
        });
        Ok(Made {
            location: format!("/api/v1/alerts/destinations/{id}"),
            changed,
            told: Destination::from(&stored),
        })
    };
    // What is kept under the key has no secret.
    let kept = managed::make(&state, &asking, &settings, make).await?;
    let Some(told) = told_once else {
        return Ok(kept);
    };
    let (head, _) = kept.into_parts();
    Ok((head, Json(told)).into_response())
}

/// Shows a destination
///
/// Without the address of a webhook, which is never told.
#[utoipa::path(get, path = "/api/v1/alerts/destinations/{id}", tag = "alerts", operation_id = "show_alert_destination",
    params(("id" = DestinationId, Path, description = "Its number")),
    responses(
        (status = 200, description = "The destination", body = Destination),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show(
    State(state): State<AppState>,
    Place(id): Place<DestinationId>,
) -> Result<Json<Destination>, PageError> {
    let mut conn = state.connection().await?;
    Ok(Json((&get(&mut conn, id).await?).into()))
}

/// Changes a destination
///
/// To what is sent, as a whole; its kind stays. With `If-Match` and the `ETag` of the destination, only
/// if nobody changed it since.
#[utoipa::path(put, path = "/api/v1/alerts/destinations/{id}", tag = "alerts", operation_id = "update_alert_destination",
    params(
        ("id" = DestinationId, Path, description = "Its number"),
        ("If-Match" = Option<String>, Header, description = "The ETag of what is to be changed"),
    ),
    request_body = DestinationSettings,
    responses(
        (status = 200, description = "The destination as it is now", body = Destination),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn update(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Place(id): Place<DestinationId>,
    headers: HeaderMap,
    Sent(settings): Sent<DestinationSettings>,
) -> Result<Json<Destination>, PageError> {
    let mut transaction = state.pool.begin().await?;
    lock(&mut transaction).await?;
    let stored = get(&mut transaction, id).await?;
    conditional::check(&headers, &Destination::from(&stored))?;
    let (text, url) = settings.text()?;
    if settings.kind != stored.kind {
        let sentence = "A destination stays of its kind. Make another one, and delete this.";
        return Err(PageError::Wrong(sentence.to_owned()));
    }
    let seen = stamp(&stored);
    let wanted = (&text, &url, seen.as_str());
    let changed = managing::update_destination(&mut transaction, &state.vault, id, wanted).await;
    let changed = changed.map_err(|refused| refusal(refused, WHAT))?;
    let now = get(&mut transaction, id).await?;
    actions::commit(&state, transaction, &actor, &changed).await?;
    Ok(Json((&now).into()))
}

/// Deletes a destination
///
/// One that no rule leads to; what waits for it is not sent any more.
#[utoipa::path(delete, path = "/api/v1/alerts/destinations/{id}", tag = "alerts", operation_id = "delete_alert_destination",
    params(
        ("id" = DestinationId, Path, description = "Its number"),
        ("If-Match" = Option<String>, Header, description = "The ETag of what is to be deleted"),
    ),
    responses(
        (status = 204, description = "It is gone"),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn delete(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Place(id): Place<DestinationId>,
    headers: HeaderMap,
) -> Result<StatusCode, PageError> {
    let mut transaction = state.pool.begin().await?;
    lock(&mut transaction).await?;
    let stored = get(&mut transaction, id).await?;
    conditional::check(&headers, &Destination::from(&stored))?;
    let changed = managing::delete_destination(&mut transaction, id).await;
    let changed = changed.map_err(|refused| refusal(refused, WHAT))?;
    actions::commit(&state, transaction, &actor, &changed).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks for a test message
///
/// It is sent within seconds; follow the message to see whether it arrived.
#[utoipa::path(post, path = "/api/v1/alerts/destinations/{id}/test", tag = "alerts", operation_id = "test_alert_destination",
    params(
        ("id" = DestinationId, Path, description = "Its number"),
        ("Idempotency-Key" = Option<String>, Header, description = "A name of your own for this request",
            min_length = 1, max_length = 200, pattern = "^[!-~]+$"),
    ),
    responses(
        (status = 202, description = "The message, which waits to be sent", body = messages::AlertMessage,
            headers(("Location" = String, description = "The message"))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn test(
    State(state): State<AppState>,
    asking: Asking,
    Place(id): Place<DestinationId>,
) -> Result<Response, PageError> {
    let act = async |conn: &mut PgConnection| {
        let message = actions::test_destination(&state, conn, &asking.actor, id).await?;
        Ok(Told {
            status: StatusCode::ACCEPTED,
            location: format!("/api/v1/alerts/messages/{message}"),
            body: messages::get(conn, message).await?,
        })
    };
    asking.once(&state, &(), act).await
}
