//! Credentials: made, changed, archived. A secret goes in, and never out.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    conditional,
    idempotency::Asking,
    input::{Asked, Place, Sent},
    managed::{self, Made},
    paging::{Page, Paging, Part},
    problem::Problem,
};
use crate::db::inventory::lock;
use crate::db::managing::{
    CredentialRow, ListFilter, StoredCredential, get_credential, list_credential_rows,
};
use crate::managing::{self, CredentialText, stamp};
use crate::model::CredentialId;
use crate::web::{actions, error::PageError, guard::Acting, managing::refusal, state::AppState};

const WHAT: &str = "credential";

/// The addresses.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, update, archive))
        .routes(routes!(restore))
}

/// A user on devices, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct Credential {
    id: CredentialId,
    name: String,
    /// The user on the device.
    username: String,
    /// Whether its secret is a private key; else it is a password.
    has_key: bool,
    /// Whether it comes from `devices.toml`, and is changed there.
    from_file: bool,
    archived: bool,
    /// When it was written last, its secret included.
    updated_at: DateTime<Utc>,
}

impl From<CredentialRow> for Credential {
    fn from(row: CredentialRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            username: row.username,
            has_key: row.has_key,
            from_file: row.origin.is_file(),
            archived: row.is_archived,
            updated_at: row.updated_at,
        }
    }
}

impl From<&StoredCredential> for Credential {
    fn from(stored: &StoredCredential) -> Self {
        Self {
            id: stored.id,
            name: stored.name.clone(),
            username: stored.username.clone(),
            has_key: stored.public_key.is_some(),
            from_file: stored.origin.is_file(),
            archived: stored.is_archived,
            updated_at: stored.updated_at,
        }
    }
}

/// What is said of a credential. Secrets are written, and never told. A request is known again
/// (`Idempotency-Key`) by its names alone, so that nothing of a secret is kept for it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialSettings {
    /// What devices call it.
    name: String,
    /// The user on the device, without login options.
    username: String,
    /// Either this or a private key; to change a credential, neither leaves the secret as it is.
    #[serde(default, serialize_with = "managed::untold")]
    #[schema(value_type = Option<String>, format = Password)]
    password: Option<SecretString>,
    /// In PEM or OpenSSH form.
    #[serde(default, serialize_with = "managed::untold")]
    #[schema(value_type = Option<String>, format = Password)]
    private_key: Option<SecretString>,
    /// Of the private key.
    #[serde(default, serialize_with = "managed::untold")]
    #[schema(value_type = Option<String>, format = Password)]
    passphrase: Option<SecretString>,
}

impl CredentialSettings {
    fn text(&self) -> CredentialText {
        CredentialText {
            name: self.name.clone(),
            username: self.username.clone(),
            password: self.password.clone().unwrap_or_default(),
            private_key: self.private_key.clone().unwrap_or_default(),
            passphrase: self.passphrase.clone().unwrap_or_default(),
        }
    }
}

/// Which credentials.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct CredentialsQuery {
    /// Those that are archived, instead of those that are not.
    archived: bool,
    /// `next` of the page before.
    #[param(pattern = "^[0-9]{1,9}$")]
    cursor: Option<String>,
    /// How many at most; 100 when nothing is said.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u16>,
}

async fn get(conn: &mut PgConnection, id: CredentialId) -> Result<StoredCredential, PageError> {
    let stored = get_credential(conn, id).await?;
    stored.ok_or(PageError::NotFound(WHAT))
}

/// Lists credentials
///
/// By name, without their secrets.
#[utoipa::path(get, path = "/api/v1/credentials", tag = "credentials", operation_id = "list_credentials",
    params(CredentialsQuery),
    responses(
        (status = 200, description = "A page of credentials", body = Page<Credential>),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn list(
    State(state): State<AppState>,
    Asked(query): Asked<CredentialsQuery>,
) -> Result<Json<Page<Credential>>, PageError> {
    let part = Part::of(&Paging {
        cursor: query.cursor,
        limit: query.limit,
    })?;
    let filter = ListFilter {
        search: None,
        archived: query.archived,
    };
    let mut conn = state.connection().await?;
    let rows = list_credential_rows(&mut conn, &filter, part.slice()).await?;
    Ok(Json(part.page(rows, Credential::from)))
}

/// Makes a credential
#[utoipa::path(post, path = "/api/v1/credentials", tag = "credentials", operation_id = "create_credential",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "A name of your own for this request",
            min_length = 1, max_length = 200, pattern = "^[!-~]+$"),
    ),
    request_body = CredentialSettings,
    responses(
        (status = 201, description = "It was made", body = Credential,
            headers(("Location" = String, description = "The credential"))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(state): State<AppState>,
    asking: Asking,
    Sent(settings): Sent<CredentialSettings>,
) -> Result<Response, PageError> {
    let make = async |conn: &mut PgConnection| {
        let made = managing::create_credential(conn, &state.vault, &settings.text()).await;
        let (id, changed) = made.map_err(|refused| refusal(refused, WHAT))?;
        Ok(Made {
            location: format!("/api/v1/credentials/{id}"),
            changed,
            told: Credential::from(&get(conn, id).await?),
        })
    };
    managed::make(&state, &asking, &settings, make).await
}

/// Shows a credential
///
/// Without its secret, which is never told.
#[utoipa::path(get, path = "/api/v1/credentials/{id}", tag = "credentials", operation_id = "show_credential",
    params(("id" = CredentialId, Path, description = "Its number")),
    responses(
        (status = 200, description = "The credential", body = Credential),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show(
    State(state): State<AppState>,
    Place(id): Place<CredentialId>,
) -> Result<Json<Credential>, PageError> {
    let mut conn = state.connection().await?;
    Ok(Json((&get(&mut conn, id).await?).into()))
}

/// Changes a credential
///
/// Without a secret it keeps the one it has. With `If-Match` and the `ETag` of the credential, only
/// if nobody changed it since.
#[utoipa::path(put, path = "/api/v1/credentials/{id}", tag = "credentials", operation_id = "update_credential",
    params(
        ("id" = CredentialId, Path, description = "Its number"),
        ("If-Match" = Option<String>, Header, description = "The ETag of what is to be changed"),
    ),
    request_body = CredentialSettings,
    responses(
        (status = 200, description = "The credential as it is now", body = Credential),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn update(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Place(id): Place<CredentialId>,
    headers: HeaderMap,
    Sent(settings): Sent<CredentialSettings>,
) -> Result<Json<Credential>, PageError> {
    let mut transaction = state.pool.begin().await?;
    lock(&mut transaction).await?;
    let stored = get(&mut transaction, id).await?;
    conditional::check(&headers, &Credential::from(&stored))?;
    let (text, seen) = (settings.text(), stamp(&stored));
    let wanted = (&text, seen.as_str());
    let changed = managing::update_credential(&mut transaction, &state.vault, id, wanted).await;
    let changed = changed.map_err(|refused| refusal(refused, WHAT))?;
    let now = get(&mut transaction, id).await?;
    actions::commit(&state, transaction, &actor, &changed).await?;
    Ok(Json((&now).into()))
}

/// Archives a credential
///
/// One that no device uses.
#[utoipa::path(delete, path = "/api/v1/credentials/{id}", tag = "credentials", operation_id = "archive_credential",
    params(("id" = CredentialId, Path, description = "Its number")),
    responses(
        (status = 204, description = "It is archived"),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn archive(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Place(id): Place<CredentialId>,
) -> Result<StatusCode, PageError> {
    let mut transaction = state.pool.begin().await?;
    let changed = managing::archive_credential(&mut transaction, id).await;
    let changed = changed.map_err(|refused| refusal(refused, WHAT))?;
    actions::commit(&state, transaction, &actor, &changed).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Brings an archived credential back
#[utoipa::path(post, path = "/api/v1/credentials/{id}/restore", tag = "credentials",
    operation_id = "restore_credential",
    params(("id" = CredentialId, Path, description = "Its number")),
    responses(
        (status = 200, description = "The credential as it is now", body = Credential),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn restore(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Place(id): Place<CredentialId>,
) -> Result<Json<Credential>, PageError> {
    let mut transaction = state.pool.begin().await?;
    let changed = managing::restore_credential(&mut transaction, id).await;
    let changed = changed.map_err(|refused| refusal(refused, WHAT))?;
    actions::commit(&state, transaction, &actor, &changed).await?;
    show(State(state), Place(id)).await
}
