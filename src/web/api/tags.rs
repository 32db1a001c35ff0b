//! Tags: which there are, and one renamed or taken away everywhere.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    input::{Asked, Place, Sent},
    paging::{Page, Paging, Part},
    problem::Problem,
};
use crate::db::audit::Actor;
use crate::db::managing::{TagRow, list_tag_rows};
use crate::managing::{TagRefused, change_tag};
use crate::web::{actions, error::PageError, guard::Acting, state::AppState};

/// The addresses.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(rename, remove))
}

/// A tag.
#[derive(Debug, Serialize, ToSchema)]
pub struct Tag {
    tag: String,
    /// How many sites have it,
    sites: i64,
    /// and how many devices.
    devices: i64,
}

impl From<TagRow> for Tag {
    fn from(row: TagRow) -> Self {
        Self {
            tag: row.tag,
            sites: row.sites,
            devices: row.devices,
        }
    }
}

/// What a tag is to be called.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TagName {
    #[schema(min_length = 1, max_length = 50)]
    name: String,
}

/// What was changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct TagChanged {
    /// How many sites,
    sites: u64,
    /// and how many devices; archived ones, too.
    devices: u64,
    /// How many of `devices.toml` keep it: change it there.
    kept: i64,
}

/// Lists tags
///
/// Of sites and devices that are not archived.
#[utoipa::path(get, path = "/api/v1/tags", tag = "tags", operation_id = "list_tags", params(Paging), responses(
    (status = 200, description = "A page of tags", body = Page<Tag>),
    (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
))]
pub async fn list(
    State(state): State<AppState>,
    Asked(paging): Asked<Paging>,
) -> Result<Json<Page<Tag>>, PageError> {
    let part = Part::of(&paging)?;
    let mut conn = state.connection().await?;
    let rows = list_tag_rows(&mut conn, None, part.slice()).await?;
    Ok(Json(part.page(rows, Tag::from)))
}

/// Renames a tag everywhere
///
/// But not in what comes from `devices.toml`. One by which people reach sites stays, and one that a
/// schedule or a maintenance window is for.
#[utoipa::path(put, path = "/api/v1/tags/{tag}", tag = "tags", operation_id = "rename_tag",
    params(("tag" = String, Path, description = "The tag")),
    request_body = TagName,
    responses(
        (status = 200, description = "It was renamed", body = TagChanged),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn rename(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Place(tag): Place<String>,
    Sent(new): Sent<TagName>,
) -> Result<Json<TagChanged>, PageError> {
    change(&state, &actor, &tag, Some(&new.name)).await
}

/// Takes a tag away everywhere
///
/// As far as it can be renamed.
#[utoipa::path(delete, path = "/api/v1/tags/{tag}", tag = "tags", operation_id = "remove_tag",
    params(("tag" = String, Path, description = "The tag")),
    responses(
        (status = 200, description = "It was taken away", body = TagChanged),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn remove(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Place(tag): Place<String>,
) -> Result<Json<TagChanged>, PageError> {
    change(&state, &actor, &tag, None).await
}

async fn change(
    state: &AppState,
    actor: &Actor,
    tag: &str,
    new: Option<&str>,
) -> Result<Json<TagChanged>, PageError> {
    if tag.contains('\0') {
        return Err(PageError::NotFound("tag"));
    }
    let mut transaction = state.pool.begin().await?;
    let (change, changed) = change_tag(&mut transaction, tag, new)
        .await
        .map_err(refused)?;
    actions::commit(state, transaction, actor, &changed).await?;
    Ok(Json(TagChanged {
        sites: change.sites,
        devices: change.devices,
        kept: change.kept,
    }))
}

fn refused(refused: TagRefused) -> PageError {
    match refused {
        TagRefused::Wrong(sentence) => PageError::Wrong(format!("{sentence}.")),
        TagRefused::Reached => PageError::Conflict(
            "People or API tokens reach sites by this tag, and would reach others after it. Change \
             what they reach first.",
        ),
        TagRefused::Scheduled => PageError::Conflict(
            "A schedule or a maintenance window is for this tag. Change that first.",
        ),
        TagRefused::Alerted => {
            PageError::Conflict("A rule of alerts is for this tag. Change that first.")
        }
        TagRefused::Database(error) => error.into(),
    }
}
