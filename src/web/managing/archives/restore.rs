//! The page of what a restore of an archive would do, and its button.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Extension, Form,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::LIST;
use crate::db::archives::{self as db, ListedArchive};
use crate::model::ArchiveId;
use crate::web::{
    actions::{Outlook, RestoreCame, Restores, Who},
    error::PageError,
    filters,
    guard::{Acting, SignedIn},
    managing::{done::Done, links},
    shell::{Area, Shell},
    state::AppState,
};

#[derive(Template, WebTemplate)]
#[template(path = "managing/restore_archive.html")]
struct RestorePage {
    shell: Shell,
    archive: ListedArchive,
    /// Another name for its only site; empty: its own.
    name: String,
    /// What would be done, a line each.
    plan: Vec<String>,
    /// Why it would be refused, or was.
    problem: Option<String>,
    /// How many backups were read, while it is still being read.
    reading: Option<u32>,
}

impl RestorePage {
    fn new(state: &AppState, person: &SignedIn, archive: ListedArchive, name: String) -> Self {
        Self {
            shell: Shell::new(state, person, Area::Manage),
            archive,
            name,
            plan: Vec::new(),
            problem: None,
            reading: None,
        }
    }
}

/// What the address or the form says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RestoreForm {
    name: String,
}

/// The other name that is asked for.
fn slug(name: &str) -> Option<&str> {
    Some(name.trim()).filter(|name| !name.is_empty())
}

async fn get(state: &AppState, id: ArchiveId) -> Result<ListedArchive, PageError> {
    let archive = db::get(&mut *state.connection().await?, id).await?;
    archive.ok_or(PageError::NotFound("archive"))
}

/// Shows what would be done.
pub async fn show(
    State(state): State<AppState>,
    person: SignedIn,
    Path(id): Path<ArchiveId>,
    Extension(restores): Extension<Restores>,
    Query(form): Query<RestoreForm>,
) -> Result<Response, PageError> {
    let archive = get(&state, id).await?;
    let outlook = restores.look(&state, &archive, slug(&form.name)).await?;
    let mut page = RestorePage::new(&state, &person, archive, form.name);
    match outlook {
        Outlook::Possible(plan) => page.plan = plan.in_words(),
        Outlook::Refused(problem) => page.problem = Some(problem),
        Outlook::Reading(read) => page.reading = Some(read),
    }
    Ok(page.into_response())
}

/// Restores an archive.
pub async fn create(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path(id): Path<ArchiveId>,
    Extension(restores): Extension<Restores>,
    Form(form): Form<RestoreForm>,
) -> Result<Response, PageError> {
    let who = Who {
        person: &person,
        actor: &actor,
    };
    let archive = get(&state, id).await?;
    let wanted = slug(&form.name);
    let lead = |done| Ok(Redirect::to(&links::with(LIST, done)).into_response());
    match restores.restore(&state, who, &archive, wanted).await? {
        RestoreCame::GoesOn => lead(Done::RestoreGoesOn),
        RestoreCame::Restored(_) => lead(Done::ArchiveRestored),
        RestoreCame::Refused(problem) => {
            let mut page = RestorePage::new(&state, &person, archive, form.name);
            page.problem = Some(problem);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}
