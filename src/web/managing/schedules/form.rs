//! The form of a schedule, and what its buttons do.

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
    filled::Filled,
    links,
    refused::lead_back,
    sites::EditQuery,
    timed::{Action, TimedForm},
};
use super::LIST;
use crate::db::schedules::{ScheduleRow, get_schedule};
use crate::managing::{self, Refused, ScheduleText};
use crate::model::{AuditAction, ScheduleId, Target};
use crate::web::{
    error::PageError,
    filters,
    guard::{Acting, SignedIn},
    shell::{Area, Shell},
    state::AppState,
    upcoming::Upcoming,
};

#[derive(Template, WebTemplate)]
#[template(path = "managing/schedule.html")]
struct SchedulePage {
    shell: Shell,
    notice: Option<Done>,
    /// `None`: it is to be made.
    stored: Option<ScheduleRow>,
    form: Filled<ScheduleText>,
    /// The next times, where they were asked for.
    preview: Option<Upcoming>,
}

impl SchedulePage {
    fn new(state: &AppState, person: &SignedIn, form: Filled<ScheduleText>) -> Self {
        Self {
            shell: Shell::new(state, person, Area::Manage),
            notice: None,
            stored: None,
            form,
            preview: None,
        }
    }

    /// The page of a stored schedule with what is stored in its form.
    fn of(state: &AppState, person: &SignedIn, stored: ScheduleRow) -> Self {
        let form = Filled::of(ScheduleText::from(&stored.schedule.values));
        Self {
            stored: Some(stored),
            ..Self::new(state, person, form)
        }
    }

    fn action(&self) -> String {
        match &self.stored {
            Some(row) => links::schedule(&row.schedule.id),
            None => "/manage/schedules/new".to_owned(),
        }
    }

    fn title(&self) -> String {
        match &self.stored {
            Some(row) => format!("Schedule for {}", row.schedule.values.target),
            None => "Add a schedule".to_owned(),
        }
    }

    fn is_in_file(&self) -> bool {
        let mut stored = self.stored.iter();
        stored.any(|row| row.schedule.origin.is_file())
    }

    /// Whether it can be deleted here.
    fn is_deletable(&self) -> bool {
        let mut stored = self.stored.iter();
        stored.any(|row| {
            let is_for_all = row.schedule.values.target == Target::Everything;
            !row.schedule.origin.is_file() && !is_for_all
        })
    }
}

/// Shows the form for a new schedule.
pub async fn new(State(state): State<AppState>, person: SignedIn) -> impl IntoResponse {
    SchedulePage::new(&state, &person, Filled::new(ScheduleText::new()))
}

/// Makes a schedule, or shows when it would come.
pub async fn create(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Form(form): Form<TimedForm<ScheduleText>>,
) -> Result<Response, PageError> {
    let page = SchedulePage::new(&state, &person, Filled::new(form.text.clone()));
    if form.action == Action::Preview {
        return previewed(&state, page).await;
    }
    let mut transaction = state.pool.begin().await?;
    match managing::create_schedule(&mut transaction, &form.text).await {
        Ok((id, changed)) => {
            commit(&state, transaction, &actor, &changed).await?;
            let made = links::with(&links::schedule(&id), Done::Made);
            Ok(Redirect::to(&made).into_response())
        }
        Err(refused) => {
            transaction.rollback().await?;
            shown_again(page, refused, LIST)
        }
    }
}

/// The page with the next times of what is in its form.
async fn previewed(state: &AppState, mut page: SchedulePage) -> Result<Response, PageError> {
    match page.form.text.check(true) {
        Ok(values) => {
            let mut conn = state.connection().await?;
            page.preview = Some(Upcoming::of(&mut conn, &values, page.shell.now).await?);
            Ok(page.into_response())
        }
        Err(problems) => {
            page.form.problems = problems;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// The page with what was typed and why it was not saved.
fn shown_again(mut page: SchedulePage, refused: Refused, own: &str) -> Result<Response, PageError> {
    let again = match lead_back(refused, "schedule", own)? {
        Ok(response) => return Ok(response),
        Err(again) => again,
    };
    let now = page.stored.as_ref();
    let now = now
        .map(|row| ScheduleText::from(&row.schedule.values))
        .unwrap_or_default();
    Ok((page.form.refuse(again, &now), page).into_response())
}

async fn get(state: &AppState, id: ScheduleId) -> Result<ScheduleRow, PageError> {
    let mut conn = state.connection().await?;
    let stored = get_schedule(&mut conn, id).await?;
    stored.ok_or(PageError::NotFound("schedule"))
}

/// Shows a schedule in its form.
pub async fn edit(
    State(state): State<AppState>,
    person: SignedIn,
    Path(id): Path<ScheduleId>,
    Query(query): Query<EditQuery>,
) -> Result<impl IntoResponse, PageError> {
    let mut page = SchedulePage::of(&state, &person, get(&state, id).await?);
    page.notice = query.notice;
    Ok(page)
}

/// Changes a schedule, or shows when it would come.
pub async fn update(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path(id): Path<ScheduleId>,
    Form(form): Form<TimedForm<ScheduleText>>,
) -> Result<Response, PageError> {
    let own = links::schedule(&id);
    if form.action == Action::Preview {
        let page = filled(&state, &person, id, form).await?;
        return previewed(&state, page).await;
    }
    let mut transaction = state.pool.begin().await?;
    let saved = managing::update_schedule(&mut transaction, id, &form.text, &form.stamp).await;
    match saved {
        Ok(changed) => {
            commit(&state, transaction, &actor, &changed).await?;
            Ok(Redirect::to(&links::with(&own, Done::Saved)).into_response())
        }
        Err(refused) => {
            transaction.rollback().await?;
            let page = filled(&state, &person, id, form).await?;
            shown_again(page, refused, &own)
        }
    }
}

/// The page of a stored schedule with what was typed in its form.
async fn filled(
    state: &AppState,
    person: &SignedIn,
    id: ScheduleId,
    form: TimedForm<ScheduleText>,
) -> Result<SchedulePage, PageError> {
    let mut page = SchedulePage::of(state, person, get(state, id).await?);
    if let Some(row) = &page.stored {
        page.form.text = form.text.of_target(&row.schedule.values.target);
    }
    page.form.stamp = form.stamp;
    Ok(page)
}

/// Deletes a schedule.
pub async fn delete(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Path(id): Path<ScheduleId>,
) -> Result<Response, PageError> {
    let own = links::schedule(&id);
    let mut transaction = state.pool.begin().await?;
    let outcome = managing::delete_schedule(&mut transaction, id).await;
    let pressed = Pressed {
        what: "schedule",
        page: &own,
        done: links::with(LIST, Done::Deleted),
    };
    let done = (AuditAction::SettingsChanged, outcome);
    conclude(&state, transaction, &actor, done, pressed).await
}
