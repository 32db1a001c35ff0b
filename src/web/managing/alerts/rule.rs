//! One rule: its form, and taking it away.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Form,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};

use super::super::{
    Pressed, commit, conclude,
    done::Done,
    links::with,
    refused::{Again, lead_back},
    site_ticks::Found,
    sites::EditQuery,
};
use super::{OVERVIEW, rule_sent::Sent, words};
use crate::db::alerts::settings::{self as db, AlertRule};
use crate::managing::{
    self, AlertRuleText, Difference, MOST_SITES, Problems, Refused, Texts as _,
    alert_rule_in_words, differences, stamp,
};
use crate::model::{AlertKind, AlertRuleId, AuditAction};
use crate::web::{
    error::PageError,
    fields::Fields,
    filters,
    guard::{Acting, SignedIn},
    links as pages,
    shell::{Area, Shell},
    state::AppState,
};

#[derive(Template, WebTemplate)]
#[template(path = "managing/alert_rule.html")]
struct RulePage {
    shell: Shell,
    notice: Option<Done>,
    /// `None`: it is to be made.
    stored: Option<AlertRule>,
    /// Names of the destinations that there are.
    destinations: Vec<String>,
    text: AlertRuleText,
    problems: Problems,
    /// What the form was filled from.
    stamp: String,
    /// What is stored, where somebody else changed it after the form was filled.
    meanwhile: Option<Vec<Difference>>,
    found: Option<Found>,
}

impl RulePage {
    /// For a new rule, else with what is stored in the form.
    async fn load(
        state: &AppState,
        person: &SignedIn,
        id: Option<AlertRuleId>,
    ) -> Result<Self, PageError> {
        let mut conn = state.connection().await?;
        let stored = match id {
            Some(id) => {
                let found = db::get_alert_rule(&mut conn, id).await?;
                Some(found.ok_or(PageError::NotFound("rule"))?)
            }
            None => None,
        };
        let rows = db::list_destination_rows(&mut conn).await?;
        let text = stored.as_ref().map(AlertRuleText::from);
        Ok(Self {
            shell: Shell::new(state, person, Area::Manage),
            notice: None,
            stamp: text
                .as_ref()
                .map_or_else(String::new, |text| stamp(&text.texts())),
            text: text.unwrap_or_else(AlertRuleText::new),
            stored,
            destinations: rows.into_iter().map(|row| row.destination.name).collect(),
            problems: Problems::default(),
            meanwhile: None,
            found: None,
        })
    }

    fn title(&self) -> &str {
        let stored = self.stored.as_ref();
        stored.map_or("Add a rule", |rule| rule.values.name.as_str())
    }

    fn action(&self) -> String {
        match &self.stored {
            Some(rule) => pages::alert_rule(&rule.id),
            None => "/manage/alerts/rules/new".to_owned(),
        }
    }

    fn in_words(&self, rule: &AlertRule) -> String {
        alert_rule_in_words(&rule.values, &rule.destination_name)
    }

    fn is_destination(&self, name: &str) -> bool {
        self.text.destination == name
    }

    /// The same with the sites that a search finds; nothing is saved by it.
    async fn searched(
        mut self,
        state: &AppState,
        (sent, search): (Sent, String),
    ) -> Result<Response, PageError> {
        let mut conn = state.connection().await?;
        self.text = sent.text;
        self.stamp = sent.stamp;
        self.found = Some(Found::find(&mut conn, search, &self.text.slugs()).await?);
        Ok(self.into_response())
    }

    /// The same as it was sent, with why it was not taken.
    fn shown_again(mut self, sent: Sent, refused: Refused) -> Result<Response, PageError> {
        let own = self.action();
        let now = std::mem::replace(&mut self.text, sent.text);
        let status = match lead_back(refused, "rule", &own)? {
            Ok(response) => return Ok(response),
            Err(Again::Wrong(problems)) => {
                self.problems = problems;
                self.stamp = sent.stamp;
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Err(Again::Meanwhile) => {
                let typed = self.text.texts();
                self.meanwhile = Some(differences(AlertRuleText::FIELDS, &typed, &now.texts()));
                StatusCode::CONFLICT
            }
        };
        Ok((status, self).into_response())
    }
}

/// Shows the form for a new rule.
pub async fn new(
    State(state): State<AppState>,
    person: SignedIn,
) -> Result<impl IntoResponse, PageError> {
    RulePage::load(&state, &person, None).await
}

/// Makes a rule, or finds sites for it.
pub async fn create(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    let mut sent = Sent::read(&fields);
    if let Some(search) = sent.find.take() {
        let page = RulePage::load(&state, &person, None).await?;
        return page.searched(&state, (sent, search)).await;
    }
    let mut transaction = state.pool.begin().await?;
    match managing::create_alert_rule(&mut transaction, &sent.text).await {
        Ok((id, changed)) => {
            commit(&state, transaction, &actor, &changed).await?;
            let made = with(&pages::alert_rule(&id), Done::Made);
            Ok(Redirect::to(&made).into_response())
        }
        Err(refused) => {
            transaction.rollback().await?;
            let page = RulePage::load(&state, &person, None).await?;
            page.shown_again(sent, refused)
        }
    }
}

/// Shows a rule in its form.
pub async fn edit(
    State(state): State<AppState>,
    person: SignedIn,
    Path(id): Path<AlertRuleId>,
    Query(query): Query<EditQuery>,
) -> Result<impl IntoResponse, PageError> {
    let mut page = RulePage::load(&state, &person, Some(id)).await?;
    page.notice = query.notice;
    Ok(page)
}

/// Changes a rule, or finds sites for it.
pub async fn update(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path(id): Path<AlertRuleId>,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    let mut sent = Sent::read(&fields);
    if let Some(search) = sent.find.take() {
        let page = RulePage::load(&state, &person, Some(id)).await?;
        return page.searched(&state, (sent, search)).await;
    }
    let mut transaction = state.pool.begin().await?;
    let saved = managing::update_alert_rule(&mut transaction, id, &sent.text, &sent.stamp).await;
    match saved {
        Ok(changed) => {
            commit(&state, transaction, &actor, &changed).await?;
            let own = pages::alert_rule(&id);
            Ok(Redirect::to(&with(&own, Done::Saved)).into_response())
        }
        Err(refused) => {
            transaction.rollback().await?;
            let page = RulePage::load(&state, &person, Some(id)).await?;
            page.shown_again(sent, refused)
        }
    }
}

/// Deletes a rule.
pub async fn delete(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Path(id): Path<AlertRuleId>,
) -> Result<Response, PageError> {
    let own = pages::alert_rule(&id);
    let mut transaction = state.pool.begin().await?;
    let outcome = managing::delete_alert_rule(&mut transaction, id).await;
    let pressed = Pressed {
        what: "rule",
        page: &own,
        done: with(OVERVIEW, Done::Deleted),
    };
    let done = (AuditAction::SettingsChanged, outcome);
    conclude(&state, transaction, &actor, done, pressed).await
}
