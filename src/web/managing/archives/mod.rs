//! **Archives**: asked for, followed, taken away, brought, and restored. The work is done by the
//! worker of `archive`; pages only insert rows, and read the files that it made.

mod change;
mod download;
mod plans;
mod reading;
mod restore;
mod upload;

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Extension, Form, Router,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use chrono::TimeDelta;
use serde::Deserialize;

use super::{done::Done, links, listed::ListQuery};
use crate::archive::{expected_bytes, free_bytes, prepare_folder};
use crate::db::archives::{self as db, ListedArchive, MAX_KEPT, NewArchive, Requested, StoredPlan};
use crate::db::audit::{self, Entry};
use crate::model::archive::MAX_COMMENT_CHARS;
use crate::model::{ArchiveChoice, ArchiveState, ArchivedSecrets, AuditAction, Contents, History};
use crate::web::{
    bodies,
    error::PageError,
    filters,
    guard::{Acting, SignedIn},
    paging::{Asked, Pager},
    shell::{Area, Shell},
    state::AppState,
};

pub const LIST: &str = "/manage/archives";

/// How long an archive is kept when nothing is said, and how long at most, in days.
const DEFAULT_DAYS: u32 = 30;
const MOST_DAYS: u32 = 3650;

/// What takes no file.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route(LIST, get(list).post(create))
        .route(links::NEW_ARCHIVE_PLAN, get(plans::new).post(plans::create))
        .route(
            "/manage/archives/plans/{id}",
            get(plans::edit).post(plans::update),
        )
        .route("/manage/archives/plans/{id}/delete", post(plans::delete))
        .route("/manage/archives/{id}/cancel", post(change::cancel))
        .route("/manage/archives/{id}/delete", post(change::delete))
        .route("/manage/archives/{id}/download", get(download::show))
}

/// What takes files of any size, or as long as reading one does.
pub fn large_routes() -> Router<AppState> {
    Router::new()
        .route("/manage/archives/upload", post(upload::create))
        .route(
            "/manage/archives/{id}/restore",
            get(restore::show).post(restore::create),
        )
        .layer(Extension(reading::Readings::default()))
        .layer(Extension(restore::Turn::default()))
}

#[derive(Template, WebTemplate)]
#[template(path = "managing/archives.html")]
struct ListPage {
    shell: Shell,
    notice: Option<Done>,
    archives: Vec<ListedArchive>,
    pager: Pager,
    /// How many count towards the limit.
    kept: i64,
    /// How many bytes archives may still take; `None`: the disk does not say.
    free: Option<i64>,
    plans: Vec<StoredPlan>,
    /// Why a file that was brought is not listed.
    problem: Option<String>,
}

impl ListPage {
    const fn most(&self) -> i64 {
        MAX_KEPT
    }

    fn page_prefix(&self) -> String {
        format!("{LIST}?page=")
    }

    const fn default_days(&self) -> u32 {
        DEFAULT_DAYS
    }

    /// The tone of a state's badge.
    fn tone(&self, archive: &ListedArchive) -> &'static str {
        match archive.state {
            ArchiveState::Queued | ArchiveState::Running => "busy",
            ArchiveState::Completed if archive.left_out > 0 => "warn",
            ArchiveState::Completed => "good",
            ArchiveState::Failed => "bad",
            ArchiveState::Cancelled => "quiet",
        }
    }

    /// What it is of.
    fn of(&self, archive: &ListedArchive) -> String {
        archive
            .site
            .clone()
            .unwrap_or_else(|| "Everything".to_owned())
    }
}

async fn page(
    state: &AppState,
    person: &SignedIn,
    asked: Asked,
    problem: Option<String>,
) -> Result<ListPage, PageError> {
    let mut conn = state.connection().await?;
    Ok(ListPage {
        shell: Shell::new(state, person, Area::Manage),
        notice: None,
        archives: db::list(&mut conn, asked.slice()).await?,
        pager: asked.of(db::count(&mut conn).await?),
        kept: db::count_kept(&mut conn).await?,
        free: free(state).await?,
        plans: db::list_plans(&mut conn).await?,
        problem,
    })
}

async fn free(state: &AppState) -> Result<Option<i64>, PageError> {
    let folder = state.archives.to_path_buf();
    let free = bodies::aside(move || free_bytes(&folder)).await?;
    Ok(free
        .ok()
        .map(|free| i64::try_from(free).unwrap_or(i64::MAX)))
}

/// Lists archives.
pub async fn list(
    State(state): State<AppState>,
    person: SignedIn,
    Query(query): Query<ListQuery>,
) -> Result<impl IntoResponse, PageError> {
    let mut page = page(&state, &person, query.asked(), None).await?;
    page.notice = query.notice;
    Ok(page)
}

/// What the form asks for.
#[derive(Debug, Deserialize)]
pub struct AskForm {
    /// A slug; empty: everything.
    #[serde(default)]
    site: String,
    history: History,
    contents: Contents,
    secrets: ArchivedSecrets,
    #[serde(default)]
    comment: String,
    /// Empty: it is kept until somebody deletes it.
    #[serde(default)]
    days: String,
}

impl AskForm {
    fn choice(&self) -> ArchiveChoice {
        let site = self.site.trim();
        ArchiveChoice {
            site: (!site.is_empty()).then(|| site.to_owned()),
            history: self.history,
            contents: self.contents,
            secrets: self.secrets,
        }
    }

    /// How long it is to be kept; `None` of the inside: for ever, of the outside: no such number.
    fn kept_for(&self) -> Option<Option<TimeDelta>> {
        match self.days.trim() {
            "" => Some(None),
            days => {
                let days: u32 = days.parse().ok()?;
                let known = (1..=MOST_DAYS).contains(&days);
                known.then(|| Some(TimeDelta::days(i64::from(days))))
            }
        }
    }
}

/// Asks for an archive.
pub async fn create(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Form(form): Form<AskForm>,
) -> Result<Response, PageError> {
    let lead = |done| Ok(Redirect::to(&links::with(LIST, done)).into_response());
    let comment = form.comment.trim();
    let (Some(kept_for), true) = (
        form.kept_for(),
        comment.chars().count() <= MAX_COMMENT_CHARS,
    ) else {
        return lead(Done::ArchiveWrong);
    };
    let (choice, now) = (form.choice(), state.now());
    if let Some(problem) = no_room(&state, &choice).await? {
        let page = page(&state, &person, ListQuery::default().asked(), Some(problem)).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let new = NewArchive {
        choice: &choice,
        comment,
        requested_by: &actor.name,
        now,
        expires_at: kept_for.map(|kept_for| now + kept_for),
    };
    let mut tx = state.pool.begin().await?;
    match db::request(&mut tx, &new).await? {
        Requested::Full => return lead(Done::ArchivesFull),
        Requested::NoSite => return lead(Done::ArchiveNoSite),
        Requested::Queued(_) => {}
    }
    let entry = Entry {
        action: AuditAction::ArchiveRequested,
        site: None,
        subject: choice.site.as_deref().unwrap_or("everything"),
        detail: &choice.in_words(),
    };
    audit::record(&mut tx, &actor, &entry, now).await?;
    tx.commit().await?;
    lead(Done::ArchiveAsked)
}

/// Why the folder could not take an archive of this, a sentence.
async fn no_room(state: &AppState, choice: &ArchiveChoice) -> Result<Option<String>, PageError> {
    let size = db::measure(&mut *state.connection().await?, choice).await?;
    let folder = state.archives.to_path_buf();
    let prepared = bodies::aside(move || prepare_folder(&folder, expected_bytes(&size))).await?;
    let refused = prepared.err();
    Ok(refused.map(|refused| format!("Nothing was asked for: {refused}.")))
}

/// How the audit calls an archive: `archive 3 of acme`.
fn subject(archive: &ListedArchive) -> String {
    let of = archive.site.as_deref().unwrap_or("everything");
    format!("archive {} of {of}", archive.id)
}
