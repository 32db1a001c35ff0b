//! **Test connection**, for programs: started and followed. Each test is there for who asked for it,
//! and for a day.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{input::Place, problem::Problem};
use crate::db::connection_tests::{self as db, Requested};
use crate::db::pages::{self, ConnectionTestHead, get_connection_test};
use crate::model::{Check, ConnectionTestId, Step, TestState, Verdict};
use crate::web::{
    connection_tests::{TOO_MANY, earlier, request},
    error::PageError,
    guard::{Acting, SignedIn},
    state::AppState,
};

const MISSING: PageError = PageError::NotFound("connection test");

/// The addresses.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(create))
        .routes(routes!(show))
        .routes(routes!(cancel))
}

/// A test of a connection.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConnectionTest {
    id: ConnectionTestId,
    /// The slug of the site.
    site: String,
    /// What the device was called when it was asked for.
    device: String,
    state: TestState,
    created_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
    duration_ms: Option<i64>,
    steps: Vec<Step>,
    checks: Vec<Check>,
    verdict: Option<Verdict>,
    /// Why it failed, in a sentence.
    failure: Option<String>,
    /// What the router calls itself.
    identity: Option<String>,
    model: Option<String>,
    version: Option<String>,
    /// What the group of the account allows; null: the router did not say.
    policies: Option<Vec<String>>,
    /// Of the key that the router showed.
    host_key_fingerprint: Option<String>,
}

impl From<ConnectionTestHead> for ConnectionTest {
    fn from(head: ConnectionTestHead) -> Self {
        Self {
            id: head.id,
            site: head.site_slug,
            device: head.name,
            state: head.state,
            created_at: head.created_at,
            finished_at: head.finished_at,
            duration_ms: head.duration_ms,
            steps: head.steps.0,
            checks: head.checks.0,
            verdict: head.verdict,
            failure: head.failure_message,
            identity: head.identity,
            model: head.model,
            version: head.version,
            policies: head.policies,
            host_key_fingerprint: head.host_key_fingerprint,
        }
    }
}

async fn get(
    state: &AppState,
    person: &SignedIn,
    id: ConnectionTestId,
) -> Result<ConnectionTest, PageError> {
    let mut conn = state.connection().await?;
    let head = get_connection_test(&mut conn, &person.scope, person.user, id).await?;
    Ok(head.ok_or(MISSING)?.into())
}

/// Tests the connection to a device
///
/// With the settings that it has. Answers at once, with the test to follow; while an earlier one of
/// yours goes on, with that. Nothing is kept but the test itself, for a day.
#[utoipa::path(post, path = "/api/v1/sites/{slug}/devices/{name}/connection-tests", tag = "devices",
    operation_id = "test_connection",
    params(
        ("slug" = String, Path, description = "The site's name in addresses"),
        ("name" = String, Path, description = "The device's name"),
    ),
    responses(
        (status = 202, description = "It waits, or an earlier one goes on", body = ConnectionTest,
            headers(("Location" = String, description = "The test"))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Too many wait", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Place((slug, name)): Place<(String, String)>,
) -> Result<Response, PageError> {
    let missing = || PageError::NotFound("device");
    let mut tx = state.pool.begin().await?;
    let device = pages::get_device(&mut tx, &person.scope, &slug, &name).await?;
    let target = db::get_device_target(&mut tx, device.ok_or_else(missing)?.id).await?;
    let target = target.ok_or_else(missing)?;
    let requested = request(&mut tx, (&person, &actor), state.now(), &target).await?;
    tx.commit().await?;
    let id = match requested {
        Requested::Queued(id) | Requested::GoesOn(id) => id,
        Requested::TooMany => return Err(PageError::Busy(TOO_MANY)),
    };
    let test = get(&state, &person, id).await?;
    let location = [(header::LOCATION, format!("/api/v1/connection-tests/{id}"))];
    Ok((StatusCode::ACCEPTED, location, Json(test)).into_response())
}

/// Shows a connection test
///
/// Asked again with `If-None-Match` it answers 304 until something moved.
#[utoipa::path(get, path = "/api/v1/connection-tests/{id}", tag = "devices", operation_id = "show_connection_test",
    params(("id" = ConnectionTestId, Path, description = "Its number")),
    responses(
        (status = 200, description = "The test", body = ConnectionTest),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show(
    State(state): State<AppState>,
    person: SignedIn,
    Place(id): Place<ConnectionTestId>,
) -> Result<Json<ConnectionTest>, PageError> {
    Ok(Json(get(&state, &person, id).await?))
}

/// Cancels a connection test
///
/// One that has ended stays as it is.
#[utoipa::path(post, path = "/api/v1/connection-tests/{id}/cancel", tag = "devices",
    operation_id = "cancel_connection_test",
    params(("id" = ConnectionTestId, Path, description = "Its number")),
    responses(
        (status = 200, description = "The test as it is now", body = ConnectionTest),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn cancel(
    State(state): State<AppState>,
    person: SignedIn,
    Place(id): Place<ConnectionTestId>,
) -> Result<Json<ConnectionTest>, PageError> {
    let mut conn = state.connection().await?;
    earlier(&mut conn, &person, id).await?;
    db::cancel(&mut conn, person.user, id).await?;
    drop(conn);
    Ok(Json(get(&state, &person, id).await?))
}
