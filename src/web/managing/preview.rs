//! What a file would do, line by line, and doing just that. Nothing is done while one line is
//! wrong, or when the file would do something else by then.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Form,
    extract::{Path, Query, State},
    response::{IntoResponse, Redirect},
};
use serde::Deserialize;
use sqlx::PgConnection;

use super::{done::Done, import::context, links};
use crate::db::managing as db;
use crate::managing::csv::{Counts, Effect, Kind, Line, Plan};
use crate::model::UserId;
use crate::web::{
    actions::{self, BroughtCsv},
    error::PageError,
    filters,
    guard::{Acting, SignedIn},
    links::query,
    paging::{Asked, Pager},
    shell::{Area, Shell},
    state::AppState,
};

/// How many lines stand on one page.
const PER_PAGE: i64 = 200;

/// Which lines are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Shown {
    #[default]
    All,
    /// Those that do something.
    Changes,
    Wrong,
}

impl Shown {
    const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Changes => "changes",
            Self::Wrong => "wrong",
        }
    }

    const fn has(self, effect: &Effect) -> bool {
        match self {
            Self::All => true,
            Self::Changes => !matches!(effect, Effect::Unchanged | Effect::Wrong(_)),
            Self::Wrong => matches!(effect, Effect::Wrong(_)),
        }
    }
}

/// What the address may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ShowQuery {
    show: Shown,
    page: Option<i64>,
    notice: Option<Done>,
}

#[derive(Template, WebTemplate)]
#[template(path = "managing/preview.html")]
struct PreviewPage {
    shell: Shell,
    notice: Option<Done>,
    id: String,
    kind: Kind,
    counts: Counts,
    is_applicable: bool,
    stamp: String,
    lines: Vec<Line>,
    shown: Shown,
    pager: Pager,
}

impl PreviewPage {
    fn is_shown(&self, choice: &Shown) -> bool {
        self.shown == *choice
    }

    fn shown_link(&self, shown: &Shown) -> String {
        query(&links::import(&self.id), [("show", shown.as_str())])
    }

    fn page_prefix(&self) -> String {
        format!("{}&page=", self.shown_link(&self.shown))
    }

    /// The choices, each with how many lines it has.
    fn choices(&self) -> [(Shown, &'static str, usize); 3] {
        let Counts {
            new,
            changed,
            restored,
            unchanged,
            wrong,
        } = self.counts;
        let changes = new + changed + restored;
        [
            (Shown::All, "All lines", changes + unchanged + wrong),
            (Shown::Changes, "Changes", changes),
            (Shown::Wrong, "Wrong", wrong),
        ]
    }
}

/// What a file of this person would do now. `is_to_be_done`: whether it is to be done, so that nobody else
/// changes what it is about until the transaction ends.
async fn plan(
    state: &AppState,
    conn: &mut PgConnection,
    (id, owner): (&str, UserId),
    is_to_be_done: bool,
) -> Result<Plan, PageError> {
    const MISSING: PageError = PageError::NotFound("file, or it waited for too long");
    let import = db::get_import(conn, id, owner, state.now()).await?;
    let import = import.ok_or(MISSING)?;
    let kind = Kind::of(&import.kind).ok_or(MISSING)?;
    let opened = state.vault.open(&context(id), &import.sealed);
    let text = opened.map_err(|error| PageError::Internal(error.into()))?;
    let brought = BroughtCsv { owner, kind, text };
    let planned = actions::plan_import(state, conn, brought, is_to_be_done).await?;
    planned.map_err(|error| PageError::Internal(error.into()))
}

/// Shows what a file would do.
pub async fn show(
    State(state): State<AppState>,
    person: SignedIn,
    Path(id): Path<String>,
    Query(asked): Query<ShowQuery>,
) -> Result<impl IntoResponse, PageError> {
    let mut conn = state.connection().await?;
    let plan = plan(&state, &mut conn, (&id, person.user), false).await?;
    let (is_applicable, stamp, counts) = (plan.is_applicable(), plan.stamp(), plan.counts);
    let fits = |line: &Line| asked.show.has(&line.effect);
    let total = plan.lines.iter().filter(|line| fits(line)).count();
    let page = Asked::new(asked.page, PER_PAGE);
    let slice = page.slice();
    let number = |number: i64| usize::try_from(number).unwrap_or(usize::MAX);
    let kind = plan.kind;
    let lines = plan.lines.into_iter().filter(fits);
    let lines = lines.skip(number(slice.offset)).take(number(slice.limit));
    Ok(PreviewPage {
        shell: Shell::new(&state, &person, Area::Manage),
        notice: asked.notice,
        id,
        kind,
        counts,
        is_applicable,
        stamp,
        lines: lines.collect(),
        shown: asked.show,
        pager: page.of(i64::try_from(total).unwrap_or(i64::MAX)),
    })
}

/// The stamp of the plan that was looked at.
#[derive(Debug, Deserialize)]
pub struct ApplyForm {
    stamp: String,
}

/// Applies what was looked at, in one transaction, or nothing.
pub async fn apply(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path(id): Path<String>,
    Form(form): Form<ApplyForm>,
) -> Result<Redirect, PageError> {
    let mut transaction = state.pool.begin().await?;
    let plan = plan(&state, &mut transaction, (&id, person.user), true).await?;
    if plan.stamp() != form.stamp || !plan.is_applicable() {
        let page = links::import(&id);
        return Ok(Redirect::to(&links::with(&page, Done::NotAsShown)));
    }
    db::delete_import(&mut transaction, &id, person.user).await?;
    actions::apply_import(&state, transaction, &actor, &plan).await?;
    let list = format!("/manage/{}", plan.kind.as_str());
    Ok(Redirect::to(&links::with(&list, Done::Imported)))
}

/// Throws a file away.
pub async fn discard(
    State(state): State<AppState>,
    person: SignedIn,
    Path(id): Path<String>,
) -> Result<Redirect, PageError> {
    let mut conn = state.connection().await?;
    db::delete_import(&mut conn, &id, person.user).await?;
    Ok(Redirect::to(&links::with(
        "/manage/import",
        Done::Discarded,
    )))
}
