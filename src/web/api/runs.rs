//! Runs: one device in a batch, step by step.

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    input::{Asked, Place},
    paging::{self, Page, Paging, Part},
    problem::Problem,
};
use crate::db::pages::{self, BatchRunRow, RunFilter, RunHead, RunListRow, RunStateFilter};
use crate::model::{BatchId, Check, Outcome, RunId, RunState, SnapshotId, Step, Verdict};
use crate::web::{
    actions::{self, Who},
    error::PageError,
    guard::{Acting, SignedIn},
    state::AppState,
};

/// A run in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunSummary {
    id: RunId,
    batch: BatchId,
    /// The slug of the site.
    site: String,
    device: String,
    state: RunState,
    outcome: Option<Outcome>,
    verdict: Option<Verdict>,
    /// Why it failed, in a sentence.
    failure: Option<String>,
    /// What it saw or made.
    snapshot: Option<SnapshotId>,
    duration_ms: Option<i64>,
}

impl From<RunListRow> for RunSummary {
    fn from(row: RunListRow) -> Self {
        Self {
            id: row.id,
            batch: row.batch_id,
            site: row.site_slug,
            device: row.device_name,
            state: row.state,
            outcome: row.outcome,
            verdict: row.verdict,
            failure: row.failure_message,
            snapshot: row.snapshot_id,
            duration_ms: row.duration_ms,
        }
    }
}

impl RunSummary {
    fn of_batch(batch: BatchId, row: BatchRunRow) -> Self {
        Self {
            id: row.id,
            batch,
            site: row.site_slug,
            device: row.device_name,
            state: row.state,
            outcome: row.outcome,
            verdict: row.verdict,
            failure: row.failure_message,
            snapshot: row.snapshot_id,
            duration_ms: row.duration_ms,
        }
    }
}

/// A run with all that is known of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Run {
    id: RunId,
    batch: BatchId,
    /// The slug of the site.
    site: String,
    device: String,
    state: RunState,
    /// How many attempts were begun.
    attempts: i32,
    outcome: Option<Outcome>,
    verdict: Option<Verdict>,
    checks: Vec<Check>,
    steps: Vec<Step>,
    failure: Option<Failure>,
    snapshot: Option<SnapshotId>,
    /// What was received, also when it was not kept.
    size_bytes: Option<i64>,
    queued_at: DateTime<Utc>,
    started_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
    duration_ms: Option<i64>,
}

/// Why a run failed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Failure {
    /// Stable, for example `unreachable`.
    code: String,
    /// What happened and what to do next.
    message: String,
}

impl From<RunHead> for Run {
    fn from(run: RunHead) -> Self {
        let code = run.failure_code.map(|code| code.as_str().to_owned());
        Self {
            id: run.id,
            batch: run.batch_id,
            site: run.site_slug,
            device: run.device_name,
            state: run.state,
            attempts: run.attempt,
            outcome: run.outcome,
            verdict: run.verdict,
            checks: run.checks.0,
            steps: run.steps.0,
            failure: code
                .zip(run.failure_message)
                .map(|(code, message)| Failure { code, message }),
            snapshot: run.snapshot_id,
            size_bytes: run.size_bytes,
            queued_at: run.queued_at,
            started_at: run.started_at,
            finished_at: run.finished_at,
            duration_ms: run.duration_ms,
        }
    }
}

/// Which runs.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct RunsQuery {
    /// The slug of their site.
    site: Option<String>,
    /// Their device, as `SITE/NAME`.
    device: Option<String>,
    state: Option<RunState>,
    /// Queued at that time or later.
    since: Option<DateTime<Utc>>,
    /// Queued before that time.
    until: Option<DateTime<Utc>>,
    /// `next` of the page before.
    #[param(pattern = "^[0-9]{1,18}$")]
    cursor: Option<String>,
    /// How many at most; 100 when nothing is said.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u16>,
}

/// Lists runs
///
/// Newest first.
#[utoipa::path(get, path = "/api/v1/runs", tag = "backups", operation_id = "list_runs", params(RunsQuery), responses(
    (status = 200, description = "A page of runs", body = Page<RunSummary>),
    (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
))]
pub async fn list(
    State(state): State<AppState>,
    person: SignedIn,
    Asked(query): Asked<RunsQuery>,
) -> Result<Json<Page<RunSummary>>, PageError> {
    let limit = paging::limit(query.limit)?;
    let mut conn = state.connection().await?;
    let mut filter = RunFilter {
        state: query.state.map(RunStateFilter::State),
        since: query.since,
        until: query.until,
        before: paging::cursor(query.cursor.as_deref())?,
        ..RunFilter::default()
    };
    if let Some(slug) = &query.site {
        let site = pages::get_site(&mut conn, &person.scope, slug).await?;
        filter.site = Some(site.ok_or(PageError::NotFound("site"))?.id);
    }
    if let Some(device) = &query.device {
        let missing = || PageError::NotFound("device");
        let (slug, name) = device.split_once('/').ok_or_else(missing)?;
        let device = pages::get_device(&mut conn, &person.scope, slug, name).await?;
        filter.device = Some(device.ok_or_else(missing)?.id);
    }
    let most = paging::one_more(limit);
    let rows = pages::list_runs(&mut conn, &person.scope, &filter, most).await?;
    let place = |row: &RunListRow| row.id.to_string();
    Ok(Json(Page::of(rows, limit, place, RunSummary::from)))
}

/// Lists the runs of a batch
///
/// Failed ones first, then suspect, running, queued, and the rest. While the batch goes on they
/// change places.
#[utoipa::path(get, path = "/api/v1/batches/{id}/runs", tag = "backups", operation_id = "list_runs_of_batch",
    params(("id" = BatchId, Path, description = "The batch's number"), Paging),
    responses(
        (status = 200, description = "A page of runs", body = Page<RunSummary>),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn list_of_batch(
    State(state): State<AppState>,
    person: SignedIn,
    Place(id): Place<BatchId>,
    Asked(paging): Asked<Paging>,
) -> Result<Json<Page<RunSummary>>, PageError> {
    let part = Part::of(&paging)?;
    let mut conn = state.connection().await?;
    let batch = pages::get_batch(&mut conn, &person.scope, id).await?;
    batch.ok_or(PageError::NotFound("batch"))?;
    let rows = pages::list_batch_runs(&mut conn, &person.scope, id, part.slice()).await?;
    Ok(Json(part.page(rows, |row| RunSummary::of_batch(id, row))))
}

/// Shows a run
#[utoipa::path(get, path = "/api/v1/runs/{id}", tag = "backups", operation_id = "show_run",
    params(("id" = RunId, Path, description = "Its number")),
    responses(
        (status = 200, description = "The run", body = Run),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show(
    State(state): State<AppState>,
    person: SignedIn,
    Place(id): Place<RunId>,
) -> Result<Json<Run>, PageError> {
    let mut conn = state.connection().await?;
    let run = pages::get_run(&mut conn, &person.scope, id).await?;
    Ok(Json(run.ok_or(PageError::NotFound("run"))?.into()))
}

/// Cancels a run
///
/// One that has ended stays as it is.
#[utoipa::path(post, path = "/api/v1/runs/{id}/cancel", tag = "backups", operation_id = "cancel_run",
    params(("id" = RunId, Path, description = "Its number")),
    responses(
        (status = 200, description = "The run as it is now", body = Run),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn cancel(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Place(id): Place<RunId>,
) -> Result<Json<Run>, PageError> {
    let who = Who {
        person: &person,
        actor: &actor,
    };
    actions::cancel_run(&state, who, id).await?;
    show(State(state), person, Place(id)).await
}
