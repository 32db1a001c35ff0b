//! What would go by another rule. Nothing is changed by it.

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{RetentionRule, target::Named};
use crate::db::retention as db;
use crate::model::SnapshotId;
use crate::retention::{self, Change, Going, Preview, Rules};
use crate::web::{
    api::{input::Sent, problem::Problem},
    error::PageError,
    managing::{why, wrong},
    state::AppState,
};

/// How many snapshots are listed.
const LISTED: i64 = 100;

/// A rule that would be another one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewRequest {
    /// `everything`, `site:acme-hq` or `tag:core`.
    target: String,
    /// Null or left out: there would be no rule for it.
    #[serde(default)]
    rule: Option<RetentionRule>,
}

/// What would go.
#[derive(Debug, Serialize, ToSchema)]
pub struct RetentionPreview {
    snapshots: i64,
    devices: i64,
    sites: i64,
    /// How much is stored of them.
    bytes: i64,
    /// How many devices the rule would be for,
    concerned_devices: i64,
    /// and how many snapshots these have.
    concerned_snapshots: i64,
    /// Whether there was no time to count all; the numbers are those of the devices before.
    partial: bool,
    /// The first 100 of them, by site and device, the oldest first.
    first: Vec<GoingSnapshot>,
}

/// A snapshot that would go.
#[derive(Debug, Serialize, ToSchema)]
pub struct GoingSnapshot {
    id: SnapshotId,
    /// The slug of the site.
    site: String,
    device: String,
    taken_at: DateTime<Utc>,
    last_seen_at: DateTime<Utc>,
    /// In words.
    why: String,
}

impl From<Going> for GoingSnapshot {
    fn from(going: Going) -> Self {
        Self {
            id: going.id,
            site: going.site_slug,
            device: going.device,
            taken_at: going.taken_at,
            last_seen_at: going.last_seen_at,
            why: why(&going.why),
        }
    }
}

impl From<Preview> for RetentionPreview {
    fn from(preview: Preview) -> Self {
        Self {
            snapshots: preview.snapshots,
            devices: preview.devices,
            sites: preview.sites,
            bytes: preview.bytes,
            concerned_devices: preview.concerned_devices,
            concerned_snapshots: preview.concerned_snapshots,
            partial: preview.is_partial,
            first: preview.going.into_iter().map(Into::into).collect(),
        }
    }
}

/// Shows what would go by a rule of retention
///
/// Nothing is changed by it.
#[utoipa::path(post, path = "/api/v1/retention/preview", tag = "retention", operation_id = "preview_retention",
    request_body = PreviewRequest,
    responses(
        (status = 200, description = "What would go", body = RetentionPreview),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn preview(
    State(state): State<AppState>,
    Sent(asked): Sent<PreviewRequest>,
) -> Result<Json<RetentionPreview>, PageError> {
    let mut conn = state.connection().await?;
    let named = Named::find(&mut conn, &asked.target).await?;
    let rule = asked.rule.map(|rule| named.text(&(&rule).into()).check());
    let rule = rule.transpose().map_err(wrong)?;
    let before: Rules = db::list_rules(&mut conn).await?.into_iter().collect();
    let after = before.clone().with(named.target.clone(), rule);
    let change = Change {
        target: &named.target,
        before: &before,
        after: &after,
    };
    let preview = retention::preview(&mut conn, &change, 0..LISTED, state.now()).await?;
    Ok(Json(preview.into()))
}
