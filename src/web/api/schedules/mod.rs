//! Schedules: when backups begin by themselves. What comes from `devices.toml` is changed there.

mod settings;
mod times;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    conditional,
    idempotency::Asking,
    input::{Asked, Place, Sent},
    managed::{self, Made},
    paging::{Page, Paging, Part},
    problem::Problem,
};
use crate::db::inventory::lock;
use crate::db::schedules::{self as db, ScheduleRow, StoredSchedule};
use crate::managing::{self, ScheduleText, Texts as _, stamp};
use crate::model::ScheduleId;
use crate::web::{actions, error::PageError, guard::Acting, managing::refusal, state::AppState};
pub use settings::{RhythmKind, ScheduleSettings};

const WHAT: &str = "schedule";

/// The addresses.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, update, delete))
        .routes(routes!(times::show))
        .routes(routes!(times::preview))
}

/// A schedule.
#[derive(Debug, Serialize, ToSchema)]
pub struct Schedule {
    id: ScheduleId,
    /// Whether it comes from `devices.toml`, and is changed there.
    from_file: bool,
    settings: ScheduleSettings,
}

impl From<StoredSchedule> for Schedule {
    fn from(stored: StoredSchedule) -> Self {
        Self {
            id: stored.id,
            from_file: stored.origin.is_file(),
            settings: (&stored.values).into(),
        }
    }
}

async fn get(conn: &mut PgConnection, id: ScheduleId) -> Result<StoredSchedule, PageError> {
    let row = db::get_schedule(conn, id).await?;
    Ok(row.ok_or(PageError::NotFound(WHAT))?.schedule)
}

/// Lists schedules
///
/// The one for everything first, then those for tags, for sites and for devices.
#[utoipa::path(get, path = "/api/v1/schedules", tag = "schedules", operation_id = "list_schedules",
    params(Paging),
    responses(
        (status = 200, description = "A page of schedules", body = Page<Schedule>),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn list(
    State(state): State<AppState>,
    Asked(paging): Asked<Paging>,
) -> Result<Json<Page<Schedule>>, PageError> {
    let part = Part::of(&paging)?;
    let mut conn = state.connection().await?;
    let rows = db::list_schedule_rows(&mut conn, None, part.slice()).await?;
    Ok(Json(
        part.page(rows, |row: ScheduleRow| row.schedule.into()),
    ))
}

/// Makes a schedule
///
/// There is one at most for each tag, site and device. That for everything is always there.
#[utoipa::path(post, path = "/api/v1/schedules", tag = "schedules", operation_id = "create_schedule",
    params(("Idempotency-Key" = Option<String>, Header, description = "A name of your own for this request",
        min_length = 1, max_length = 200, pattern = "^[!-~]+$")),
    request_body = ScheduleSettings,
    responses(
        (status = 201, description = "It was made", body = Schedule,
            headers(("Location" = String, description = "The schedule"))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(state): State<AppState>,
    asking: Asking,
    Sent(settings): Sent<ScheduleSettings>,
) -> Result<Response, PageError> {
    let make = async |conn: &mut PgConnection| {
        let made = managing::create_schedule(conn, &settings.text()?).await;
        let (id, changed) = made.map_err(|refused| refusal(refused, WHAT))?;
        Ok(Made {
            location: format!("/api/v1/schedules/{id}"),
            changed,
            told: Schedule::from(get(conn, id).await?),
        })
    };
    managed::make(&state, &asking, &settings, make).await
}

/// Shows a schedule
#[utoipa::path(get, path = "/api/v1/schedules/{id}", tag = "schedules", operation_id = "show_schedule",
    params(("id" = ScheduleId, Path, description = "Its number")),
    responses(
        (status = 200, description = "The schedule", body = Schedule),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show(
    State(state): State<AppState>,
    Place(id): Place<ScheduleId>,
) -> Result<Json<Schedule>, PageError> {
    let mut conn = state.connection().await?;
    Ok(Json(get(&mut conn, id).await?.into()))
}

/// Changes a schedule
///
/// To what is sent, as a whole; what it is for stays. With `If-Match` and the `ETag` of the
/// schedule, only if nobody changed it since.
#[utoipa::path(put, path = "/api/v1/schedules/{id}", tag = "schedules", operation_id = "update_schedule",
    params(
        ("id" = ScheduleId, Path, description = "Its number"),
        ("If-Match" = Option<String>, Header, description = "The ETag of what is to be changed"),
    ),
    request_body = ScheduleSettings,
    responses(
        (status = 200, description = "The schedule as it is now", body = Schedule),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn update(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Place(id): Place<ScheduleId>,
    headers: HeaderMap,
    Sent(settings): Sent<ScheduleSettings>,
) -> Result<Json<Schedule>, PageError> {
    let mut transaction = state.pool.begin().await?;
    lock(&mut transaction).await?;
    let stored = get(&mut transaction, id).await?;
    let before = ScheduleText::from(&stored.values);
    conditional::check(&headers, &Schedule::from(stored))?;
    let text = settings.text()?;
    if (&text.kind, &text.target) != (&before.kind, &before.target) {
        let sentence = "A schedule stays for what it is for. Make another one, and delete this.";
        return Err(PageError::Wrong(sentence.to_owned()));
    }
    let seen = stamp(&before.texts());
    let changed = managing::update_schedule(&mut transaction, id, &text, &seen).await;
    let changed = changed.map_err(|refused| refusal(refused, WHAT))?;
    let now = get(&mut transaction, id).await?;
    actions::commit(&state, transaction, &actor, &changed).await?;
    Ok(Json(now.into()))
}

/// Deletes a schedule
///
/// Its devices have the next nearest one from then on. The one for everything stays; it can be
/// turned off.
#[utoipa::path(delete, path = "/api/v1/schedules/{id}", tag = "schedules", operation_id = "delete_schedule",
    params(
        ("id" = ScheduleId, Path, description = "Its number"),
        ("If-Match" = Option<String>, Header, description = "The ETag of what is to be deleted"),
    ),
    responses(
        (status = 204, description = "It is gone"),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn delete(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Place(id): Place<ScheduleId>,
    headers: HeaderMap,
) -> Result<StatusCode, PageError> {
    let mut transaction = state.pool.begin().await?;
    lock(&mut transaction).await?;
    let stored = get(&mut transaction, id).await?;
    conditional::check(&headers, &Schedule::from(stored))?;
    let changed = managing::delete_schedule(&mut transaction, id).await;
    let changed = changed.map_err(|refused| refusal(refused, WHAT))?;
    actions::commit(&state, transaction, &actor, &changed).await?;
    Ok(StatusCode::NO_CONTENT)
}
