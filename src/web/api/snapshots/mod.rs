//! Snapshots: of a device, one with its checks, its exact text; comments, pins, deletion; brought,
//! downloaded together, and how one is put on a device.

mod restore;
mod upload;
mod zip;

use axum::{
    Json,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    conditional,
    input::{Asked, Place, Sent},
    paging::{self, Page},
    problem::Problem,
};
use crate::db::pages::{self, SnapshotHead, SnapshotNotes, SnapshotRow};
use crate::db::snapshots::Deleted;
use crate::model::{BatchId, Check, SnapshotId, Verdict};
use crate::web::{
    actions::{self, Who},
    download,
    error::PageError,
    guard::{Acting, SignedIn},
    place,
    state::AppState,
};

const MISSING: PageError = PageError::NotFound("snapshot");

/// The addresses but for files.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show, update, delete))
        .routes(routes!(text))
        .routes(routes!(restore::show))
        .routes(routes!(zip::of_ids))
        .routes(routes!(zip::newest))
}

/// What takes the file of an export.
pub fn large_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(upload::create))
}

/// A configuration of a device, in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct SnapshotSummary {
    id: SnapshotId,
    /// When it was seen first.
    taken_at: DateTime<Utc>,
    /// When it was seen last: until then it did not change.
    last_seen_at: DateTime<Utc>,
    verdict: Verdict,
    size_bytes: i64,
    lines: i32,
    version: Option<String>,
    /// Whether passwords and keys are in it.
    has_secrets: bool,
    comment: String,
    pinned: bool,
    /// When retention may take it; null: never.
    expires_at: Option<DateTime<Utc>>,
}

impl From<SnapshotRow> for SnapshotSummary {
    fn from(row: SnapshotRow) -> Self {
        Self {
            id: row.id,
            taken_at: row.taken_at,
            last_seen_at: row.last_seen_at,
            verdict: row.verdict,
            size_bytes: row.size_bytes,
            lines: row.line_count,
            version: row.version,
            has_secrets: row.has_secrets,
            comment: row.comment,
            pinned: row.pinned,
            expires_at: row.expires_at,
        }
    }
}

/// A configuration with all that is known of it; its text has an address of its own.
#[derive(Debug, Serialize, ToSchema)]
pub struct Snapshot {
    id: SnapshotId,
    /// The slug of the site.
    site: String,
    device: String,
    /// When it was seen first.
    taken_at: DateTime<Utc>,
    /// When it was seen last: until then it did not change.
    last_seen_at: DateTime<Utc>,
    times_seen: i32,
    verdict: Verdict,
    /// What the verdict rests on.
    checks: Vec<Check>,
    /// Of the exact bytes, hexadecimal.
    sha256: String,
    size_bytes: i64,
    lines: i32,
    version: Option<String>,
    model: Option<String>,
    serial: Option<String>,
    /// Whether passwords and keys are in it.
    has_secrets: bool,
    /// Menus that the router could not export.
    error_menus: Vec<String>,
    comment: String,
    pinned: bool,
    /// The batch that took it.
    batch: Option<BatchId>,
    /// The next older one of the device.
    previous: Option<SnapshotId>,
}

impl Snapshot {
    fn of(head: SnapshotHead, notes: SnapshotNotes) -> Self {
        Self {
            id: head.id,
            site: head.site_slug,
            device: head.device_name,
            taken_at: head.taken_at,
            last_seen_at: head.last_seen_at,
            times_seen: head.times_seen,
            verdict: head.verdict,
            checks: head.checks.0,
            sha256: hex::encode(head.sha256),
            size_bytes: head.size_bytes,
            lines: head.line_count,
            version: head.version,
            model: head.model,
            serial: head.serial,
            has_secrets: head.has_secrets,
            error_menus: head.error_menus,
            comment: notes.comment,
            pinned: notes.pinned,
            batch: head.batch_id,
            previous: head.previous_id,
        }
    }

    async fn get(
        conn: &mut PgConnection,
        person: &SignedIn,
        id: SnapshotId,
    ) -> Result<Self, PageError> {
        let head = pages::get_snapshot(conn, &person.scope, id).await?;
        let notes = pages::get_snapshot_notes(conn, &person.scope, id).await?;
        let both = head.zip(notes).ok_or(MISSING)?;
        Ok(Self::of(both.0, both.1))
    }
}

/// Which snapshots of a device.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct HistoryQuery {
    /// `next` of the page before.
    #[param(pattern = "^[0-9]{1,16}-[0-9]{1,18}$")]
    cursor: Option<String>,
    /// How many at most; 100 when nothing is said.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u16>,
}

/// Lists the snapshots of a device
///
/// Newest first.
#[utoipa::path(get, path = "/api/v1/sites/{slug}/devices/{name}/snapshots", tag = "snapshots",
    operation_id = "list_snapshots",
    params(
        ("slug" = String, Path, description = "The site's name in addresses"),
        ("name" = String, Path, description = "The device's name"),
        HistoryQuery,
    ),
    responses(
        (status = 200, description = "A page of snapshots", body = Page<SnapshotSummary>),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn list(
    State(state): State<AppState>,
    person: SignedIn,
    Place((slug, name)): Place<(String, String)>,
    Asked(paging): Asked<HistoryQuery>,
) -> Result<Json<Page<SnapshotSummary>>, PageError> {
    let limit = paging::limit(paging.limit)?;
    let before: Option<place::Place> = paging::cursor(paging.cursor.as_deref())?;
    let mut conn = state.connection().await?;
    let device = pages::get_device(&mut conn, &person.scope, &slug, &name).await?;
    let device = device.ok_or(PageError::NotFound("device"))?.id;
    let (before, most) = (before.map(place::Place::key), paging::one_more(limit));
    let rows = pages::list_snapshots(&mut conn, &person.scope, device, before, most).await?;
    let place = |row: &SnapshotRow| place::Place::behind(row).to_string();
    Ok(Json(Page::of(rows, limit, place, SnapshotSummary::from)))
}

/// Shows a snapshot
#[utoipa::path(get, path = "/api/v1/snapshots/{id}", tag = "snapshots", operation_id = "show_snapshot",
    params(("id" = SnapshotId, Path, description = "Its number")),
    responses(
        (status = 200, description = "The snapshot, without its text", body = Snapshot),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show(
    State(state): State<AppState>,
    person: SignedIn,
    Place(id): Place<SnapshotId>,
) -> Result<Json<Snapshot>, PageError> {
    let mut conn = state.connection().await?;
    Ok(Json(Snapshot::get(&mut conn, &person, id).await?))
}

/// What is to be another; what is not named stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SnapshotChange {
    /// At most 2,000 characters; empty: none.
    comment: Option<String>,
    /// A pinned one is never taken by retention nor deleted.
    pinned: Option<bool>,
}

/// Comments on a snapshot, or pins it
///
/// With `If-Match` and the `ETag` of the snapshot, only if nobody changed it since.
#[utoipa::path(patch, path = "/api/v1/snapshots/{id}", tag = "snapshots", operation_id = "update_snapshot",
    params(
        ("id" = SnapshotId, Path, description = "Its number"),
        ("If-Match" = Option<String>, Header, description = "The ETag of what is to be changed"),
    ),
    request_body = SnapshotChange,
    responses(
        (status = 200, description = "The snapshot as it is now", body = Snapshot),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn update(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Place(id): Place<SnapshotId>,
    headers: HeaderMap,
    Sent(change): Sent<SnapshotChange>,
) -> Result<Json<Snapshot>, PageError> {
    let who = Who {
        person: &person,
        actor: &actor,
    };
    let mut conn = state.connection().await?;
    conditional::check(&headers, &Snapshot::get(&mut conn, &person, id).await?)?;
    drop(conn);
    if let Some(comment) = &change.comment {
        actions::set_comment(&state, who, id, comment).await?;
    }
    if let Some(pinned) = change.pinned {
        actions::set_pinned(&state, who, id, pinned).await?;
    }
    let mut conn = state.connection().await?;
    Ok(Json(Snapshot::get(&mut conn, &person, id).await?))
}

/// Deletes a snapshot
///
/// Never a pinned one, nor the newest verified one of a device in the inventory.
#[utoipa::path(delete, path = "/api/v1/snapshots/{id}", tag = "snapshots", operation_id = "delete_snapshot",
    params(("id" = SnapshotId, Path, description = "Its number")),
    responses(
        (status = 204, description = "It is gone"),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn delete(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Place(id): Place<SnapshotId>,
) -> Result<StatusCode, PageError> {
    let who = Who {
        person: &person,
        actor: &actor,
    };
    match actions::delete(&state, who, id).await?.1 {
        Deleted::Done => Ok(StatusCode::NO_CONTENT),
        Deleted::Missing => Err(MISSING),
        Deleted::Pinned => Err(PageError::Conflict(
            "It is pinned, so it stays. Take the pin away first.",
        )),
        Deleted::NewestVerified => Err(PageError::Conflict(
            "It is the newest verified backup of its device, so it stays.",
        )),
    }
}

/// Downloads a configuration
///
/// The exact bytes that the router sent, of all menus or of one; with `masked=1` its secrets are
/// replaced, which is all that an account gets which may not see secrets.
#[utoipa::path(get, path = "/api/v1/snapshots/{id}/text", tag = "snapshots", operation_id = "download_snapshot",
    params(
        ("id" = SnapshotId, Path, description = "Its number"),
        ("menu" = Option<String>, Query, description = "Only this menu, for example /ip firewall filter"),
        ("masked" = Option<download::Masked>, Query, description = "1: secrets are masked"),
    ),
    responses(
        (status = 200, description = "The configuration", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 304, description = "It is what you have"),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn text(
    state: State<AppState>,
    person: SignedIn,
    acting: Acting,
    Place(id): Place<SnapshotId>,
    Asked(query): Asked<download::ShowQuery>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    download::show(state, person, acting, Path(id), Query(query), headers).await
}
