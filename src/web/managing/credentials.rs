//! Credentials: the list, and the form in which one is made or changed. What was typed as a secret
//! is on no page, not even in a form that has to be shown again.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Form,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use chrono_tz::Tz;
use secrecy::SecretString;
use serde::Deserialize;

use super::{
    Pressed, commit, conclude,
    done::Done,
    links,
    listed::ListQuery,
    refused::{Again, lead_back},
    sites::EditQuery,
};
use crate::db::managing::{self as db, CredentialRow, StoredCredential};
use crate::managing::{self, CredentialText, Problems, stamp};
use crate::model::{AuditAction, CredentialId};
use crate::web::{
    error::PageError,
    filters,
    guard::{Acting, SignedIn},
    paging::Pager,
    shell::{Area, Shell},
    state::AppState,
};

const LIST: &str = "/manage/credentials";

#[derive(Template, WebTemplate)]
#[template(path = "managing/credentials.html")]
struct ListPage {
    shell: Shell,
    query: ListQuery,
    credentials: Vec<CredentialRow>,
    pager: Pager,
    zone: Tz,
}

/// Lists the credentials.
pub async fn list(
    State(state): State<AppState>,
    person: SignedIn,
    Query(query): Query<ListQuery>,
) -> Result<impl IntoResponse, PageError> {
    let asked = query.asked();
    let mut conn = state.connection().await?;
    let credentials = db::list_credential_rows(&mut conn, &query.filter(), asked.slice()).await?;
    Ok(ListPage {
        shell: Shell::new(&state, &person, Area::Manage),
        pager: asked.of(credentials.first().map_or(0, |one| one.total)),
        credentials,
        query,
        zone: Tz::UTC,
    })
}

#[derive(Template, WebTemplate)]
#[template(path = "managing/credential.html")]
struct CredentialPage {
    shell: Shell,
    notice: Option<Done>,
    /// `None`: it is to be made.
    stored: Option<StoredCredential>,
    name: String,
    username: String,
    problems: Problems,
    /// What the form was filled from.
    stamp: String,
    /// Whether somebody else changed it after the form was filled.
    is_meanwhile: bool,
    zone: Tz,
}

impl CredentialPage {
    fn new(state: &AppState, person: &SignedIn, (name, username): (String, String)) -> Self {
        Self {
            shell: Shell::new(state, person, Area::Manage),
            notice: None,
            stored: None,
            name,
            username,
            problems: Problems::default(),
            stamp: String::new(),
            is_meanwhile: false,
            zone: Tz::UTC,
        }
    }

    fn of(mut self, stored: StoredCredential) -> Self {
        self.stamp = stamp(&stored);
        self.stored = Some(stored);
        self
    }

    fn action(&self) -> String {
        match &self.stored {
            Some(credential) => links::credential(credential.id),
            None => "/manage/credentials/new".to_owned(),
        }
    }

    fn is_in_file(&self) -> bool {
        let mut stored = self.stored.iter();
        stored.any(|one| one.origin.is_file() && !one.is_archived)
    }

    fn is_archived(&self) -> bool {
        self.stored.as_ref().is_some_and(|one| one.is_archived)
    }

    fn is_fixed(&self) -> bool {
        self.is_in_file() || self.is_archived()
    }
}

/// Shows the form for a new credential.
pub async fn new(State(state): State<AppState>, person: SignedIn) -> impl IntoResponse {
    CredentialPage::new(&state, &person, Default::default())
}

/// A credential as the form sends it, and what the form was filled from.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct CredentialForm {
    stamp: String,
    name: String,
    username: String,
    password: SecretString,
    private_key: SecretString,
    passphrase: SecretString,
}

impl CredentialForm {
    /// What was typed, and the stamp.
    fn apart(self) -> (CredentialText, String) {
        let text = CredentialText {
            name: self.name,
            username: self.username,
            password: self.password,
            private_key: self.private_key,
            passphrase: self.passphrase,
        };
        (text, self.stamp)
    }
}

/// Makes a credential.
pub async fn create(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Form(form): Form<CredentialForm>,
) -> Result<Response, PageError> {
    let (text, _) = form.apart();
    let mut transaction = state.pool.begin().await?;
    match managing::create_credential(&mut transaction, &state.vault, &text).await {
        Ok((id, changed)) => {
            commit(&state, transaction, &actor, &changed).await?;
            let page = links::with(&links::credential(id), Done::Made);
            Ok(Redirect::to(&page).into_response())
        }
        Err(refused) => {
            transaction.rollback().await?;
            let problems = match lead_back(refused, "credential", LIST)? {
                Ok(response) => return Ok(response),
                Err(Again::Wrong(problems)) => problems,
                Err(Again::Meanwhile) => Problems::default(),
            };
            let mut page = CredentialPage::new(&state, &person, (text.name, text.username));
            page.problems = problems;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

async fn get(state: &AppState, id: CredentialId) -> Result<StoredCredential, PageError> {
    let mut conn = state.connection().await?;
    let credential = db::get_credential(&mut conn, id).await?;
    credential.ok_or(PageError::NotFound("credential"))
}

/// Shows a credential in its form, without its secret.
pub async fn edit(
    State(state): State<AppState>,
    person: SignedIn,
    Path(id): Path<CredentialId>,
    Query(query): Query<EditQuery>,
) -> Result<impl IntoResponse, PageError> {
    let stored = get(&state, id).await?;
    let names = (stored.name.clone(), stored.username.clone());
    let mut page = CredentialPage::new(&state, &person, names).of(stored);
    page.notice = query.notice;
    Ok(page)
}

/// Changes a credential; fields of secrets that are empty change nothing.
pub async fn update(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path(id): Path<CredentialId>,
    Form(form): Form<CredentialForm>,
) -> Result<Response, PageError> {
    let own = links::credential(id);
    let (text, seen) = form.apart();
    let mut transaction = state.pool.begin().await?;
    let updated =
        managing::update_credential(&mut transaction, &state.vault, id, (&text, &seen)).await;
    let refused = match updated {
        Ok(changed) => {
            commit(&state, transaction, &actor, &changed).await?;
            return Ok(Redirect::to(&links::with(&own, Done::Saved)).into_response());
        }
        Err(refused) => refused,
    };
    transaction.rollback().await?;
    let again = match lead_back(refused, "credential", &own)? {
        Ok(response) => return Ok(response),
        Err(again) => again,
    };
    let stored = get(&state, id).await?;
    let mut page = CredentialPage::new(&state, &person, (text.name, text.username)).of(stored);
    let status = match again {
        Again::Wrong(problems) => {
            page.problems = problems;
            page.stamp = seen;
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Again::Meanwhile => {
            page.is_meanwhile = true;
            StatusCode::CONFLICT
        }
    };
    Ok((status, page).into_response())
}

/// Archives a credential that no device uses.
pub async fn archive(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Path(id): Path<CredentialId>,
) -> Result<Response, PageError> {
    let own = links::credential(id);
    let mut transaction = state.pool.begin().await?;
    let outcome = managing::archive_credential(&mut transaction, id).await;
    let done = (AuditAction::SettingsChanged, outcome);
    let pressed = Pressed {
        what: "credential",
        page: &own,
        done: links::with(LIST, Done::Archived),
    };
    conclude(&state, transaction, &actor, done, pressed).await
}

/// Restores an archived credential.
pub async fn restore(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Path(id): Path<CredentialId>,
) -> Result<Response, PageError> {
    let own = links::credential(id);
    let mut transaction = state.pool.begin().await?;
    let outcome = managing::restore_credential(&mut transaction, id).await;
    let done = (AuditAction::SettingsChanged, outcome);
    let pressed = Pressed {
        what: "credential",
        page: &own,
        done: links::with(&own, Done::Restored),
    };
    conclude(&state, transaction, &actor, done, pressed).await
}
