//! The page of the provider, with its groups below.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Form,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{change::save_provider, provider_form::ProviderForm};
use crate::access::oidc::{ProviderError, Registration, redirect_uri};
use crate::db::single_sign_on::groups::{self, StoredGroup};
use crate::db::single_sign_on::{self as db, Provider};
use crate::web::{
    account::SingleSignOn,
    client::Client,
    error::PageError,
    filters,
    guard::{Acting, SignedIn},
    links, roles,
    shell::{Area, Notice, Shell},
    state::AppState,
};

#[derive(Template, WebTemplate)]
#[template(path = "settings/single_sign_on/provider.html")]
struct ProviderPage {
    shell: Shell,
    notice: Option<Notice>,
    form: ProviderForm,
    /// Whether there is a provider, and with a secret.
    is_set_up: bool,
    has_secret: bool,
    redirect_uri: String,
    problem: Option<&'static str>,
    /// What a check came to.
    checked: Option<Result<(), ProviderError>>,
    groups: Vec<StoredGroup>,
}

impl ProviderPage {
    /// What is kept, as `person` sees it.
    async fn new(
        state: &AppState,
        person: &SignedIn,
        origin: String,
    ) -> Result<(Self, Option<Provider>), PageError> {
        let mut conn = state.connection().await?;
        let provider = db::get(&mut conn).await?;
        let form = provider
            .as_ref()
            .map_or_else(|| ProviderForm::empty(origin), ProviderForm::of);
        let page = Self {
            shell: Shell::new(state, person, Area::Manage),
            notice: None,
            redirect_uri: redirect_uri(&form.own_address),
            form,
            is_set_up: provider.is_some(),
            has_secret: provider
                .as_ref()
                .is_some_and(|known| known.client_secret_sealed.is_some()),
            problem: None,
            checked: None,
            groups: groups::list(&mut conn).await?,
        };
        Ok((page, provider))
    }
}

/// How browsers reach us: as `--public-url` says, or else as this one does.
fn origin(state: &AppState, headers: &HeaderMap, client: Client) -> String {
    if let Some(url) = &state.address.public_url {
        return url.to_string();
    }
    let scheme = if client.is_secure { "https" } else { "http" };
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    host.map_or_else(String::new, |host| format!("{scheme}://{host}"))
}

/// What the address may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ShowQuery {
    notice: Option<Notice>,
}

/// Shows the settings.
pub async fn show(
    State(sso): State<SingleSignOn>,
    person: SignedIn,
    client: Client,
    headers: HeaderMap,
    Query(query): Query<ShowQuery>,
) -> Result<impl IntoResponse, PageError> {
    let origin = origin(&sso.app, &headers, client);
    let (page, _) = ProviderPage::new(&sso.app, &person, origin).await?;
    Ok(ProviderPage {
        notice: query.notice,
        ..page
    })
}

/// Keeps the settings, or says what is wrong with them.
pub async fn update(
    State(sso): State<SingleSignOn>,
    person: SignedIn,
    Acting(actor): Acting,
    Form(form): Form<ProviderForm>,
) -> Result<Response, PageError> {
    let state = &sso.app;
    let mut tx = state.pool.begin().await?;
    if let Err(problem) = save_provider(state, &mut tx, &actor, &form).await? {
        tx.rollback().await?;
        let (page, _) = ProviderPage::new(state, &person, String::new()).await?;
        let page = ProviderPage {
            form,
            problem: Some(problem),
            ..page
        };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    tx.commit().await?;
    let to = links::single_sign_on_settings(Notice::SettingsSaved.as_str());
    Ok(Redirect::to(&to).into_response())
}

/// Asks the provider about itself, and says what is wrong. Changes nothing; a form all the same,
/// so that no page of somebody else makes us ask.
pub async fn check(
    State(sso): State<SingleSignOn>,
    person: SignedIn,
) -> Result<impl IntoResponse, PageError> {
    let (page, provider) = ProviderPage::new(&sso.app, &person, String::new()).await?;
    let provider = provider.ok_or(PageError::NotFound("provider"))?;
    let registration = Registration::open(&provider, &sso.app.vault)
        .map_err(|error| PageError::Internal(error.into()))?;
    Ok(ProviderPage {
        checked: Some(sso.client.check(&registration).await),
        ..page
    })
}
