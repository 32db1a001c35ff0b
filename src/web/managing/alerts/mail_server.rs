//! The mail server. Its password is on no page, not even in a form that has to be shown again.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Form,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use secrecy::SecretString;
use serde::Deserialize;

use super::super::{
    commit,
    done::Done,
    links::with,
    refused::{Again, lead_back},
};
use super::OVERVIEW;
use crate::db::alerts::settings::{MailServer, get_mail_server};
use crate::managing::{
    Difference, MailServerText, Problems, Refused, Texts as _, differences, save_mail_server, stamp,
};
use crate::model::MailSecurity;
use crate::web::{
    error::PageError,
    filters,
    guard::{Acting, SignedIn},
    shell::{Area, Shell},
    state::AppState,
};

#[derive(Template, WebTemplate)]
#[template(path = "managing/alert_mail_server.html")]
struct MailServerPage {
    shell: Shell,
    /// `None`: it is set up for the first time.
    stored: Option<MailServer>,
    text: MailServerText,
    problems: Problems,
    /// What the form was filled from.
    stamp: String,
    /// What is stored, where somebody else changed it after the form was filled.
    meanwhile: Option<Vec<Difference>>,
}

impl MailServerPage {
    /// With what is stored in the form.
    async fn load(state: &AppState, person: &SignedIn) -> Result<Self, PageError> {
        let mut conn = state.connection().await?;
        let stored = get_mail_server(&mut conn).await?;
        let text = stored.as_ref().map(MailServerText::from);
        Ok(Self {
            shell: Shell::new(state, person, Area::Manage),
            stamp: stamp(&stored),
            text: text.unwrap_or_else(MailServerText::new),
            stored,
            problems: Problems::default(),
            meanwhile: None,
        })
    }

    fn has_password(&self) -> bool {
        let mut stored = self.stored.iter();
        stored.any(|server| server.password_sealed.is_some())
    }

    fn is_security(&self, security: &MailSecurity) -> bool {
        self.text.security == security.as_str()
    }

    /// The same as it was sent, with why it was not taken.
    fn shown_again(
        mut self,
        (text, seen): (MailServerText, String),
        refused: Refused,
    ) -> Result<Response, PageError> {
        let now = std::mem::replace(&mut self.text, text);
        let status = match lead_back(refused, "mail server", OVERVIEW)? {
            Ok(response) => return Ok(response),
            Err(Again::Wrong(problems)) => {
                self.problems = problems;
                self.stamp = seen;
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Err(Again::Meanwhile) => {
                let typed = self.text.texts();
                self.meanwhile = Some(differences(MailServerText::FIELDS, &typed, &now.texts()));
                StatusCode::CONFLICT
            }
        };
        Ok((status, self).into_response())
    }
}

/// Shows the form.
pub async fn edit(
    State(state): State<AppState>,
    person: SignedIn,
) -> Result<impl IntoResponse, PageError> {
    MailServerPage::load(&state, &person).await
}

/// The mail server as the form sends it, and what the form was filled from.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct MailServerForm {
    stamp: String,
    password: SecretString,
    #[serde(flatten)]
    text: MailServerText,
}

/// Stores the mail server; a password that is empty changes nothing.
pub async fn update(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Form(form): Form<MailServerForm>,
) -> Result<Response, PageError> {
    let mut transaction = state.pool.begin().await?;
    let typed = (&form.text, &form.password);
    let saved = save_mail_server(&mut transaction, &state.vault, typed, &form.stamp).await;
    match saved {
        Ok(changed) => {
            commit(&state, transaction, &actor, &changed).await?;
            Ok(Redirect::to(&with(OVERVIEW, Done::Saved)).into_response())
        }
        Err(refused) => {
            transaction.rollback().await?;
            let page = MailServerPage::load(&state, &person).await?;
            page.shown_again((form.text, form.stamp), refused)
        }
    }
}
