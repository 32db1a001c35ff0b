//! Sites.

mod change;
mod settings;

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    input::{Asked, Place},
    paging::{self, Page},
    problem::Problem,
};
use crate::db::pages::{SiteRecord, SiteRecords, list_site_records};
use crate::web::{error::PageError, guard::SignedIn, state::AppState};

/// The addresses.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, change::create))
        .routes(routes!(show, change::archive))
        .routes(routes!(change::show, change::update))
        .routes(routes!(change::restore))
}

/// A customer's location.
#[derive(Debug, Serialize, ToSchema)]
pub struct Site {
    /// Its name in addresses.
    slug: String,
    name: String,
    /// IANA name.
    timezone: String,
    tags: Vec<String>,
    notes: String,
    /// When it left the inventory.
    archived_at: Option<DateTime<Utc>>,
    coverage: Coverage,
}

/// How many devices have a verified backup of the last 24 hours.
#[derive(Debug, Serialize, ToSchema)]
pub struct Coverage {
    /// Devices that are to be backed up.
    devices: i64,
    /// Those with a verified backup.
    verified: i64,
}

impl From<SiteRecord> for Site {
    fn from(row: SiteRecord) -> Self {
        Self {
            slug: row.slug,
            name: row.name,
            timezone: row.timezone,
            tags: row.tags,
            notes: row.notes,
            archived_at: row.archived_at,
            coverage: Coverage {
                devices: row.devices,
                verified: row.verified,
            },
        }
    }
}

/// Which sites.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct SitesQuery {
    /// Only those with this tag.
    tag: Option<String>,
    /// `next` of the page before.
    #[param(pattern = "^[0-9]{1,18}$")]
    cursor: Option<String>,
    /// How many at most; 100 when nothing is said.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u16>,
}

/// Lists sites
///
/// In the order in which they were made, archived ones too.
#[utoipa::path(get, path = "/api/v1/sites", tag = "sites", operation_id = "list_sites", params(SitesQuery), responses(
    (status = 200, description = "A page of sites", body = Page<Site>),
    (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
))]
pub async fn list(
    State(state): State<AppState>,
    person: SignedIn,
    Asked(query): Asked<SitesQuery>,
) -> Result<Json<Page<Site>>, PageError> {
    let limit = paging::limit(query.limit)?;
    let asked = SiteRecords {
        slug: None,
        tag: query.tag.as_deref(),
        after: paging::cursor(query.cursor.as_deref())?,
    };
    let mut conn = state.connection().await?;
    let (since, most) = (state.covered_since(), paging::one_more(limit));
    let rows = list_site_records(&mut conn, &person.scope, &asked, since, most).await?;
    Ok(Json(Page::of(
        rows,
        limit,
        |row| row.id.to_string(),
        Site::from,
    )))
}

/// Shows a site
#[utoipa::path(get, path = "/api/v1/sites/{slug}", tag = "sites", operation_id = "show_site",
    params(("slug" = String, Path, description = "The site's name in addresses")),
    responses(
        (status = 200, description = "The site", body = Site),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show(
    State(state): State<AppState>,
    person: SignedIn,
    Place(slug): Place<String>,
) -> Result<Json<Site>, PageError> {
    let asked = SiteRecords {
        slug: Some(&slug),
        ..SiteRecords::default()
    };
    let mut conn = state.connection().await?;
    let since = state.covered_since();
    let rows = list_site_records(&mut conn, &person.scope, &asked, since, 1).await?;
    let row = rows.into_iter().next().ok_or(PageError::NotFound("site"))?;
    Ok(Json(row.into()))
}
