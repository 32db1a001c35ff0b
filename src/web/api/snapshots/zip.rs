//! Several configurations in one download, as the pages give them.

use axum::{
    extract::{Path, State},
    response::Response,
};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::model::SnapshotId;
use crate::web::{
    actions::Who,
    api::{
        input::{Asked, Place},
        problem::Problem,
    },
    archives,
    error::PageError,
    guard::{Acting, SignedIn},
    state::AppState,
};

/// Which snapshots.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ZipQuery {
    /// Their numbers with commas between, at most 100.
    #[param(pattern = "^[0-9]{1,9}(,[0-9]{1,9}){0,99}$")]
    ids: String,
}

impl ZipQuery {
    /// The numbers, each once.
    fn ids(&self) -> Result<Vec<SnapshotId>, PageError> {
        let mut ids = Vec::new();
        for number in self.ids.split(',') {
            let id = number.parse().map(SnapshotId);
            let id = id.map_err(|_| PageError::BadRequest("`ids` are numbers with commas."))?;
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        Ok(ids)
    }
}

/// Downloads several configurations
///
/// In a zip; with their secrets masked for an account that may not see secrets.
#[utoipa::path(get, path = "/api/v1/snapshots.zip", tag = "snapshots", operation_id = "download_snapshots",
    params(ZipQuery),
    responses(
        (status = 200, description = "A zip", body = Vec<u8>, content_type = "application/zip"),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn of_ids(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Asked(query): Asked<ZipQuery>,
) -> Result<Response, PageError> {
    let who = Who {
        person: &person,
        actor: &actor,
    };
    archives::send_ticked(&state, who, &query.ids()?).await
}

/// Downloads the newest configurations of a site
///
/// The newest verified one of each device, in a zip; with their secrets masked for an account that
/// may not see secrets.
#[utoipa::path(get, path = "/api/v1/sites/{slug}/newest.zip", tag = "snapshots", operation_id = "download_newest",
    params(("slug" = String, Path, description = "The site's name in addresses")),
    responses(
        (status = 200, description = "A zip", body = Vec<u8>, content_type = "application/zip"),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn newest(
    state: State<AppState>,
    person: SignedIn,
    acting: Acting,
    Place(slug): Place<String>,
) -> Result<Response, PageError> {
    archives::newest(state, person, acting, Path(slug)).await
}
