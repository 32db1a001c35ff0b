//! Many sites, devices, credentials or people at once, as files of CSV that spreadsheets know: taken
//! away, changed there, and brought back.

use axum::{Json, body::Body, extract::State, response::Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use zeroize::Zeroizing;

use super::{
    input::{Asked, Place, whole_body},
    problem::Problem,
};
use crate::managing::Difference;
use crate::managing::csv::{Counts, Effect, Kind, Line, MAX_BYTES, Plan};
use crate::web::{
    actions::{self, BroughtCsv},
    error::PageError,
    guard::{Acting, SignedIn},
    managing::export_file,
    state::AppState,
};

/// How many wrong lines a refusal names.
const MOST_NAMED: usize = 10;

/// The address that takes no file.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(export))
}

/// What takes a file.
pub fn uploads() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(import))
}

/// How to look at a file, or to apply it.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// Tells what it would do, and does nothing.
    dry_run: bool,
    /// The `stamp` of what was told: it is applied only if it would still do the same.
    stamp: Option<String>,
}

/// What a file does, or would do.
#[derive(Debug, Serialize, ToSchema)]
pub struct Import {
    /// Whether it was done.
    applied: bool,
    /// How many lines do what.
    counts: Counts,
    /// The same for files that would do the same.
    stamp: String,
    lines: Vec<ImportLine>,
}

/// What a line does, or would do.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportLine {
    /// Where it begins, from 1.
    number: usize,
    /// What it names.
    name: String,
    effect: LineEffect,
    /// The fields that become others. A secret is not told.
    changes: Vec<Difference>,
    /// Why it can not be used, sentences.
    problems: Vec<String>,
}

/// What becomes of what a line names.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum LineEffect {
    New,
    Changed,
    /// It was archived, and comes back.
    Restored,
    Unchanged,
    /// It can not be used, and so none can.
    Wrong,
}

impl From<Line> for ImportLine {
    fn from(line: Line) -> Self {
        let (effect, changes, problems) = match line.effect {
            Effect::New => (LineEffect::New, Vec::new(), Vec::new()),
            Effect::Changed(changes) => (LineEffect::Changed, changes, Vec::new()),
            Effect::Restored(changes) => (LineEffect::Restored, changes, Vec::new()),
            Effect::Unchanged => (LineEffect::Unchanged, Vec::new(), Vec::new()),
            Effect::Wrong(problems) => (LineEffect::Wrong, Vec::new(), problems),
        };
        Self {
            number: line.number,
            name: line.what,
            effect,
            changes,
            problems,
        }
    }
}

impl Import {
    fn of(plan: Plan, applied: bool) -> Self {
        Self {
            applied,
            counts: plan.counts,
            stamp: plan.stamp(),
            lines: plan.lines.into_iter().map(ImportLine::from).collect(),
        }
    }
}

/// What is said of a file with wrong lines, the first of them by name.
fn refusal(plan: &Plan) -> PageError {
    let wrong = plan.lines.iter().filter_map(|line| match &line.effect {
        Effect::Wrong(problems) => Some(format!("Line {}: {}.", line.number, problems.join(". "))),
        _ => None,
    });
    let named: Vec<String> = wrong.take(MOST_NAMED).collect();
    PageError::Wrong(format!(
        "Nothing was done, for {} of {} lines can not be used; `dry_run` tells all of them. {}",
        plan.counts.wrong,
        plan.lines.len(),
        named.join(" ")
    ))
}

/// Tells sites, devices or users as CSV
///
/// It can be changed and imported again. Credentials are not told.
#[utoipa::path(get, path = "/api/v1/export/{kind}", tag = "csv", operation_id = "export_csv",
    params(("kind" = Kind, Path, description = "What of")),
    responses(
        (status = 200, description = "Lines under a line of names", body = String, content_type = "text/csv"),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn export(
    State(state): State<AppState>,
    Place(kind): Place<Kind>,
) -> Result<Response, PageError> {
    export_file(&state, kind).await
}

/// Imports sites, devices, credentials or users from CSV
///
/// All lines or, when one of them is wrong, none. With `dry_run=true` it is only told what would be
/// done. What a file does not name stays; the same file sent again changes nothing.
#[utoipa::path(post, path = "/api/v1/import/{kind}", tag = "csv", operation_id = "import_csv",
    params(("kind" = Kind, Path, description = "What of"), ImportQuery),
    request_body(content = String, content_type = "text/csv",
        description = "Lines under a line of names, at most 8 MB and 20,000 lines"),
    responses(
        (status = 200, description = "What was done, or would be", body = Import),
        (status = "4XX", description = "Refused; nothing was done", body = Problem,
            content_type = "application/problem+json"),
    ))]
pub async fn import(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Place(kind): Place<Kind>,
    Asked(query): Asked<ImportQuery>,
    body: Body,
) -> Result<Json<Import>, PageError> {
    let brought = BroughtCsv {
        owner: person.user,
        kind,
        text: Zeroizing::new(whole_body(body, MAX_BYTES).await?),
    };
    let mut transaction = state.pool.begin().await?;
    let is_to_be_done = !query.dry_run;
    let planned = actions::plan_import(&state, &mut transaction, brought, is_to_be_done).await?;
    let plan = planned.map_err(|unreadable| PageError::Wrong(unreadable.to_string()))?;
    if query.stamp.is_some_and(|stamp| stamp != plan.stamp()) {
        return Err(PageError::Outdated);
    }
    if is_to_be_done && plan.counts.wrong > 0 {
        return Err(refusal(&plan));
    }
    let is_applied = is_to_be_done && plan.is_applicable();
    if is_applied {
        actions::apply_import(&state, transaction, &actor, &plan).await?;
    }
    Ok(Json(Import::of(plan, is_applied)))
}
