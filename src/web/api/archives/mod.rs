//! Archives: asked for, followed, taken away, brought, and restored.

mod restore;
mod upload;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    idempotency::{Asking, Told},
    input::{Asked, Place, Sent},
    paging::{Page, Paging, Part},
    problem::Problem,
    whole,
};
use crate::db::archives::{self as db, ListedArchive};
use crate::model::{ArchiveChoice, ArchiveId, ArchiveState, ArchivedSecrets, Contents, History};
use crate::web::{
    actions::{self, ArchiveAsked, AskedArchive, DEFAULT_DAYS, Who},
    error::PageError,
    guard::{Acting, SignedIn},
    managing::download_archive,
    state::AppState,
};

/// The addresses.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, delete))
        .routes(routes!(cancel))
        .routes(routes!(file))
}

const FULL: PageError =
    PageError::Conflict("There are as many archives as are kept. Delete one first.");

/// What takes files, or as long as reading a whole archive does.
pub fn large_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(upload::create))
        .routes(routes!(restore::preview, restore::restore))
}

/// An archive.
#[derive(Debug, Serialize, ToSchema)]
pub struct Archive {
    id: ArchiveId,
    /// The slug of the only site in it; null: all.
    site: Option<String>,
    history: History,
    contents: Contents,
    secrets: ArchivedSecrets,
    comment: String,
    requested_by: String,
    /// Whether it was brought as a file.
    uploaded: bool,
    state: ArchiveState,
    /// How many snapshots are written,
    done: i32,
    /// of about how many.
    total: i32,
    created_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
    /// When it is deleted by itself; null: never.
    expires_at: Option<DateTime<Utc>>,
    size_bytes: Option<i64>,
    /// Of the file, hexadecimal.
    sha256: Option<String>,
    sites: Option<i32>,
    devices: Option<i32>,
    snapshots: Option<i32>,
    /// How many snapshots could not be read and are not in it.
    left_out: i32,
    /// Why it failed, in a sentence.
    failure: Option<String>,
    restored_at: Option<DateTime<Utc>>,
    /// What came of that.
    restore_note: Option<String>,
}

impl From<ListedArchive> for Archive {
    fn from(row: ListedArchive) -> Self {
        Self {
            id: row.id,
            site: row.site,
            history: row.history,
            contents: row.contents,
            secrets: row.secrets,
            comment: row.comment,
            requested_by: row.requested_by,
            uploaded: row.is_uploaded,
            state: row.state,
            done: row.done,
            total: row.total,
            created_at: row.created_at,
            finished_at: row.finished_at,
            expires_at: row.expires_at,
            size_bytes: row.size_bytes,
            sha256: row.sha256.map(hex::encode),
            sites: row.sites,
            devices: row.devices,
            snapshots: row.snapshots,
            left_out: row.left_out,
            failure: row.failure,
            restored_at: row.restored_at,
            restore_note: row.restore_note,
        }
    }
}

/// What is to be in an archive. Only one with everything and its exact secrets can be restored.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ArchiveRequest {
    /// The slug of the only site; null or left out: all.
    #[serde(default)]
    site: Option<String>,
    history: History,
    contents: Contents,
    secrets: ArchivedSecrets,
    #[serde(default)]
    #[schema(max_length = 500)]
    comment: String,
    /// After how many days it is deleted by itself, 30 when left out; null: never.
    #[serde(default = "default_days", deserialize_with = "whole::optional")]
    #[schema(minimum = 1, maximum = 3650)]
    days: Option<u32>,
}

impl ArchiveRequest {
    fn choice(&self) -> ArchiveChoice {
        ArchiveChoice {
            site: self.site.clone(),
            history: self.history,
            contents: self.contents,
            secrets: self.secrets,
        }
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "what is said by null and what is not said are two things"
)]
const fn default_days() -> Option<u32> {
    Some(DEFAULT_DAYS)
}

async fn get(conn: &mut PgConnection, id: ArchiveId) -> Result<ListedArchive, PageError> {
    let archive = db::get(conn, id).await?;
    archive.ok_or(PageError::NotFound("archive"))
}

/// The archive, if it has a file.
fn completed(archive: ListedArchive) -> Result<ListedArchive, PageError> {
    match archive.state {
        ArchiveState::Completed => Ok(archive),
        _ => Err(PageError::Conflict(
            "The archive is not completed, so it has no file.",
        )),
    }
}

/// Lists archives
///
/// Newest first.
#[utoipa::path(get, path = "/api/v1/archives", tag = "archives", operation_id = "list_archives", params(Paging), responses(
    (status = 200, description = "The archives", body = Page<Archive>),
    (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
))]
pub async fn list(
    State(state): State<AppState>,
    Asked(paging): Asked<Paging>,
) -> Result<Json<Page<Archive>>, PageError> {
    let part = Part::of(&paging)?;
    let mut conn = state.connection().await?;
    let rows = db::list(&mut conn, part.slice()).await?;
    Ok(Json(part.page(rows, Archive::from)))
}

/// Asks for an archive
///
/// Answers at once, with the archive to follow; its file is there when it is `completed`. With
/// `Idempotency-Key` it is asked for once, however often within a day.
#[utoipa::path(post, path = "/api/v1/archives", tag = "archives", operation_id = "create_archive",
    params(("Idempotency-Key" = Option<String>, Header, description = "A name of your own for this request",
        min_length = 1, max_length = 200, pattern = "^[!-~]+$")),
    request_body = ArchiveRequest,
    responses(
        (status = 202, description = "It waits to be made", body = Archive,
            headers(("Location" = String, description = "The archive"))),
        (status = 507, description = "The disk has no room for it", body = Problem,
            content_type = "application/problem+json"),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(state): State<AppState>,
    asking: Asking,
    Sent(wanted): Sent<ArchiveRequest>,
) -> Result<Response, PageError> {
    if wanted.site.as_ref().is_some_and(|slug| slug.contains('\0')) {
        return Err(PageError::NotFound("site"));
    }
    let act = async |conn: &mut PgConnection| {
        let asked = AskedArchive {
            choice: &wanted.choice(),
            comment: &wanted.comment,
            days: wanted.days,
        };
        let asked = actions::request_archive(&state, conn, asking.who(), &asked).await?;
        let id = queued(asked)?;
        Ok(Told {
            status: StatusCode::ACCEPTED,
            location: format!("/api/v1/archives/{id}"),
            body: Archive::from(get(conn, id).await?),
        })
    };
    asking.once(&state, &wanted, act).await
}

fn queued(asked: ArchiveAsked) -> Result<ArchiveId, PageError> {
    Err(match asked {
        ArchiveAsked::Queued(id) => return Ok(id),
        ArchiveAsked::NoSite => PageError::NotFound("site"),
        ArchiveAsked::Full => FULL,
        ArchiveAsked::Wrong => {
            let sentence =
                "It is kept for 1 to 3650 days, and a comment has at most 500 characters.";
            PageError::Wrong(sentence.to_owned())
        }
        ArchiveAsked::NoRoom(problem) => PageError::NoRoom(problem),
    })
}

/// Shows an archive
#[utoipa::path(get, path = "/api/v1/archives/{id}", tag = "archives", operation_id = "show_archive",
    params(("id" = ArchiveId, Path, description = "Its number")),
    responses(
        (status = 200, description = "The archive", body = Archive),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show(
    State(state): State<AppState>,
    Place(id): Place<ArchiveId>,
) -> Result<Json<Archive>, PageError> {
    let mut conn = state.connection().await?;
    Ok(Json(get(&mut conn, id).await?.into()))
}

/// Cancels an archive
///
/// One that has ended stays as it is.
#[utoipa::path(post, path = "/api/v1/archives/{id}/cancel", tag = "archives", operation_id = "cancel_archive",
    params(("id" = ArchiveId, Path, description = "Its number")),
    responses(
        (status = 200, description = "The archive as it is now", body = Archive),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn cancel(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Place(id): Place<ArchiveId>,
) -> Result<Json<Archive>, PageError> {
    let who = Who {
        person: &person,
        actor: &actor,
    };
    actions::cancel_archive(&state, who, id).await?;
    show(State(state), Place(id)).await
}

/// Deletes an archive
///
/// With its file; one that is still being made is cancelled first.
#[utoipa::path(delete, path = "/api/v1/archives/{id}", tag = "archives", operation_id = "delete_archive",
    params(("id" = ArchiveId, Path, description = "Its number")),
    responses(
        (status = 204, description = "It is gone"),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn delete(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Place(id): Place<ArchiveId>,
) -> Result<StatusCode, PageError> {
    let who = Who {
        person: &person,
        actor: &actor,
    };
    match actions::delete_archive(&state, who, id).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(PageError::Conflict(
            "The archive is still being made. Cancel it first.",
        )),
    }
}

/// Downloads an archive
///
/// The file is sent as it is read. Its SHA-256 is in the header `X-SHA256`, too.
#[utoipa::path(get, path = "/api/v1/archives/{id}/file", tag = "archives", operation_id = "download_archive",
    params(("id" = ArchiveId, Path, description = "Its number")),
    responses(
        (status = 200, description = "A zip", body = Vec<u8>, content_type = "application/zip",
            headers(("X-SHA256" = String, description = "Of the file, hexadecimal"))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn file(
    state: State<AppState>,
    person: SignedIn,
    acting: Acting,
    Place(id): Place<ArchiveId>,
) -> Result<Response, PageError> {
    let mut conn = state.connection().await?;
    completed(get(&mut conn, id).await?)?;
    drop(conn);
    download_archive(state, person, acting, Path(id)).await
}
