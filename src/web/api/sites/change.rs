//! Sites made, changed, archived and brought back. Settings have an address of their own, so that
//! their `ETag` is another only when they are; a site's own tells of its coverage, too.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use sqlx::PgConnection;

use super::{Site, settings::SiteSettings};
use crate::db::inventory::lock;
use crate::db::managing::{StoredSite, get_site};
use crate::managing::{self, stamp};
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
    managing::refusal,
    state::AppState,
};

const WHAT: &str = "site";

async fn get(conn: &mut PgConnection, slug: &str) -> Result<StoredSite, PageError> {
    let site = get_site(conn, slug).await?;
    site.ok_or(PageError::NotFound(WHAT))
}

/// Makes a site
#[utoipa::path(post, path = "/api/v1/sites", tag = "sites", operation_id = "create_site",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "A name of your own for this request",
            min_length = 1, max_length = 200, pattern = "^[!-~]+$"),
    ),
    request_body = SiteSettings,
    responses(
        (status = 201, description = "It was made", body = SiteSettings,
            headers(("Location" = String, description = "The site"))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(state): State<AppState>,
    asking: Asking,
    Sent(settings): Sent<SiteSettings>,
) -> Result<Response, PageError> {
    let make = async |conn: &mut PgConnection| {
        let made = managing::create_site(conn, &settings.text()?).await;
        let (site, changed) = made.map_err(|refused| refusal(refused, WHAT))?;
        Ok(Made {
            location: format!("/api/v1/sites/{}", site.values.slug),
            changed,
            told: SiteSettings::from(&site.values),
        })
    };
    managed::make(&state, &asking, &settings, make).await
}

/// Shows the settings of a site
#[utoipa::path(get, path = "/api/v1/sites/{slug}/settings", tag = "sites", operation_id = "show_site_settings",
    params(("slug" = String, Path, description = "The site's name in addresses")),
    responses(
        (status = 200, description = "The settings", body = SiteSettings),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show(
    State(state): State<AppState>,
    Place(slug): Place<String>,
) -> Result<Json<SiteSettings>, PageError> {
    let mut conn = state.connection().await?;
    Ok(Json((&get(&mut conn, &slug).await?.values).into()))
}

/// Changes the settings of a site
///
/// To what is sent, as a whole; its slug stays. With `If-Match` and the `ETag` of the settings, only
/// if nobody changed them since.
#[utoipa::path(put, path = "/api/v1/sites/{slug}/settings", tag = "sites", operation_id = "update_site_settings",
    params(
        ("slug" = String, Path, description = "The site's name in addresses"),
        ("If-Match" = Option<String>, Header, description = "The ETag of what is to be changed"),
    ),
    request_body = SiteSettings,
    responses(
        (status = 200, description = "The settings as they are now", body = SiteSettings),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn update(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Place(slug): Place<String>,
    headers: HeaderMap,
    Sent(settings): Sent<SiteSettings>,
) -> Result<Json<SiteSettings>, PageError> {
    let mut transaction = state.pool.begin().await?;
    lock(&mut transaction).await?;
    let stored = get(&mut transaction, &slug).await?;
    conditional::check(&headers, &SiteSettings::from(&stored.values))?;
    if settings.slug != slug {
        let sentence = "The slug of a site stays. Make another site, and archive this.";
        return Err(PageError::Wrong(sentence.to_owned()));
    }
    let (text, seen) = (settings.text()?, stamp(&stored));
    let changed = managing::update_site(&mut transaction, &slug, &text, &seen).await;
    let changed = changed.map_err(|refused| refusal(refused, WHAT))?;
    let now = get(&mut transaction, &slug).await?;
    actions::commit(&state, transaction, &actor, &changed).await?;
    Ok(Json((&now.values).into()))
}

/// Archives a site
///
/// With its devices: nothing new is backed up, and their history stays.
#[utoipa::path(delete, path = "/api/v1/sites/{slug}", tag = "sites", operation_id = "archive_site",
    params(("slug" = String, Path, description = "The site's name in addresses")),
    responses(
        (status = 204, description = "It is archived"),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn archive(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Place(slug): Place<String>,
) -> Result<StatusCode, PageError> {
    let mut transaction = state.pool.begin().await?;
    let changed = managing::archive_site(&mut transaction, &slug).await;
    let changed = changed.map_err(|refused| refusal(refused, WHAT))?;
    actions::commit(&state, transaction, &actor, &changed).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Brings an archived site back
///
/// With the devices that were archived together with it.
#[utoipa::path(post, path = "/api/v1/sites/{slug}/restore", tag = "sites", operation_id = "restore_site",
    params(("slug" = String, Path, description = "The site's name in addresses")),
    responses(
        (status = 200, description = "The site as it is now", body = Site),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn restore(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Place(slug): Place<String>,
) -> Result<Json<Site>, PageError> {
    let mut transaction = state.pool.begin().await?;
    let changed = managing::restore_site(&mut transaction, &slug).await;
    let changed = changed.map_err(|refused| refusal(refused, WHAT))?;
    actions::commit(&state, transaction, &actor, &changed).await?;
    super::show(State(state), person, Place(slug)).await
}
