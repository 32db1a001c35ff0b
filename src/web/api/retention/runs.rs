//! How long runs are kept.

use axum::{Json, extract::State, http::HeaderMap};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::retention as db;
use crate::managing::{RunLimitsText, save_run_limits};
use crate::model::RunLimits;
use crate::web::{
    actions,
    api::{conditional, input::Sent, problem::Problem, whole},
    error::PageError,
    guard::Acting,
    managing::refusal,
    state::AppState,
};

/// How long runs are kept.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunRetention {
    /// For so many days; null: for ever.
    #[serde(deserialize_with = "whole::optional")]
    #[schema(required, minimum = 1, maximum = 36_500)]
    runs_days: Option<i32>,
    /// Their steps and checks for so many days; null: as long as the runs.
    #[serde(deserialize_with = "whole::optional")]
    #[schema(required, minimum = 1, maximum = 36_500)]
    trails_days: Option<i32>,
}

impl From<RunLimits> for RunRetention {
    fn from(limits: RunLimits) -> Self {
        Self {
            runs_days: limits.runs_days,
            trails_days: limits.trails_days,
        }
    }
}

/// Shows how long runs are kept
#[utoipa::path(get, path = "/api/v1/retention/runs", tag = "retention", operation_id = "show_run_retention", responses(
    (status = 200, description = "The limits", body = RunRetention),
    (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
))]
pub async fn show(State(state): State<AppState>) -> Result<Json<RunRetention>, PageError> {
    let mut conn = state.connection().await?;
    Ok(Json(db::get_run_limits(&mut conn).await?.into()))
}

/// Changes how long runs are kept
///
/// With `If-Match` and the `ETag` of the limits, only if nobody changed them since.
#[utoipa::path(put, path = "/api/v1/retention/runs", tag = "retention", operation_id = "update_run_retention",
    params(("If-Match" = Option<String>, Header, description = "The ETag of what is to be changed")),
    request_body = RunRetention,
    responses(
        (status = 200, description = "The limits as they are now", body = RunRetention),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn update(
    State(state): State<AppState>,
    Acting(actor): Acting,
    headers: HeaderMap,
    Sent(limits): Sent<RunRetention>,
) -> Result<Json<RunRetention>, PageError> {
    let mut transaction = state.pool.begin().await?;
    db::lock_rules(&mut transaction).await?;
    let before = RunRetention::from(db::get_run_limits(&mut transaction).await?);
    conditional::check(&headers, &before)?;
    let text = RunLimitsText::from(&RunLimits {
        runs_days: limits.runs_days,
        trails_days: limits.trails_days,
    });
    let saved = save_run_limits(&mut transaction, &text).await;
    let changed = saved.map_err(|refused| refusal(refused, "limit"))?;
    actions::commit(&state, transaction, &actor, &changed).await?;
    Ok(Json(limits))
}
