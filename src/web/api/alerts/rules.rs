//! Rules of alerts: who hears of what.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;

use super::rule_settings::AlertRuleSettings;
use crate::db::alerts::settings as db;
use crate::db::inventory::lock;
use crate::managing::{self, AlertRuleText, Texts as _, stamp};
use crate::model::AlertRuleId;
use crate::web::{
    actions,
    api::{
        conditional,
        idempotency::Asking,
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

const WHAT: &str = "rule";

/// A rule of alerts.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlertRule {
    id: AlertRuleId,
    settings: AlertRuleSettings,
}

impl From<&db::AlertRule> for AlertRule {
    fn from(stored: &db::AlertRule) -> Self {
        Self {
            id: stored.id,
            settings: stored.into(),
        }
    }
}

async fn get(conn: &mut PgConnection, id: AlertRuleId) -> Result<db::AlertRule, PageError> {
    let stored = db::get_alert_rule(conn, id).await?;
    stored.ok_or(PageError::NotFound(WHAT))
}

/// Lists rules of alerts
///
/// By name.
#[utoipa::path(get, path = "/api/v1/alerts/rules", tag = "alerts", operation_id = "list_alert_rules",
    params(Paging),
    responses(
        (status = 200, description = "A page of rules", body = Page<AlertRule>),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn list(
    State(state): State<AppState>,
    Asked(paging): Asked<Paging>,
) -> Result<Json<Page<AlertRule>>, PageError> {
    let part = Part::of(&paging)?;
    let mut conn = state.connection().await?;
    let rows = part.of_all(db::list_alert_rules(&mut conn).await?);
    Ok(Json(part.page(rows, |row| (&row).into())))
}

/// Makes a rule of alerts
#[utoipa::path(post, path = "/api/v1/alerts/rules", tag = "alerts", operation_id = "create_alert_rule",
    params(("Idempotency-Key" = Option<String>, Header, description = "A name of your own for this request",
        min_length = 1, max_length = 200, pattern = "^[!-~]+$")),
    request_body = AlertRuleSettings,
    responses(
        (status = 201, description = "It was made", body = AlertRule,
            headers(("Location" = String, description = "The rule"))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(state): State<AppState>,
    asking: Asking,
    Sent(settings): Sent<AlertRuleSettings>,
) -> Result<Response, PageError> {
    let make = async |conn: &mut PgConnection| {
        let made = managing::create_alert_rule(conn, &settings.text()?).await;
        let (id, changed) = made.map_err(|refused| refusal(refused, WHAT))?;
        Ok(Made {
            location: format!("/api/v1/alerts/rules/{id}"),
            changed,
            told: AlertRule::from(&get(conn, id).await?),
        })
    };
    managed::make(&state, &asking, &settings, make).await
}

/// Shows a rule of alerts
#[utoipa::path(get, path = "/api/v1/alerts/rules/{id}", tag = "alerts", operation_id = "show_alert_rule",
    params(("id" = AlertRuleId, Path, description = "Its number")),
    responses(
        (status = 200, description = "The rule", body = AlertRule),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show(
    State(state): State<AppState>,
    Place(id): Place<AlertRuleId>,
) -> Result<Json<AlertRule>, PageError> {
    let mut conn = state.connection().await?;
    Ok(Json((&get(&mut conn, id).await?).into()))
}

/// Changes a rule of alerts
///
/// To what is sent, as a whole. With `If-Match` and the `ETag` of the rule, only if nobody changed it
/// since.
#[utoipa::path(put, path = "/api/v1/alerts/rules/{id}", tag = "alerts", operation_id = "update_alert_rule",
    params(
        ("id" = AlertRuleId, Path, description = "Its number"),
        ("If-Match" = Option<String>, Header, description = "The ETag of what is to be changed"),
    ),
    request_body = AlertRuleSettings,
    responses(
        (status = 200, description = "The rule as it is now", body = AlertRule),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn update(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Place(id): Place<AlertRuleId>,
    headers: HeaderMap,
    Sent(settings): Sent<AlertRuleSettings>,
) -> Result<Json<AlertRule>, PageError> {
    let mut transaction = state.pool.begin().await?;
    lock(&mut transaction).await?;
    let stored = get(&mut transaction, id).await?;
    conditional::check(&headers, &AlertRule::from(&stored))?;
    let seen = stamp(&AlertRuleText::from(&stored).texts());
    let text = settings.text()?;
    let changed = managing::update_alert_rule(&mut transaction, id, &text, &seen).await;
    let changed = changed.map_err(|refused| refusal(refused, WHAT))?;
    let now = get(&mut transaction, id).await?;
    actions::commit(&state, transaction, &actor, &changed).await?;
    Ok(Json((&now).into()))
}

/// Deletes a rule of alerts
///
/// What it told stays in the log.
#[utoipa::path(delete, path = "/api/v1/alerts/rules/{id}", tag = "alerts", operation_id = "delete_alert_rule",
    params(
        ("id" = AlertRuleId, Path, description = "Its number"),
        ("If-Match" = Option<String>, Header, description = "The ETag of what is to be deleted"),
    ),
    responses(
        (status = 204, description = "It is gone"),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn delete(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Place(id): Place<AlertRuleId>,
    headers: HeaderMap,
) -> Result<StatusCode, PageError> {
    let mut transaction = state.pool.begin().await?;
    lock(&mut transaction).await?;
    let stored = get(&mut transaction, id).await?;
    conditional::check(&headers, &AlertRule::from(&stored))?;
    let changed = managing::delete_alert_rule(&mut transaction, id).await;
    let changed = changed.map_err(|refused| refusal(refused, WHAT))?;
    actions::commit(&state, transaction, &actor, &changed).await?;
    Ok(StatusCode::NO_CONTENT)
}
