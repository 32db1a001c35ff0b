//! What a restore of an archive would do, and doing it. The archive is read whole for either; the
//! work goes on when the browser no longer waits, and its row tells what came of it.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Extension, Form,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::reading::{Read, Readings};
use super::{LIST, download};
use crate::archive::{self, Checked, RestoreError};
use crate::db::archives::{self as db, ListedArchive};
use crate::db::audit::Actor;
use crate::model::ArchiveId;
use crate::web::{
    error::PageError,
    filters,
    guard::{Acting, SignedIn},
    managing::{done::Done, links},
    shell::{Area, Shell},
    state::AppState,
};

/// How long the browser is kept waiting for a restore.
const PATIENCE: Duration = Duration::from_secs(25);

/// How long it is kept waiting for what a restore would do.
const LOOK_PATIENCE: Duration = Duration::from_secs(5);

/// One restore of a server at a time: each holds everything that changes sites and people.
#[derive(Clone)]
pub struct Turn(Arc<Semaphore>);

impl Default for Turn {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(1)))
    }
}

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

/// Shows what would be done.
pub async fn show(
    State(state): State<AppState>,
    person: SignedIn,
    Path(id): Path<ArchiveId>,
    Extension(readings): Extension<Readings>,
    Query(form): Query<RestoreForm>,
) -> Result<Response, PageError> {
    let mut conn = state.connection().await?;
    let archive = db::get(&mut conn, id)
        .await?
        .ok_or(PageError::NotFound("archive"))?;
    drop(conn);
    let mut page = RestorePage {
        shell: Shell::new(&state, &person, Area::Manage),
        archive,
        name: form.name,
        plan: Vec::new(),
        problem: None,
        reading: None,
    };
    page.look(&state, &readings).await?;
    Ok(page.into_response())
}

impl RestorePage {
    /// Finds out what would be done, why it would be refused, or how far the reading is.
    async fn look(&mut self, state: &AppState, readings: &Readings) -> Result<(), PageError> {
        let file = download::open(state, &self.archive).await?;
        let name = self.archive.file_name.as_deref().unwrap_or_default();
        let path = state.archives.join(name);
        let checked = match readings.read(&path, file, LOOK_PATIENCE).await? {
            Read::Whole(checked) => checked,
            Read::Refused(refused) => {
                self.problem = Some(refused);
                return Ok(());
            }
            Read::GoesOn(read) => {
                self.reading = Some(read);
                return Ok(());
            }
        };
        let mut conn = state.connection().await?;
        match archive::plan(&mut conn, &checked, slug(&self.name)).await {
            Ok(plan) => self.plan = plan.in_words(),
            Err(RestoreError::Database(error)) => return Err(error.into()),
            Err(refused) => self.problem = Some(refused.to_string()),
        }
        Ok(())
    }
}

/// Restores an archive.
pub async fn create(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path(id): Path<ArchiveId>,
    Extension(Turn(turn)): Extension<Turn>,
    Form(form): Form<RestoreForm>,
) -> Result<Response, PageError> {
    let mut conn = state.connection().await?;
    let archive = db::get(&mut conn, id)
        .await?
        .ok_or(PageError::NotFound("archive"))?;
    drop(conn);
    let permit = turn.try_acquire_owned().map_err(|_| {
        PageError::Busy("Another archive is being restored. Try again when it is done.")
    })?;
    let file = download::open(&state, &archive).await?;
    let (own, new_slug) = (state.clone(), slug(&form.name).map(str::to_owned));
    // A task of its own: a browser that no longer waits does not undo half of it.
    let restoring = tokio::spawn(async move {
        let restored = match archive::check(file).await {
            Ok(checked) => run(&own, checked, new_slug.as_deref(), &actor).await,
            Err(refused) => Err(refused.to_string()),
        };
        drop(permit);
        note(&own, id, &restored).await;
        restored
    });
    let lead = |done| Ok(Redirect::to(&links::with(LIST, done)).into_response());
    match timeout(PATIENCE, restoring).await {
        Err(_) => lead(Done::RestoreGoesOn),
        Ok(Err(fault)) => Err(PageError::Internal(fault.into())),
        Ok(Ok(Ok(_))) => lead(Done::ArchiveRestored),
        Ok(Ok(Err(problem))) => {
            let page = RestorePage {
                shell: Shell::new(&state, &person, Area::Manage),
                archive,
                name: form.name,
                plan: Vec::new(),
                problem: Some(problem),
                reading: None,
            };
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// What was done, or why nothing was.
async fn run(
    state: &AppState,
    mut checked: Checked,
    slug: Option<&str>,
    actor: &Actor,
) -> Result<String, String> {
    let who = (actor, state.now());
    let restored = archive::restore(&state.pool, &state.vault, &mut checked, slug, who).await;
    match restored {
        Ok(restored) => Ok(restored.log.join("; ")),
        Err(error @ (RestoreError::Database(_) | RestoreError::Body(_))) => {
            tracing::error!(%error, "An archive could not be restored");
            Err("Nothing was restored: the database failed. The log has the reason.".to_owned())
        }
        Err(refused) => Err(refused.to_string()),
    }
}

/// Notes what came of it, for whoever did not wait.
async fn note(state: &AppState, id: ArchiveId, restored: &Result<String, String>) {
    let note = match restored {
        Ok(log) => format!("Restored: {log}."),
        Err(refused) => refused.clone(),
    };
    let noting = async {
        let mut conn = state.pool.acquire().await?;
        db::note_restore(&mut conn, id, &note, state.now()).await
    };
    if let Err(error) = noting.await {
        tracing::warn!(archive = %id, %error, "What came of a restore could not be noted");
    }
}
