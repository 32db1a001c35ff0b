//! Retention: the rules by which snapshots go, what would go by others, and how long runs are kept.

mod preview;
mod runs;
mod target;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    conditional,
    input::{Asked, Place, Sent},
    paging::{Page, Paging, Part},
    problem::Problem,
    whole,
};
use crate::db::retention::{self as db, StoredRule};
use crate::managing::{self, stamp};
use crate::model::{Retention, Thinning};
use crate::web::{actions, error::PageError, guard::Acting, managing::refusal, state::AppState};
use target::{Named, word};

const WHAT: &str = "rule";

/// The addresses but for the preview.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show, update, delete))
        .routes(routes!(runs::show, runs::update))
}

/// What may read all histories.
pub fn costly() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(preview::preview))
}

/// How long snapshots are kept. Nothing set: for ever. When several are set, a snapshot goes when any
/// of them says so; never a pinned one, nor the newest.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetentionRule {
    /// The newest so many of a device stay.
    #[serde(default, deserialize_with = "whole::optional")]
    #[schema(minimum = 1, maximum = 1_000_000)]
    count: Option<i32>,
    /// So many days after it was last seen.
    #[serde(default, deserialize_with = "whole::optional")]
    #[schema(minimum = 1, maximum = 36_500)]
    days: Option<i32>,
    /// Fewer and fewer the older they are.
    #[serde(default)]
    thinning: Option<ThinningRule>,
}

/// All for some days, then one a day, then one a week.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ThinningRule {
    /// For so many days all.
    #[serde(deserialize_with = "whole::needed")]
    #[schema(minimum = 1, maximum = 36_500)]
    all_days: i32,
    /// Until so many days one a day; at least as many.
    #[serde(deserialize_with = "whole::needed")]
    #[schema(minimum = 1, maximum = 36_500)]
    daily_days: i32,
}

impl From<&RetentionRule> for Retention {
    fn from(rule: &RetentionRule) -> Self {
        Self {
            count: rule.count,
            days: rule.days,
            thinning: rule.thinning.map(|thinning| Thinning {
                all_days: thinning.all_days,
                daily_days: thinning.daily_days,
            }),
        }
    }
}

impl From<&Retention> for RetentionRule {
    fn from(rule: &Retention) -> Self {
        Self {
            count: rule.count,
            days: rule.days,
            thinning: rule.thinning.map(|thinning| ThinningRule {
                all_days: thinning.all_days,
                daily_days: thinning.daily_days,
            }),
        }
    }
}

/// A rule, and what it is for.
#[derive(Debug, Serialize, ToSchema)]
pub struct StoredRetention {
    /// `everything`, `site:acme-hq` or `tag:core`.
    target: String,
    rule: RetentionRule,
}

impl From<StoredRule> for StoredRetention {
    fn from(stored: StoredRule) -> Self {
        let slug = stored.site.as_ref().map_or("", |(slug, _)| slug);
        Self {
            target: word(&stored.target, slug),
            rule: (&stored.rule).into(),
        }
    }
}

async fn get(conn: &mut PgConnection, named: &Named) -> Result<Option<StoredRule>, sqlx::Error> {
    let mut rules = db::list_rules(conn).await?.into_iter();
    Ok(rules.find(|stored| stored.target == named.target))
}

/// Lists rules of retention
///
/// That for everything first, then those for tags and for sites, by name. Of several the nearest
/// counts: that of the site, of a tag of the device, of a tag of the site, of everything.
#[utoipa::path(get, path = "/api/v1/retention/rules", tag = "retention", operation_id = "list_retention_rules",
    params(Paging),
    responses(
        (status = 200, description = "A page of rules", body = Page<StoredRetention>),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn list(
    State(state): State<AppState>,
    Asked(paging): Asked<Paging>,
) -> Result<Json<Page<StoredRetention>>, PageError> {
    let part = Part::of(&paging)?;
    let mut conn = state.connection().await?;
    let rules = db::list_rules(&mut conn).await?;
    Ok(Json(part.page(part.of_all(rules), StoredRetention::from)))
}

/// Shows a rule of retention
#[utoipa::path(get, path = "/api/v1/retention/rules/{target}", tag = "retention", operation_id = "show_retention_rule",
    params(("target" = String, Path, description = "everything, site:SLUG or tag:TAG")),
    responses(
        (status = 200, description = "The rule", body = StoredRetention),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show(
    State(state): State<AppState>,
    Place(word): Place<String>,
) -> Result<Json<StoredRetention>, PageError> {
    let mut conn = state.connection().await?;
    let named = Named::find(&mut conn, &word).await?;
    let stored = get(&mut conn, &named).await?;
    Ok(Json(stored.ok_or(PageError::NotFound(WHAT))?.into()))
}

/// Sets a rule of retention
///
/// In place of the one that is there, if any. What is to go by it is deleted within minutes: ask for
/// the preview first. With `If-Match` and the `ETag` of the rule, only if nobody changed it since.
#[utoipa::path(put, path = "/api/v1/retention/rules/{target}", tag = "retention", operation_id = "set_retention_rule",
    params(
        ("target" = String, Path, description = "everything, site:SLUG or tag:TAG"),
        ("If-Match" = Option<String>, Header, description = "The ETag of what is to be changed"),
    ),
    request_body = RetentionRule,
    responses(
        (status = 200, description = "The rule as it is now", body = StoredRetention),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn update(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Place(word): Place<String>,
    headers: HeaderMap,
    Sent(rule): Sent<RetentionRule>,
) -> Result<Json<StoredRetention>, PageError> {
    let mut transaction = state.pool.begin().await?;
    db::lock_rules(&mut transaction).await?;
    let named = Named::find(&mut transaction, &word).await?;
    let before = get(&mut transaction, &named).await?;
    let seen = stamp(&before.as_ref().map(|stored| stored.rule));
    conditional::check(&headers, &before.map(StoredRetention::from))?;
    let text = named.text(&(&rule).into());
    let saved = managing::save_retention(&mut transaction, &text, &seen, state.now()).await;
    let changed = saved.map_err(|refused| refusal(refused, WHAT))?;
    let now = get(&mut transaction, &named).await?;
    actions::commit(&state, transaction, &actor, &changed).await?;
    Ok(Json(now.ok_or(PageError::NotFound(WHAT))?.into()))
}

/// Takes a rule of retention away
///
/// The next nearest one counts from then on; without any, everything is kept for ever.
#[utoipa::path(delete, path = "/api/v1/retention/rules/{target}", tag = "retention", operation_id = "delete_retention_rule",
    params(
        ("target" = String, Path, description = "everything, site:SLUG or tag:TAG"),
        ("If-Match" = Option<String>, Header, description = "The ETag of what is to be deleted"),
    ),
    responses(
        (status = 204, description = "It is gone"),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn delete(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Place(word): Place<String>,
    headers: HeaderMap,
) -> Result<StatusCode, PageError> {
    let mut transaction = state.pool.begin().await?;
    db::lock_rules(&mut transaction).await?;
    let named = Named::find(&mut transaction, &word).await?;
    let before = get(&mut transaction, &named).await?;
    let before = before.ok_or(PageError::NotFound(WHAT))?;
    conditional::check(&headers, &StoredRetention::from(before))?;
    let text = named.text(&Retention::default());
    let removed = managing::remove_retention(&mut transaction, &text, state.now()).await;
    let changed = removed.map_err(|refused| refusal(refused, WHAT))?;
    actions::commit(&state, transaction, &actor, &changed).await?;
    Ok(StatusCode::NO_CONTENT)
}
