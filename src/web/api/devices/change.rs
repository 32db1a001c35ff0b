//! Devices made, changed, archived and brought back. Settings have an address of their own, so that
//! their `ETag` is another only when they are; a device's own tells of its backups, too.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use sqlx::PgConnection;

use super::{Device, settings::DeviceSettings};
use crate::db::inventory::lock;
use crate::db::managing::{StoredDevice, get_device};
use crate::db::pages;
use crate::managing::{self, Known, stamp};
use crate::web::{
    actions,
    api::{
        conditional,
        idempotency::Asking,
        input::{Place, Sent},
        managed::{self, Made},
        problem::Problem,
    },
    error::PageError,
    guard::{Acting, SignedIn},
    links,
    managing::refusal,
    state::AppState,
};

const WHAT: &str = "device";

async fn get(
    conn: &mut PgConnection,
    person: &SignedIn,
    (slug, name): &(String, String),
) -> Result<StoredDevice, PageError> {
    let missing = || PageError::NotFound(WHAT);
    let head = pages::get_device(conn, &person.scope, slug, name).await?;
    let device = get_device(conn, head.ok_or_else(missing)?.id).await?;
    device.ok_or_else(missing)
}

/// Makes a device
#[utoipa::path(post, path = "/api/v1/sites/{slug}/devices", tag = "devices", operation_id = "create_device",
    params(
        ("slug" = String, Path, description = "The site's name in addresses"),
        ("Idempotency-Key" = Option<String>, Header, description = "A name of your own for this request",
            min_length = 1, max_length = 200, pattern = "^[!-~]+$"),
    ),
    request_body = DeviceSettings,
    responses(
        (status = 201, description = "It was made", body = DeviceSettings,
            headers(("Location" = String, description = "The device"))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(state): State<AppState>,
    asking: Asking,
    Place(slug): Place<String>,
    Sent(settings): Sent<DeviceSettings>,
) -> Result<Response, PageError> {
    let site = {
        let mut conn = state.connection().await?;
        pages::get_site(&mut conn, &asking.person.scope, &slug).await?
    };
    site.ok_or(PageError::NotFound("site"))?;
    let make = async |conn: &mut PgConnection| {
        let known = Known::load(conn).await?;
        let text = settings.text(&slug, &known)?;
        let made = managing::create_device(conn, &text).await;
        let (device, changed) = made.map_err(|refused| refusal(refused, WHAT))?;
        let name = links::encode(&device.values.name);
        Ok(Made {
            location: format!("/api/v1/sites/{slug}/devices/{name}"),
            changed,
            told: DeviceSettings::from(&device.values),
        })
    };
    managed::make(&state, &asking, &settings, make).await
}

/// Shows the settings of a device
#[utoipa::path(get, path = "/api/v1/sites/{slug}/devices/{name}/settings", tag = "devices",
    operation_id = "show_device_settings",
    params(
        ("slug" = String, Path, description = "The site's name in addresses"),
        ("name" = String, Path, description = "The device's name"),
    ),
    responses(
        (status = 200, description = "The settings", body = DeviceSettings),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show(
    State(state): State<AppState>,
    person: SignedIn,
    Place(place): Place<(String, String)>,
) -> Result<Json<DeviceSettings>, PageError> {
    let mut conn = state.connection().await?;
    let stored = get(&mut conn, &person, &place).await?;
    Ok(Json((&stored.values).into()))
}

/// Changes the settings of a device
///
/// To what is sent, as a whole; with another name it has another address from then on. With
/// `If-Match` and the `ETag` of the settings, only if nobody changed them since.
#[utoipa::path(put, path = "/api/v1/sites/{slug}/devices/{name}/settings", tag = "devices",
    operation_id = "update_device_settings",
    params(
        ("slug" = String, Path, description = "The site's name in addresses"),
        ("name" = String, Path, description = "The device's name"),
        ("If-Match" = Option<String>, Header, description = "The ETag of what is to be changed"),
    ),
    request_body = DeviceSettings,
    responses(
        (status = 200, description = "The settings as they are now", body = DeviceSettings),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn update(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Place(place): Place<(String, String)>,
    headers: HeaderMap,
    Sent(settings): Sent<DeviceSettings>,
) -> Result<Json<DeviceSettings>, PageError> {
    let mut transaction = state.pool.begin().await?;
    lock(&mut transaction).await?;
    let stored = get(&mut transaction, &person, &place).await?;
    conditional::check(&headers, &DeviceSettings::from(&stored.values))?;
    let known = Known::load(&mut transaction).await?;
    let (text, seen) = (settings.text(&place.0, &known)?, stamp(&stored));
    let changed = managing::update_device(&mut transaction, stored.id, &text, &seen).await;
    let changed = changed.map_err(|refused| refusal(refused, WHAT))?;
    let now = get_device(&mut transaction, stored.id).await?;
    actions::commit(&state, transaction, &actor, &changed).await?;
    Ok(Json((&now.ok_or(PageError::NotFound(WHAT))?.values).into()))
}

/// Archives a device
///
/// Nothing new is backed up, and its history stays.
#[utoipa::path(delete, path = "/api/v1/sites/{slug}/devices/{name}", tag = "devices", operation_id = "archive_device",
    params(
        ("slug" = String, Path, description = "The site's name in addresses"),
        ("name" = String, Path, description = "The device's name"),
    ),
    responses(
        (status = 204, description = "It is archived"),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn archive(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Place(place): Place<(String, String)>,
) -> Result<StatusCode, PageError> {
    let mut transaction = state.pool.begin().await?;
    let stored = get(&mut transaction, &person, &place).await?;
    let changed = managing::archive_device(&mut transaction, stored.id).await;
    let changed = changed.map_err(|refused| refusal(refused, WHAT))?;
    actions::commit(&state, transaction, &actor, &changed).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Brings an archived device back
///
/// Where its site and its credential are there.
#[utoipa::path(post, path = "/api/v1/sites/{slug}/devices/{name}/restore", tag = "devices",
    operation_id = "restore_device",
    params(
        ("slug" = String, Path, description = "The site's name in addresses"),
        ("name" = String, Path, description = "The device's name"),
    ),
    responses(
        (status = 200, description = "The device as it is now", body = Device),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn restore(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Place(place): Place<(String, String)>,
) -> Result<Json<Device>, PageError> {
    let mut transaction = state.pool.begin().await?;
    let stored = get(&mut transaction, &person, &place).await?;
    let changed = managing::restore_device(&mut transaction, stored.id).await;
    let changed = changed.map_err(|refused| refusal(refused, WHAT))?;
    actions::commit(&state, transaction, &actor, &changed).await?;
    super::show(State(state), person, Place(place)).await
}
