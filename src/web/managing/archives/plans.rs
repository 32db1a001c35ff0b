//! The form of a plan by which archives are made by themselves, and what its buttons do.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Form,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

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
use crate::db::archives::{PlanValues, StoredPlan, get_plan};
use crate::db::managing::get_site;
use crate::managing::{
    ArchivePlanText, Refused, create_archive_plan, delete_archive_plan, update_archive_plan,
};
use crate::model::{ArchivePlanId, AuditAction};
use crate::scheduler::Clock;
use crate::web::{
    error::PageError,
    filters,
    guard::{Acting, SignedIn},
    shell::{Area, Shell},
    state::AppState,
    upcoming::{TIMES, in_words},
};

/// When archives would be made, on the clock of a zone.
struct Preview {
    times: Vec<DateTime<Utc>>,
    zone: Tz,
}

impl Preview {
    fn in_words(&self, at: &DateTime<Utc>) -> String {
        in_words(*at, self.zone)
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "managing/archive_plan.html")]
struct PlanPage {
    shell: Shell,
    notice: Option<Done>,
    /// `None`: it is to be made.
    stored: Option<StoredPlan>,
    form: Filled<ArchivePlanText>,
    /// The next times, where they were asked for.
    preview: Option<Preview>,
}

impl PlanPage {
    fn new(state: &AppState, person: &SignedIn, form: Filled<ArchivePlanText>) -> Self {
        Self {
            shell: Shell::new(state, person, Area::Manage),
            notice: None,
            stored: None,
            form,
            preview: None,
        }
    }

    /// The page of a stored plan with what is stored in its form.
    fn of(state: &AppState, person: &SignedIn, stored: StoredPlan) -> Self {
        let form = Filled::of(ArchivePlanText::from(&stored.values));
        Self {
            stored: Some(stored),
            ..Self::new(state, person, form)
        }
    }

    fn action(&self) -> String {
        match &self.stored {
            Some(plan) => links::archive_plan(&plan.id),
            None => links::NEW_ARCHIVE_PLAN.to_owned(),
        }
    }

    fn title(&self) -> String {
        match &self.stored {
            Some(plan) => format!("Archive plan {}", plan.values.name),
            None => "Add an archive plan".to_owned(),
        }
    }

    fn is_in_file(&self) -> bool {
        let mut stored = self.stored.iter();
        stored.any(|plan| plan.origin.is_file())
    }
}

/// Shows the form for a new plan.
pub async fn new(State(state): State<AppState>, person: SignedIn) -> impl IntoResponse {
    PlanPage::new(&state, &person, Filled::new(ArchivePlanText::new()))
}

/// Makes a plan, or shows when it would come.
pub async fn create(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Form(form): Form<TimedForm<ArchivePlanText>>,
) -> Result<Response, PageError> {
    let page = PlanPage::new(&state, &person, Filled::new(form.text.clone()));
    if form.action == Action::Preview {
        return previewed(&state, page).await;
    }
    let mut transaction = state.pool.begin().await?;
    match create_archive_plan(&mut transaction, &form.text).await {
        Ok((id, changed)) => {
            commit(&state, transaction, &actor, &changed).await?;
            let made = links::with(&links::archive_plan(&id), Done::Made);
            Ok(Redirect::to(&made).into_response())
        }
        Err(refused) => {
            transaction.rollback().await?;
            shown_again(page, refused, LIST)
        }
    }
}

/// The page with the next times of what is in its form.
async fn previewed(state: &AppState, mut page: PlanPage) -> Result<Response, PageError> {
    match page.form.text.check(true) {
        Ok(values) => {
            let zone = zone(state, &values).await?;
            let clock = Clock::new(&values.rhythm, zone);
            let times =
                clock.map_or_else(Vec::new, |clock| clock.next_times(page.shell.now, TIMES));
            page.preview = Some(Preview { times, zone });
            Ok(page.into_response())
        }
        Err(problems) => {
            page.form.problems = problems;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// On whose clock a plan is that is not saved yet.
async fn zone(state: &AppState, values: &PlanValues) -> Result<Tz, PageError> {
    let site = match &values.choice.site {
        Some(slug) => get_site(&mut *state.connection().await?, slug).await?,
        None => None,
    };
    let of_site = site.map(|site| site.values.timezone);
    let name = values.timezone.clone().or(of_site);
    Ok(name.and_then(|name| name.parse().ok()).unwrap_or(Tz::UTC))
}

/// The page with what was typed and why it was not saved.
fn shown_again(mut page: PlanPage, refused: Refused, own: &str) -> Result<Response, PageError> {
    let again = match lead_back(refused, "archive plan", own)? {
        Ok(response) => return Ok(response),
        Err(again) => again,
    };
    let now = page.stored.as_ref();
    let now = now
        .map(|plan| ArchivePlanText::from(&plan.values))
        .unwrap_or_default();
    Ok((page.form.refuse(again, &now), page).into_response())
}

async fn get(state: &AppState, id: ArchivePlanId) -> Result<StoredPlan, PageError> {
    let mut conn = state.connection().await?;
    let stored = get_plan(&mut conn, id).await?;
    stored.ok_or(PageError::NotFound("archive plan"))
}

/// Shows a plan in its form.
pub async fn edit(
    State(state): State<AppState>,
    person: SignedIn,
    Path(id): Path<ArchivePlanId>,
    Query(query): Query<EditQuery>,
) -> Result<impl IntoResponse, PageError> {
    let mut page = PlanPage::of(&state, &person, get(&state, id).await?);
    page.notice = query.notice;
    Ok(page)
}

/// Changes a plan, or shows when it would come.
pub async fn update(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path(id): Path<ArchivePlanId>,
    Form(form): Form<TimedForm<ArchivePlanText>>,
) -> Result<Response, PageError> {
    let own = links::archive_plan(&id);
    if form.action == Action::Preview {
        let page = filled(&state, &person, id, form).await?;
        return previewed(&state, page).await;
    }
    let mut transaction = state.pool.begin().await?;
    match update_archive_plan(&mut transaction, id, &form.text, &form.stamp).await {
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

/// The page of a stored plan with what was typed in its form.
async fn filled(
    state: &AppState,
    person: &SignedIn,
    id: ArchivePlanId,
    form: TimedForm<ArchivePlanText>,
) -> Result<PlanPage, PageError> {
    let mut page = PlanPage::of(state, person, get(state, id).await?);
    (page.form.text, page.form.stamp) = (form.text, form.stamp);
    Ok(page)
}

/// Deletes a plan.
pub async fn delete(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Path(id): Path<ArchivePlanId>,
) -> Result<Response, PageError> {
    let own = links::archive_plan(&id);
    let mut transaction = state.pool.begin().await?;
    let outcome = delete_archive_plan(&mut transaction, id).await;
    let pressed = Pressed {
        what: "archive plan",
        page: &own,
        done: links::with(LIST, Done::Deleted),
    };
    let done = (AuditAction::SettingsChanged, outcome);
    conclude(&state, transaction, &actor, done, pressed).await
}
