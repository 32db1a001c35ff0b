//! Plans by which archives are made by themselves. What comes from `devices.toml` is changed there.

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
use crate::db::archives::{StoredPlan, get_plan, list_plans};
use crate::db::inventory::lock;
use crate::managing::{self, ArchivePlanText, Texts as _, stamp};
use crate::model::ArchivePlanId;
use crate::web::{actions, error::PageError, guard::Acting, managing::refusal, state::AppState};
use settings::ArchivePlanSettings;

const WHAT: &str = "archive plan";

/// The addresses.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, update, delete))
}

/// A plan by which archives are made.
#[derive(Debug, Serialize, ToSchema)]
pub struct ArchivePlan {
    id: ArchivePlanId,
    /// Whether it comes from `devices.toml`, and is changed there.
    from_file: bool,
    settings: ArchivePlanSettings,
}

impl From<StoredPlan> for ArchivePlan {
    fn from(stored: StoredPlan) -> Self {
        Self {
            id: stored.id,
            from_file: stored.origin.is_file(),
            settings: (&stored.values).into(),
        }
    }
}

async fn get(conn: &mut PgConnection, id: ArchivePlanId) -> Result<StoredPlan, PageError> {
    let stored = get_plan(conn, id).await?;
    stored.ok_or(PageError::NotFound(WHAT))
}

/// Lists archive plans
///
/// In the order in which they were made.
#[utoipa::path(get, path = "/api/v1/archive-plans", tag = "archives", operation_id = "list_archive_plans",
    params(Paging),
    responses(
        (status = 200, description = "A page of plans", body = Page<ArchivePlan>),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn list(
    State(state): State<AppState>,
    Asked(paging): Asked<Paging>,
) -> Result<Json<Page<ArchivePlan>>, PageError> {
    let part = Part::of(&paging)?;
    let mut conn = state.connection().await?;
    let plans = part.of_all(list_plans(&mut conn).await?);
    Ok(Json(part.page(plans, ArchivePlan::from)))
}

/// Makes an archive plan
#[utoipa::path(post, path = "/api/v1/archive-plans", tag = "archives", operation_id = "create_archive_plan",
    params(("Idempotency-Key" = Option<String>, Header, description = "A name of your own for this request",
        min_length = 1, max_length = 200, pattern = "^[!-~]+$")),
    request_body = ArchivePlanSettings,
    responses(
        (status = 201, description = "It was made", body = ArchivePlan,
            headers(("Location" = String, description = "The plan"))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(state): State<AppState>,
    asking: Asking,
    Sent(settings): Sent<ArchivePlanSettings>,
) -> Result<Response, PageError> {
    let make = async |conn: &mut PgConnection| {
        let made = managing::create_archive_plan(conn, &settings.text()?).await;
        let (id, changed) = made.map_err(|refused| refusal(refused, WHAT))?;
        Ok(Made {
            location: format!("/api/v1/archive-plans/{id}"),
            changed,
            told: ArchivePlan::from(get(conn, id).await?),
        })
    };
    managed::make(&state, &asking, &settings, make).await
}

/// Shows an archive plan
#[utoipa::path(get, path = "/api/v1/archive-plans/{id}", tag = "archives", operation_id = "show_archive_plan",
    params(("id" = ArchivePlanId, Path, description = "Its number")),
    responses(
        (status = 200, description = "The plan", body = ArchivePlan),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show(
    State(state): State<AppState>,
    Place(id): Place<ArchivePlanId>,
) -> Result<Json<ArchivePlan>, PageError> {
    let mut conn = state.connection().await?;
    Ok(Json(get(&mut conn, id).await?.into()))
}

/// Changes an archive plan
///
/// To what is sent, as a whole. With `If-Match` and the `ETag` of the plan, only if nobody changed
/// it since.
#[utoipa::path(put, path = "/api/v1/archive-plans/{id}", tag = "archives", operation_id = "update_archive_plan",
    params(
        ("id" = ArchivePlanId, Path, description = "Its number"),
        ("If-Match" = Option<String>, Header, description = "The ETag of what is to be changed"),
    ),
    request_body = ArchivePlanSettings,
    responses(
        (status = 200, description = "The plan as it is now", body = ArchivePlan),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn update(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Place(id): Place<ArchivePlanId>,
    headers: HeaderMap,
    Sent(settings): Sent<ArchivePlanSettings>,
) -> Result<Json<ArchivePlan>, PageError> {
    let mut transaction = state.pool.begin().await?;
    lock(&mut transaction).await?;
    let stored = get(&mut transaction, id).await?;
    let seen = stamp(&ArchivePlanText::from(&stored.values).texts());
    conditional::check(&headers, &ArchivePlan::from(stored))?;
    let text = settings.text()?;
    let changed = managing::update_archive_plan(&mut transaction, id, &text, &seen).await;
    let changed = changed.map_err(|refused| refusal(refused, WHAT))?;
    let now = get(&mut transaction, id).await?;
    actions::commit(&state, transaction, &actor, &changed).await?;
    Ok(Json(now.into()))
}

/// Deletes an archive plan
///
/// Its archives stay until somebody deletes them.
#[utoipa::path(delete, path = "/api/v1/archive-plans/{id}", tag = "archives", operation_id = "delete_archive_plan",
    params(
        ("id" = ArchivePlanId, Path, description = "Its number"),
        ("If-Match" = Option<String>, Header, description = "The ETag of what is to be deleted"),
    ),
    responses(
        (status = 204, description = "It is gone"),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn delete(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Place(id): Place<ArchivePlanId>,
    headers: HeaderMap,
) -> Result<StatusCode, PageError> {
    let mut transaction = state.pool.begin().await?;
    lock(&mut transaction).await?;
    let stored = get(&mut transaction, id).await?;
    conditional::check(&headers, &ArchivePlan::from(stored))?;
    let changed = managing::delete_archive_plan(&mut transaction, id).await;
    let changed = changed.map_err(|refused| refusal(refused, WHAT))?;
    actions::commit(&state, transaction, &actor, &changed).await?;
    Ok(StatusCode::NO_CONTENT)
}
