//! One destination: its form, its test, and taking it away. The address of a webhook is on no page,
//! not even in a form that has to be shown again.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Form,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use secrecy::SecretString;
use serde::Deserialize;

use super::super::{
    Pressed, commit, conclude,
    done::Done,
    links::with,
    refused::{Again, lead_back},
    sites::EditQuery,
};
use super::{OVERVIEW, secret, words};
use crate::db::alerts::settings as db;
use crate::managing::{
    self, DestinationText, Difference, Problems, Refused, Texts as _, differences, stamp,
};
use crate::model::{AuditAction, DestinationId, DestinationKind};
use crate::web::{
    actions,
    error::PageError,
    filters,
    guard::{Acting, SignedIn},
    links as pages,
    shell::{Area, Shell},
    state::AppState,
};

const NEW: &str = "/manage/alerts/destinations/new";

#[derive(Template, WebTemplate)]
#[template(path = "managing/alert_destination.html")]
struct DestinationPage {
    shell: Shell,
    notice: Option<Done>,
    /// `None`: it is to be made.
    stored: Option<db::Destination>,
    text: DestinationText,
    problems: Problems,
    /// What the form was filled from.
    stamp: String,
    /// What is stored, where somebody else changed it after the form was filled.
    meanwhile: Option<Vec<Difference>>,
}

impl DestinationPage {
    fn new(state: &AppState, person: &SignedIn, text: DestinationText) -> Self {
        Self {
            shell: Shell::new(state, person, Area::Manage),
            notice: None,
            stored: None,
            text,
            problems: Problems::default(),
            stamp: String::new(),
            meanwhile: None,
        }
    }

    /// With what is stored in the form.
    async fn load(
        state: &AppState,
        person: &SignedIn,
        id: DestinationId,
    ) -> Result<Self, PageError> {
        let stored = get(state, id).await?;
        let text = DestinationText::from(&stored);
        Ok(Self {
            stamp: stamp(&stored),
            stored: Some(stored),
            ..Self::new(state, person, text)
        })
    }

    fn kind(&self) -> DestinationKind {
        self.text.kind()
    }

    fn is_mail(&self) -> bool {
        self.kind() == DestinationKind::Mail
    }

    fn is_signed(&self) -> bool {
        self.kind() == DestinationKind::Webhook
    }

    fn url_help(&self) -> &'static str {
        words::url_help(self.kind())
    }

    /// Where the address leads that is kept.
    fn host(&self) -> Option<&str> {
        let url = self.stored.as_ref()?.url.as_ref()?;
        Some(&url.host)
    }

    fn title(&self) -> &str {
        let stored = self.stored.as_ref();
        stored.map_or("Add a destination", |one| one.name.as_str())
    }

    fn action(&self) -> String {
        match &self.stored {
            Some(stored) => pages::alert_destination(&stored.id),
            None => NEW.to_owned(),
        }
    }

    /// The form for a new one of another kind.
    fn of_kind(&self, kind: &DestinationKind) -> String {
        pages::query(NEW, [("kind", kind.as_str())])
    }

    /// The same as it was sent, with why it was not taken.
    fn shown_again(
        mut self,
        (text, seen): (DestinationText, String),
        refused: Refused,
    ) -> Result<Response, PageError> {
        let own = self.action();
        let now = std::mem::replace(&mut self.text, text);
        let status = match lead_back(refused, "destination", &own)? {
            Ok(response) => return Ok(response),
            Err(Again::Wrong(problems)) => {
                self.problems = problems;
                self.stamp = seen;
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Err(Again::Meanwhile) => {
                let typed = self.text.texts();
                self.meanwhile = Some(differences(DestinationText::FIELDS, &typed, &now.texts()));
                StatusCode::CONFLICT
            }
        };
        Ok((status, self).into_response())
    }
}

async fn get(state: &AppState, id: DestinationId) -> Result<db::Destination, PageError> {
    let mut conn = state.connection().await?;
    let stored = db::get_destination(&mut conn, id).await?;
    stored.ok_or(PageError::NotFound("destination"))
}

/// Which kind is to be made.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct NewQuery {
    kind: String,
}

/// Shows the form for a new destination.
pub async fn new(
    State(state): State<AppState>,
    person: SignedIn,
    Query(query): Query<NewQuery>,
) -> impl IntoResponse {
    let asked = DestinationText {
        kind: query.kind,
        ..DestinationText::default()
    };
    DestinationPage::new(&state, &person, DestinationText::new(asked.kind()))
}

/// A destination as the form sends it, and what the form was filled from.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DestinationForm {
    stamp: String,
    url: SecretString,
    #[serde(flatten)]
    text: DestinationText,
}

/// Makes a destination. The secret of a webhook's signature is shown in the answer itself, for
/// nothing that could be fetched again may have it; sent again, the form finds its name taken.
pub async fn create(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Form(form): Form<DestinationForm>,
) -> Result<Response, PageError> {
    let mut transaction = state.pool.begin().await?;
    let typed = (&form.text, &form.url);
    let made = managing::create_destination(&mut transaction, &state.vault, typed).await;
    match made {
        Ok((id, made, changed)) => {
            commit(&state, transaction, &actor, &changed).await?;
            let own = pages::alert_destination(&id);
            Ok(match made {
                Some(made) => {
                    secret::page(&state, &person, id, (form.text.name, made)).into_response()
                }
                None => Redirect::to(&with(&own, Done::DestinationMade)).into_response(),
            })
        }
        Err(refused) => {
            transaction.rollback().await?;
            let page = DestinationPage::new(&state, &person, DestinationText::default());
            page.shown_again((form.text, String::new()), refused)
        }
    }
}

/// Shows a destination in its form, without its address.
pub async fn edit(
    State(state): State<AppState>,
    person: SignedIn,
    Path(id): Path<DestinationId>,
    Query(query): Query<EditQuery>,
) -> Result<impl IntoResponse, PageError> {
    let mut page = DestinationPage::load(&state, &person, id).await?;
    page.notice = query.notice;
    Ok(page)
}

/// Changes a destination; an address that is empty changes nothing.
pub async fn update(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path(id): Path<DestinationId>,
    Form(form): Form<DestinationForm>,
) -> Result<Response, PageError> {
    let own = pages::alert_destination(&id);
    let mut transaction = state.pool.begin().await?;
    let typed = (&form.text, &form.url, form.stamp.as_str());
    let saved = managing::update_destination(&mut transaction, &state.vault, id, typed).await;
    match saved {
        Ok(changed) => {
            commit(&state, transaction, &actor, &changed).await?;
            Ok(Redirect::to(&with(&own, Done::Saved)).into_response())
        }
        Err(refused) => {
            transaction.rollback().await?;
            let page = DestinationPage::load(&state, &person, id).await?;
            let text = DestinationText {
                kind: page.text.kind.clone(),
                ..form.text
            };
            page.shown_again((text, form.stamp), refused)
        }
    }
}

/// Asks for a test message, and leads to it.
pub async fn test(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Path(id): Path<DestinationId>,
) -> Result<Response, PageError> {
    let mut transaction = state.pool.begin().await?;
    let message = actions::test_destination(&state, &mut transaction, &actor, id).await?;
    transaction.commit().await?;
    let page = with(&pages::alert_message(&message), Done::TestAsked);
    Ok(Redirect::to(&page).into_response())
}

/// Deletes a destination that no rule leads to.
pub async fn delete(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Path(id): Path<DestinationId>,
) -> Result<Response, PageError> {
    let own = pages::alert_destination(&id);
    let mut transaction = state.pool.begin().await?;
    let outcome = managing::delete_destination(&mut transaction, id).await;
    let pressed = Pressed {
        what: "destination",
        page: &own,
        done: with(OVERVIEW, Done::Deleted),
    };
    let done = (AuditAction::SettingsChanged, outcome);
    conclude(&state, transaction, &actor, done, pressed).await
}
