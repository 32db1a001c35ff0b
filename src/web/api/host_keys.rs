//! Host keys that devices showed in place of the trusted ones, and what is decided on them.

use axum::{Json, extract::State, http::StatusCode};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    input::{Asked, Place, Sent},
    paging::{self, Page},
    problem::Problem,
};
use crate::db::host_key_changes::{self as db, ChangeFilter, ChangeRow};
use crate::model::{HostKeyChangeId, HostKeyDecision};
use crate::web::{
    actions::{Who, decide_host_key},
    error::PageError,
    guard::{Acting, SignedIn},
    state::AppState,
};

/// The addresses.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(decide))
}

/// A key in place of the one that is trusted.
#[derive(Debug, Serialize, ToSchema)]
pub struct HostKeyChange {
    id: HostKeyChangeId,
    /// The slug of the site.
    site: String,
    device: String,
    algorithm: String,
    /// `SHA256:...` of the one that is, or was, trusted.
    trusted_fingerprint: String,
    /// Of the one that was shown.
    fingerprint: String,
    first_seen_at: DateTime<Utc>,
    last_seen_at: DateTime<Utc>,
    times_seen: i32,
    /// Null: it waits for one.
    decision: Option<HostKeyDecision>,
    decided_at: Option<DateTime<Utc>>,
    /// The name of who decided.
    decided_by: Option<String>,
}

impl From<ChangeRow> for HostKeyChange {
    fn from(row: ChangeRow) -> Self {
        Self {
            id: row.id,
            site: row.site_slug,
            device: row.device_name,
            algorithm: row.algorithm,
            trusted_fingerprint: row.trusted_fingerprint,
            fingerprint: row.fingerprint,
            first_seen_at: row.first_seen_at,
            last_seen_at: row.last_seen_at,
            times_seen: row.times_seen,
            decision: row.decision,
            decided_at: row.decided_at,
            decided_by: row.decided_by,
        }
    }
}

/// Which changes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct HostKeysQuery {
    /// Those that were decided on, instead of those that wait.
    decided: bool,
    /// `next` of the page before.
    #[param(pattern = "^[0-9]{1,18}$")]
    cursor: Option<String>,
    /// How many at most; 100 when nothing is said.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u16>,
}

/// Lists changed host keys
///
/// Newest first. Nothing is backed up from such a device until its key is accepted.
#[utoipa::path(get, path = "/api/v1/host-keys", tag = "host keys", operation_id = "list_host_keys",
    params(HostKeysQuery),
    responses(
        (status = 200, description = "A page of changes", body = Page<HostKeyChange>),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn list(
    State(state): State<AppState>,
    Asked(query): Asked<HostKeysQuery>,
) -> Result<Json<Page<HostKeyChange>>, PageError> {
    let limit = paging::limit(query.limit)?;
    let filter = ChangeFilter {
        is_open: !query.decided,
        before: paging::cursor(query.cursor.as_deref())?,
    };
    let mut conn = state.connection().await?;
    let rows = db::list(&mut conn, &filter, paging::one_more(limit)).await?;
    let place = |row: &ChangeRow| row.id.to_string();
    Ok(Json(Page::of(rows, limit, place, HostKeyChange::from)))
}

/// What is to become of a key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HostKeyChoice {
    decision: HostKeyDecision,
    /// Of an accepted one: whether the device is another one, so that its serial number and size are
    /// new, too.
    #[serde(default)]
    replaced: bool,
}

/// Accepts or rejects a changed host key
///
/// An accepted one is trusted from then on, in place of the one before. What was decided on stays so.
#[utoipa::path(post, path = "/api/v1/host-keys/{id}/decision", tag = "host keys", operation_id = "decide_host_key",
    params(("id" = HostKeyChangeId, Path, description = "The change's number")),
    request_body = HostKeyChoice,
    responses(
        (status = 204, description = "It is decided"),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn decide(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Place(id): Place<HostKeyChangeId>,
    Sent(choice): Sent<HostKeyChoice>,
) -> Result<StatusCode, PageError> {
    let who = Who {
        person: &person,
        actor: &actor,
    };
    let mut transaction = state.pool.begin().await?;
    let wanted = (id, choice.decision, choice.replaced);
    if !decide_host_key(&state, &mut transaction, who, wanted).await? {
        return Err(PageError::NotFound("change of a host key that waits"));
    }
    transaction.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
