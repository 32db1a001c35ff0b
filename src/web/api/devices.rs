//! Devices.

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
use crate::db::pages::{self, DeviceRecord, DeviceRecords, list_device_records};
use crate::model::{RunId, RunState, SnapshotId};
use crate::web::{error::PageError, guard::SignedIn, state::AppState};

/// The addresses.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(list_of_site, change::create))
        .routes(routes!(show, change::archive))
        .routes(routes!(change::show, change::update))
        .routes(routes!(change::restore))
}

/// A router.
#[derive(Debug, Serialize, ToSchema)]
pub struct Device {
    /// The slug of its site.
    site: String,
    /// Unique at its site.
    name: String,
    /// Host name or IP address.
    address: String,
    port: i32,
    platform: String,
    tags: Vec<String>,
    /// Whether it is to be backed up.
    enabled: bool,
    /// When it left the inventory.
    archived_at: Option<DateTime<Utc>>,
    /// What the router calls itself.
    identity: Option<String>,
    model: Option<String>,
    serial: Option<String>,
    /// RouterOS, without its channel.
    version: Option<String>,
    /// When its newest verified backup was last seen on it.
    last_verified_at: Option<DateTime<Utc>>,
    last_verified_snapshot: Option<SnapshotId>,
    /// Perhaps a suspect one.
    newest_snapshot: Option<SnapshotId>,
    snapshots: i32,
    last_run: Option<LastRun>,
}

/// The newest run that ended.
#[derive(Debug, Serialize, ToSchema)]
pub struct LastRun {
    id: RunId,
    state: RunState,
}

impl From<DeviceRecord> for Device {
    fn from(row: DeviceRecord) -> Self {
        Self {
            site: row.site_slug,
            name: row.name,
            address: row.address,
            port: row.port,
            platform: row.platform,
            tags: row.tags,
            enabled: row.enabled,
            archived_at: row.archived_at,
            identity: row.identity,
            model: row.model,
            serial: row.serial,
            version: row.version,
            last_verified_at: row.last_verified_at,
            last_verified_snapshot: row.last_verified_snapshot_id,
            newest_snapshot: row.newest_snapshot_id,
            snapshots: row.snapshot_count,
            last_run: row
                .last_run_id
                .zip(row.last_run_state)
                .map(|(id, state)| LastRun { id, state }),
        }
    }
}

/// Which devices.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct DevicesQuery {
    /// Only those with this tag of their own.
    tag: Option<String>,
    /// `next` of the page before.
    #[param(pattern = "^[0-9]{1,18}$")]
    cursor: Option<String>,
    /// How many at most; 100 when nothing is said.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u16>,
}

/// Lists devices of all sites
///
/// In the order in which they were made, archived ones too.
#[utoipa::path(get, path = "/api/v1/devices", tag = "devices", operation_id = "list_devices", params(DevicesQuery), responses(
    (status = 200, description = "A page of devices", body = Page<Device>),
    (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
))]
pub async fn list(
    State(state): State<AppState>,
    person: SignedIn,
    Asked(query): Asked<DevicesQuery>,
) -> Result<Json<Page<Device>>, PageError> {
    page(&state, &person, None, &query).await
}

/// Lists devices of a site
///
/// In the order in which they were made, archived ones too.
#[utoipa::path(get, path = "/api/v1/sites/{slug}/devices", tag = "devices", operation_id = "list_devices_of_site",
    params(("slug" = String, Path, description = "The site's name in addresses"), DevicesQuery),
    responses(
        (status = 200, description = "A page of devices", body = Page<Device>),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn list_of_site(
    State(state): State<AppState>,
    person: SignedIn,
    Place(slug): Place<String>,
    Asked(query): Asked<DevicesQuery>,
) -> Result<Json<Page<Device>>, PageError> {
    page(&state, &person, Some(&slug), &query).await
}

async fn page(
    state: &AppState,
    person: &SignedIn,
    slug: Option<&str>,
    query: &DevicesQuery,
) -> Result<Json<Page<Device>>, PageError> {
    let limit = paging::limit(query.limit)?;
    let mut conn = state.connection().await?;
    let site = match slug {
        None => None,
        Some(slug) => {
            let site = pages::get_site(&mut conn, &person.scope, slug).await?;
            Some(site.ok_or(PageError::NotFound("site"))?.id)
        }
    };
    let asked = DeviceRecords {
        site,
        name: None,
        tag: query.tag.as_deref(),
        after: paging::cursor(query.cursor.as_deref())?,
    };
    let most = paging::one_more(limit);
    let rows = list_device_records(&mut conn, &person.scope, &asked, most).await?;
    Ok(Json(Page::of(
        rows,
        limit,
        |row| row.id.to_string(),
        Device::from,
    )))
}

/// Shows a device
#[utoipa::path(get, path = "/api/v1/sites/{slug}/devices/{name}", tag = "devices", operation_id = "show_device",
    params(
        ("slug" = String, Path, description = "The site's name in addresses"),
        ("name" = String, Path, description = "The device's name"),
    ),
    responses(
        (status = 200, description = "The device", body = Device),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show(
    State(state): State<AppState>,
    person: SignedIn,
    Place((slug, name)): Place<(String, String)>,
) -> Result<Json<Device>, PageError> {
    let missing = || PageError::NotFound("device");
    let mut conn = state.connection().await?;
    let site = pages::get_site(&mut conn, &person.scope, &slug).await?;
    let asked = DeviceRecords {
        site: Some(site.ok_or_else(missing)?.id),
        name: Some(&name),
        ..DeviceRecords::default()
    };
    let rows = list_device_records(&mut conn, &person.scope, &asked, 1).await?;
    let row = rows.into_iter().next().ok_or_else(missing)?;
    Ok(Json(row.into()))
}
