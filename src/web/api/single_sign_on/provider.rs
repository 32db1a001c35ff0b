//! The provider: one for all.

use axum::{Json, extract::State, http::HeaderMap};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::oidc::Registration;
use crate::db::inventory::lock;
use crate::db::single_sign_on as db;
use crate::managing::stamp;
use crate::web::{
    account::SingleSignOn,
    api::{conditional, input::Sent, problem::Problem},
    error::PageError,
    guard::Acting,
    settings::{ProviderForm, save_provider},
};

const WHAT: &str = "provider";

/// The provider at which people sign in, without the client secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct Provider {
    issuer: String,
    client_id: String,
    has_secret: bool,
    /// Asked for beside `openid`.
    scopes: Vec<String>,
    /// The claim that holds somebody's groups.
    groups_claim: String,
    /// What the link on the sign-in page says.
    label: String,
    /// Where browsers reach RouterVault.
    own_address: String,
    /// Whether people may sign in this way.
    enabled: bool,
    /// Another one whenever something of it was written, the secret included.
    version: String,
}

impl From<&db::Provider> for Provider {
    fn from(stored: &db::Provider) -> Self {
        Self {
            issuer: stored.issuer.clone(),
            client_id: stored.client_id.clone(),
            has_secret: stored.client_secret_sealed.is_some(),
            scopes: stored.scopes.clone(),
            groups_claim: stored.groups_claim.clone(),
            label: stored.label.clone(),
            own_address: stored.own_address.clone(),
            enabled: stored.enabled,
            version: stamp(stored),
        }
    }
}

/// What is said of the provider.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProviderSettings {
    /// As the provider writes itself, to the letter.
    issuer: String,
    client_id: String,
    /// Without one it stays as it is, as long as issuer and client id do.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password)]
    client_secret: Option<SecretString>,
    /// Whether the provider gave no secret.
    #[serde(default)]
    no_secret: bool,
    /// Asked for beside `openid`; null: `profile` and `email`.
    #[serde(default)]
    scopes: Option<Vec<String>>,
    /// Null: `groups`.
    #[serde(default)]
    groups_claim: Option<String>,
    /// What the link on the sign-in page says; null: Company sign-in.
    #[serde(default)]
    label: Option<String>,
    /// Where browsers reach RouterVault, as `https://vault.example.net`.
    own_address: String,
    /// Whether people may sign in this way.
    #[serde(default)]
    enabled: bool,
}

impl From<ProviderSettings> for ProviderForm {
    fn from(settings: ProviderSettings) -> Self {
        let ticked = |is_so: bool| is_so.then(|| "1".to_owned());
        let usual = Self::empty(settings.own_address);
        let scopes = settings.scopes.map(|scopes| scopes.join(" "));
        Self {
            issuer: settings.issuer,
            client_id: settings.client_id,
            client_secret: settings.client_secret.unwrap_or_default(),
            no_secret: ticked(settings.no_secret),
            scopes: scopes.unwrap_or(usual.scopes),
            groups_claim: settings.groups_claim.unwrap_or(usual.groups_claim),
            label: settings.label.unwrap_or(usual.label),
            own_address: usual.own_address,
            enabled: ticked(settings.enabled),
        }
    }
}

/// What a check came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProviderCheck {
    /// Whether the provider answers and can be used; client id and secret show at the first sign-in.
    usable: bool,
    /// Why not, in a sentence.
    problem: Option<String>,
}

/// Shows the provider of single sign-on
///
/// Without its client secret, which is never told; 404 as long as none was set up.
#[utoipa::path(get, path = "/api/v1/single-sign-on", tag = "single sign-on", operation_id = "show_single_sign_on",
    responses(
        (status = 200, description = "The provider", body = Provider),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show(State(sso): State<SingleSignOn>) -> Result<Json<Provider>, PageError> {
    let mut conn = sso.app.connection().await?;
    let stored = db::get(&mut conn).await?;
    Ok(Json((&stored.ok_or(PageError::NotFound(WHAT))?).into()))
}

/// Sets up the provider of single sign-on
///
/// In place of the one before, if any. With `If-Match` and the `ETag` of the provider, only if nobody
/// changed it since.
#[utoipa::path(put, path = "/api/v1/single-sign-on", tag = "single sign-on", operation_id = "set_single_sign_on",
    params(("If-Match" = Option<String>, Header, description = "The ETag of what is to be changed")),
    request_body = ProviderSettings,
    responses(
        (status = 200, description = "The provider as it is now", body = Provider),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn update(
    State(sso): State<SingleSignOn>,
    Acting(actor): Acting,
    headers: HeaderMap,
    Sent(settings): Sent<ProviderSettings>,
) -> Result<Json<Provider>, PageError> {
    let mut transaction = sso.app.pool.begin().await?;
    lock(&mut transaction).await?;
    let before = db::get(&mut transaction).await?;
    conditional::check(&headers, &before.as_ref().map(Provider::from))?;
    let saved = save_provider(&sso.app, &mut transaction, &actor, &settings.into()).await?;
    let saved = saved.map_err(|sentence| PageError::Wrong(sentence.to_owned()))?;
    transaction.commit().await?;
    Ok(Json((&saved).into()))
}

/// Asks the provider of single sign-on about itself
///
/// And says what is wrong. Changes nothing.
#[utoipa::path(post, path = "/api/v1/single-sign-on/check", tag = "single sign-on", operation_id = "check_single_sign_on",
    responses(
        (status = 200, description = "What it came to", body = ProviderCheck),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn check(State(sso): State<SingleSignOn>) -> Result<Json<ProviderCheck>, PageError> {
    let stored = {
        let mut conn = sso.app.connection().await?;
        db::get(&mut conn).await?
    };
    let provider = stored.ok_or(PageError::NotFound(WHAT))?;
    let registration = Registration::open(&provider, &sso.app.vault)
        .map_err(|error| PageError::Internal(error.into()))?;
    let problem = sso.client.check(&registration).await.err();
    Ok(Json(ProviderCheck {
        usable: problem.is_none(),
        problem: problem.map(|problem| problem.to_string()),
    }))
}
