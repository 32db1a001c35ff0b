//! **Archives**: asked for, followed, taken away, brought, and restored. The work is done by the
//! worker of `archive`; pages only insert rows, and read the files that it made.

mod change;
pub mod download;
mod plans;
mod restore;
mod upload;

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Form, Router,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use serde::Deserialize;

use super::{done::Done, links, listed::ListQuery};
use crate::archive::free_bytes;
use crate::db::archives::{self as db, ListedArchive, MAX_KEPT, StoredPlan};
use crate::model::{ArchiveChoice, ArchiveState, ArchivedSecrets, Contents, History};
use crate::web::{
    actions::{self, ArchiveAsked, AskedArchive, DEFAULT_DAYS, Who},
    bodies,
    error::PageError,
    filters,
    guard::{Acting, SignedIn},
    paging::{Asked, Pager},
    shell::{Area, Shell},
    state::AppState,
};

pub const LIST: &str = "/manage/archives";

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

    /// For how many days it is to be kept; `None` of the inside: for ever, of the outside: it is no
    /// number.
    fn days(&self) -> Option<Option<u32>> {
        match self.days.trim() {
            "" => Some(None),
            days => days.parse().ok().map(Some),
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
    let who = Who {
        person: &person,
        actor: &actor,
    };
    let lead = |done| Ok(Redirect::to(&links::with(LIST, done)).into_response());
    let Some(days) = form.days() else {
        return lead(Done::ArchiveWrong);
    };
    let asked = AskedArchive {
        choice: &form.choice(),
        comment: &form.comment,
        days,
    };
    let mut tx = state.pool.begin().await?;
    let came = actions::request_archive(&state, &mut tx, who, &asked).await?;
    tx.commit().await?;
    match came {
        ArchiveAsked::Queued(_) => lead(Done::ArchiveAsked),
        ArchiveAsked::Full => lead(Done::ArchivesFull),
        ArchiveAsked::NoSite => lead(Done::ArchiveNoSite),
        ArchiveAsked::Wrong => lead(Done::ArchiveWrong),
        ArchiveAsked::NoRoom(problem) => {
            let asked = ListQuery::default().asked();
            let page = page(&state, &person, asked, Some(problem)).await?;
            Ok((StatusCode::INSUFFICIENT_STORAGE, page).into_response())
        }
    }
}
