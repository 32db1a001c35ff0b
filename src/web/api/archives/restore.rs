//! Restoring an archive: what it would do, and doing it. What is there is never changed, so the same
//! asked for twice is refused the second time, and needs no key to be known by.

use axum::{
    Extension, Json,
    extract::State,
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    super::{
        input::{Asked, Place, Sent},
        problem::Problem,
    },
    Archive, completed, get,
};
use crate::archive::{Counts, Plan, PlannedSite, Restored};
use crate::db::archives::ListedArchive;
use crate::model::ArchiveId;
use crate::web::{
    actions::{Outlook, RestoreCame, Restores, Who},
    error::PageError,
    guard::{Acting, SignedIn},
    state::AppState,
};

/// When a program looks again at what is still being read, in seconds.
const LOOK_AGAIN_SECS: &str = "3";

/// What a restore would do here. Nothing was done yet.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct RestoreReport {
    /// Whether it can be done as things are.
    possible: bool,
    /// Why not, a sentence.
    problem: Option<String>,
    /// What would be made and what would stay as it is, a line each.
    plan: Vec<String>,
    sites: Vec<SiteToRestore>,
    /// How many there are in the archive.
    counts: Option<Counts>,
    /// Credentials that would be made,
    new_credentials: Vec<String>,
    /// and that are there and would stay as they are.
    kept_credentials: Vec<String>,
    /// People who would be made, without access,
    new_users: Vec<String>,
    /// and who are there and would stay as they are.
    kept_users: Vec<String>,
    /// What the archive itself says that it lacks.
    left_out: Vec<String>,
}

/// A site that would be made.
#[derive(Debug, Serialize, ToSchema)]
pub struct SiteToRestore {
    /// As it would be here.
    slug: String,
    name: String,
    devices: usize,
    snapshots: u32,
}

impl From<&PlannedSite> for SiteToRestore {
    fn from(site: &PlannedSite) -> Self {
        Self {
            slug: site.slug.clone(),
            name: site.name.clone(),
            devices: site.devices,
            snapshots: site.snapshots,
        }
    }
}

impl RestoreReport {
    fn refused(problem: String) -> Self {
        Self {
            problem: Some(problem),
            ..Self::default()
        }
    }
}

impl From<Plan> for RestoreReport {
    fn from(plan: Plan) -> Self {
        Self {
            possible: true,
            problem: None,
            plan: plan.in_words(),
            sites: plan.sites.iter().map(SiteToRestore::from).collect(),
            counts: Some(plan.counts),
            new_credentials: plan.new_credentials,
            kept_credentials: plan.kept_credentials,
            new_users: plan.new_users,
            kept_users: plan.kept_users,
            left_out: plan.left_out,
        }
    }
}

/// How far an archive is that is being read.
#[derive(Debug, Serialize, ToSchema)]
pub struct RestoreReading {
    /// How many snapshots were read,
    done: u32,
    /// of how many.
    total: Option<i32>,
}

/// What was restored.
#[derive(Debug, Serialize, ToSchema)]
pub struct RestoredArchive {
    /// What was done, a line each.
    log: Vec<String>,
    /// What was counted in the database afterwards, to be compared with the report.
    counts: Counts,
}

impl From<Restored> for RestoredArchive {
    fn from(restored: Restored) -> Self {
        Self {
            log: restored.log,
            counts: restored.counts,
        }
    }
}

/// Under which name.
#[derive(Debug, Default, Deserialize, IntoParams, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct RestoreAs {
    /// Another slug for the only site of the archive; left out: its own.
    slug: Option<String>,
}

async fn restorable(state: &AppState, id: ArchiveId) -> Result<ListedArchive, PageError> {
    let mut conn = state.connection().await?;
    completed(get(&mut conn, id).await?)
}

/// Tells what restoring an archive would do
///
/// It is read whole for that. While that goes on, the answer is 202: ask again.
#[utoipa::path(get, path = "/api/v1/archives/{id}/restore", tag = "archives", operation_id = "preview_restore",
    params(("id" = ArchiveId, Path, description = "Its number"), RestoreAs),
    responses(
        (status = 200, description = "What would be done, or why it would be refused", body = RestoreReport),
        (status = 202, description = "It is still being read", body = RestoreReading,
            headers(("Retry-After" = String, description = "Seconds"))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn preview(
    State(state): State<AppState>,
    Extension(restores): Extension<Restores>,
    Place(id): Place<ArchiveId>,
    Asked(wanted): Asked<RestoreAs>,
) -> Result<Response, PageError> {
    let archive = restorable(&state, id).await?;
    let looked = restores.look(&state, &archive, wanted.slug.as_deref());
    let report = match looked.await? {
        Outlook::Possible(plan) => RestoreReport::from(*plan),
        Outlook::Refused(problem) => RestoreReport::refused(problem),
        Outlook::Reading(done) => {
            let total = archive.snapshots;
            let later: [(HeaderName, _); 1] = [(header::RETRY_AFTER, LOOK_AGAIN_SECS)];
            let told = Json(RestoreReading { done, total });
            return Ok((StatusCode::ACCEPTED, later, told).into_response());
        }
    };
    Ok(Json(report).into_response())
}

/// Restores an archive
///
/// All of it or nothing, under the names that it has or, of one with a single site, under another.
/// Refused where a name is there, archived or not; credentials and people of a name that is there
/// stay as they are. Needs all rights of an administrator. What takes longer than 25 seconds goes
/// on: the archive tells what came of it, by `restored_at` and `restore_note`.
#[utoipa::path(post, path = "/api/v1/archives/{id}/restore", tag = "archives", operation_id = "restore_archive",
    params(("id" = ArchiveId, Path, description = "Its number")),
    request_body = RestoreAs,
    responses(
        (status = 200, description = "It is restored", body = RestoredArchive),
        (status = 202, description = "It goes on", body = Archive,
            headers(("Location" = String, description = "The archive, which will tell"))),
        (status = "4XX", description = "Refused; nothing was changed", body = Problem,
            content_type = "application/problem+json"),
        (status = 503, description = "Another archive is being restored", body = Problem,
            content_type = "application/problem+json"),
    ))]
pub async fn restore(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Extension(restores): Extension<Restores>,
    Place(id): Place<ArchiveId>,
    Sent(wanted): Sent<RestoreAs>,
) -> Result<Response, PageError> {
    let who = Who {
        person: &person,
        actor: &actor,
    };
    let archive = restorable(&state, id).await?;
    let restored = restores.restore(&state, who, &archive, wanted.slug.as_deref());
    match restored.await? {
        RestoreCame::Restored(restored) => {
            Ok(Json(RestoredArchive::from(restored)).into_response())
        }
        RestoreCame::Refused(problem) => Err(PageError::Wrong(problem)),
        RestoreCame::GoesOn => {
            let at = [(header::LOCATION, format!("/api/v1/archives/{id}"))];
            let told = Json(Archive::from(archive));
            Ok((StatusCode::ACCEPTED, at, told).into_response())
        }
    }
}
