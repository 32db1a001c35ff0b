//! The form of a maintenance window, and what its buttons do.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Form,
    extract::{Path, Query, State},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::super::{
    Pressed, commit, conclude, done::Done, filled::Filled, links, refused::lead_back,
    sites::EditQuery,
};
use super::LIST;
use crate::db::schedules::{StoredWindow, get_window};
use crate::managing::{self, Refused, WindowText};
use crate::model::{AuditAction, WindowId};
use crate::web::{
    error::PageError,
    filters,
    guard::{Acting, SignedIn},
    shell::{Area, Shell},
    state::AppState,
};

#[derive(Template, WebTemplate)]
#[template(path = "managing/window.html")]
struct WindowPage {
    shell: Shell,
    notice: Option<Done>,
    /// `None`: it is to be made.
    stored: Option<StoredWindow>,
    form: Filled<WindowText>,
}

impl WindowPage {
    fn new(state: &AppState, person: &SignedIn, form: Filled<WindowText>) -> Self {
        Self {
            shell: Shell::new(state, person, Area::Manage),
            notice: None,
            stored: None,
            form,
        }
    }

    /// The page of a stored window with what is stored in its form.
    fn of(state: &AppState, person: &SignedIn, stored: StoredWindow) -> Self {
        let form = Filled::of(WindowText::from(&stored.values));
        Self {
            stored: Some(stored),
            ..Self::new(state, person, form)
        }
    }

    fn action(&self) -> String {
        match &self.stored {
            Some(window) => links::window(&window.id),
            None => "/manage/maintenance-windows/new".to_owned(),
        }
    }

    fn title(&self) -> &str {
        let stored = self.stored.as_ref();
        stored.map_or("Add a maintenance window", |window| &window.values.name)
    }

    fn is_in_file(&self) -> bool {
        let mut stored = self.stored.iter();
        stored.any(|window| window.origin.is_file())
    }
}

/// Shows the form for a new window.
pub async fn new(State(state): State<AppState>, person: SignedIn) -> impl IntoResponse {
    WindowPage::new(&state, &person, Filled::new(WindowText::new()))
}

/// A window as it is typed, and what the form was filled from.
#[derive(Debug, Deserialize)]
pub struct WindowForm {
    #[serde(default)]
    stamp: String,
    #[serde(flatten)]
    text: WindowText,
}

/// Makes a window.
pub async fn create(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Form(form): Form<WindowForm>,
) -> Result<Response, PageError> {
    let mut transaction = state.pool.begin().await?;
    match managing::create_window(&mut transaction, &form.text).await {
        Ok((id, changed)) => {
            commit(&state, transaction, &actor, &changed).await?;
            let made = links::with(&links::window(&id), Done::Made);
            Ok(Redirect::to(&made).into_response())
        }
        Err(refused) => {
            transaction.rollback().await?;
            let page = WindowPage::new(&state, &person, Filled::new(form.text));
            shown_again(page, refused, LIST)
        }
    }
}

/// The page with what was typed and why it was not saved.
fn shown_again(mut page: WindowPage, refused: Refused, own: &str) -> Result<Response, PageError> {
    let again = match lead_back(refused, "maintenance window", own)? {
        Ok(response) => return Ok(response),
        Err(again) => again,
    };
    let now = page.stored.as_ref();
    let now = now
        .map(|window| WindowText::from(&window.values))
        .unwrap_or_default();
    Ok((page.form.refuse(again, &now), page).into_response())
}

async fn get(state: &AppState, id: WindowId) -> Result<StoredWindow, PageError> {
    let mut conn = state.connection().await?;
    let stored = get_window(&mut conn, id).await?;
    stored.ok_or(PageError::NotFound("maintenance window"))
}

/// Shows a window in its form.
pub async fn edit(
    State(state): State<AppState>,
    person: SignedIn,
    Path(id): Path<WindowId>,
    Query(query): Query<EditQuery>,
) -> Result<impl IntoResponse, PageError> {
    let mut page = WindowPage::of(&state, &person, get(&state, id).await?);
    page.notice = query.notice;
    Ok(page)
}

/// Changes a window.
pub async fn update(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path(id): Path<WindowId>,
    Form(form): Form<WindowForm>,
) -> Result<Response, PageError> {
    let own = links::window(&id);
    let mut transaction = state.pool.begin().await?;
    let saved = managing::update_window(&mut transaction, id, &form.text, &form.stamp).await;
    match saved {
        Ok(changed) => {
            commit(&state, transaction, &actor, &changed).await?;
            Ok(Redirect::to(&links::with(&own, Done::Saved)).into_response())
        }
        Err(refused) => {
            transaction.rollback().await?;
            let mut page = WindowPage::of(&state, &person, get(&state, id).await?);
            (page.form.text, page.form.stamp) = (form.text, form.stamp);
            shown_again(page, refused, &own)
        }
    }
}

/// Deletes a window.
pub async fn delete(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Path(id): Path<WindowId>,
) -> Result<Response, PageError> {
    let own = links::window(&id);
    let mut transaction = state.pool.begin().await?;
    let outcome = managing::delete_window(&mut transaction, id).await;
    let pressed = Pressed {
        what: "maintenance window",
        page: &own,
        done: links::with(LIST, Done::Deleted),
    };
    let done = (AuditAction::SettingsChanged, outcome);
    conclude(&state, transaction, &actor, done, pressed).await
}
