//! Maintenance windows: when no scheduled backup begins. What comes from `devices.toml` is changed there.

mod settings;

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
use crate::db::schedules::{self as db, StoredWindow, WindowRow};
use crate::managing::{self, Texts as _, WindowText, stamp};
use crate::model::WindowId;
use crate::web::{actions, error::PageError, guard::Acting, managing::refusal, state::AppState};
use settings::WindowSettings;

const WHAT: &str = "maintenance window";

/// The addresses.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, update, delete))
}

/// A maintenance window.
#[derive(Debug, Serialize, ToSchema)]
pub struct MaintenanceWindow {
    id: WindowId,
    /// Whether it comes from `devices.toml`, and is changed there.
    from_file: bool,
    settings: WindowSettings,
}

impl From<StoredWindow> for MaintenanceWindow {
    fn from(stored: StoredWindow) -> Self {
        Self {
            id: stored.id,
            from_file: stored.origin.is_file(),
            settings: (&stored.values).into(),
        }
    }
}

async fn get(conn: &mut PgConnection, id: WindowId) -> Result<StoredWindow, PageError> {
    let window = db::get_window(conn, id).await?;
    window.ok_or(PageError::NotFound(WHAT))
}

/// Lists maintenance windows
///
/// By name.
#[utoipa::path(get, path = "/api/v1/maintenance-windows", tag = "schedules", operation_id = "list_windows",
    params(Paging),
    responses(
        (status = 200, description = "A page of windows", body = Page<MaintenanceWindow>),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn list(
    State(state): State<AppState>,
    Asked(paging): Asked<Paging>,
) -> Result<Json<Page<MaintenanceWindow>>, PageError> {
    let part = Part::of(&paging)?;
    let mut conn = state.connection().await?;
    let rows = db::list_window_rows(&mut conn, None, part.slice()).await?;
    Ok(Json(part.page(rows, |row: WindowRow| row.window.into())))
}

/// Makes a maintenance window
///
/// Backups that come due in it are done once when it ends.
#[utoipa::path(post, path = "/api/v1/maintenance-windows", tag = "schedules", operation_id = "create_window",
    params(("Idempotency-Key" = Option<String>, Header, description = "A name of your own for this request",
        min_length = 1, max_length = 200, pattern = "^[!-~]+$")),
    request_body = WindowSettings,
    responses(
        (status = 201, description = "It was made", body = MaintenanceWindow,
            headers(("Location" = String, description = "The window"))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(state): State<AppState>,
    asking: Asking,
    Sent(settings): Sent<WindowSettings>,
) -> Result<Response, PageError> {
    let make = async |conn: &mut PgConnection| {
        let made = managing::create_window(conn, &settings.text()?).await;
        let (id, changed) = made.map_err(|refused| refusal(refused, WHAT))?;
        Ok(Made {
            location: format!("/api/v1/maintenance-windows/{id}"),
            changed,
            told: MaintenanceWindow::from(get(conn, id).await?),
        })
    };
    managed::make(&state, &asking, &settings, make).await
}

/// Shows a maintenance window
#[utoipa::path(get, path = "/api/v1/maintenance-windows/{id}", tag = "schedules", operation_id = "show_window",
    params(("id" = WindowId, Path, description = "Its number")),
    responses(
        (status = 200, description = "The window", body = MaintenanceWindow),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show(
    State(state): State<AppState>,
    Place(id): Place<WindowId>,
) -> Result<Json<MaintenanceWindow>, PageError> {
    let mut conn = state.connection().await?;
    Ok(Json(get(&mut conn, id).await?.into()))
}

/// Changes a maintenance window
///
/// To what is sent, as a whole. With `If-Match` and the `ETag` of the window, only if nobody changed it since.
#[utoipa::path(put, path = "/api/v1/maintenance-windows/{id}", tag = "schedules", operation_id = "update_window",
    params(
        ("id" = WindowId, Path, description = "Its number"),
        ("If-Match" = Option<String>, Header, description = "The ETag of what is to be changed"),
    ),
    request_body = WindowSettings,
    responses(
        (status = 200, description = "The window as it is now", body = MaintenanceWindow),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn update(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Place(id): Place<WindowId>,
    headers: HeaderMap,
    Sent(settings): Sent<WindowSettings>,
) -> Result<Json<MaintenanceWindow>, PageError> {
    let mut transaction = state.pool.begin().await?;
    lock(&mut transaction).await?;
    let stored = get(&mut transaction, id).await?;
    let before = WindowText::from(&stored.values);
    conditional::check(&headers, &MaintenanceWindow::from(stored))?;
    let text = settings.text()?;
    let seen = stamp(&before.texts());
    let changed = managing::update_window(&mut transaction, id, &text, &seen).await;
    let changed = changed.map_err(|refused| refusal(refused, WHAT))?;
    let now = get(&mut transaction, id).await?;
    actions::commit(&state, transaction, &actor, &changed).await?;
    Ok(Json(now.into()))
}

/// Deletes a maintenance window
///
/// What it held back is queued at once.
#[utoipa::path(delete, path = "/api/v1/maintenance-windows/{id}", tag = "schedules", operation_id = "delete_window",
    params(
        ("id" = WindowId, Path, description = "Its number"),
        ("If-Match" = Option<String>, Header, description = "The ETag of what is to be deleted"),
    ),
    responses(
        (status = 204, description = "It is gone"),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn delete(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Place(id): Place<WindowId>,
    headers: HeaderMap,
) -> Result<StatusCode, PageError> {
    let mut transaction = state.pool.begin().await?;
    lock(&mut transaction).await?;
    let stored = get(&mut transaction, id).await?;
    conditional::check(&headers, &MaintenanceWindow::from(stored))?;
    let changed = managing::delete_window(&mut transaction, id).await;
    let changed = changed.map_err(|refused| refusal(refused, WHAT))?;
    actions::commit(&state, transaction, &actor, &changed).await?;
    Ok(StatusCode::NO_CONTENT)
}
