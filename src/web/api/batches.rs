//! Batches: what one trigger asked for, and how far it is.

use axum::{Json, extract::State, response::Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use utoipa::{IntoParams, ToSchema};

use super::{
    backups::{BackupRequested, told},
    idempotency::Asking,
    input::{Asked, Place},
    paging::{self, Page},
    problem::Problem,
};
use crate::db::pages::{self, BatchFilter, BatchHead, BatchRow, RunCounts};
use crate::model::{BatchId, Trigger};
use crate::web::{
    actions::{self, Who},
    error::PageError,
    guard::{Acting, SignedIn},
    state::AppState,
};

/// What one trigger asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct Batch {
    id: BatchId,
    trigger: Trigger,
    /// The person or program; null for the schedule.
    requested_by: Option<String>,
    /// The slug of its site; null: several.
    site: Option<String>,
    created_at: DateTime<Utc>,
    /// Null while it goes on.
    finished_at: Option<DateTime<Utc>>,
    runs: Runs,
    /// The batch whose failed devices it tries again.
    retry_of: Option<BatchId>,
}

/// How many of its runs are in each state.
#[derive(Debug, Serialize, ToSchema)]
pub struct Runs {
    queued: i64,
    running: i64,
    succeeded: i64,
    failed: i64,
    cancelled: i64,
    /// Of the succeeded ones, those whose export is kept and not counted as a backup.
    suspect: i64,
}

impl From<RunCounts> for Runs {
    fn from(counts: RunCounts) -> Self {
        Self {
            queued: counts.queued,
            running: counts.running,
            succeeded: counts.succeeded,
            failed: counts.failed,
            cancelled: counts.cancelled,
            suspect: counts.suspect,
        }
    }
}

impl From<BatchRow> for Batch {
    fn from(row: BatchRow) -> Self {
        Self {
            id: row.id,
            trigger: row.trigger,
            runs: row.counts().into(),
            requested_by: row.requested_by,
            site: row.site_slug,
            created_at: row.created_at,
            finished_at: row.finished_at,
            retry_of: row.retry_of,
        }
    }
}

impl Batch {
    fn of(head: BatchHead, counts: RunCounts) -> Self {
        Self {
            id: head.id,
            trigger: head.trigger,
            runs: counts.into(),
            requested_by: head.requested_by,
            site: head.site_slug,
            created_at: head.created_at,
            finished_at: head.finished_at,
            retry_of: head.retry_of,
        }
    }
}

/// Which batches.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct BatchesQuery {
    /// The slug of the site that they were asked for.
    site: Option<String>,
    /// `next` of the page before.
    #[param(pattern = "^[0-9]{1,18}$")]
    cursor: Option<String>,
    /// How many at most; 100 when nothing is said.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u16>,
}

/// Lists batches
///
/// Newest first.
#[utoipa::path(get, path = "/api/v1/batches", tag = "backups", operation_id = "list_batches", params(BatchesQuery), responses(
    (status = 200, description = "A page of batches", body = Page<Batch>),
    (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
))]
pub async fn list(
    State(state): State<AppState>,
    person: SignedIn,
    Asked(query): Asked<BatchesQuery>,
) -> Result<Json<Page<Batch>>, PageError> {
    let limit = paging::limit(query.limit)?;
    let mut filter = BatchFilter {
        before: paging::cursor(query.cursor.as_deref())?,
        ..BatchFilter::default()
    };
    let mut conn = state.connection().await?;
    if let Some(slug) = &query.site {
        let site = pages::get_site(&mut conn, &person.scope, slug).await?;
        filter.site = Some(site.ok_or(PageError::NotFound("site"))?.id);
    }
    let most = paging::one_more(limit);
    let rows = pages::list_batches(&mut conn, &person.scope, &filter, most).await?;
    Ok(Json(Page::of(
        rows,
        limit,
        |row| row.id.to_string(),
        Batch::from,
    )))
}

/// Shows a batch
///
/// Asked again with `If-None-Match` it answers 304 until something moved.
#[utoipa::path(get, path = "/api/v1/batches/{id}", tag = "backups", operation_id = "show_batch",
    params(("id" = BatchId, Path, description = "Its number")),
    responses(
        (status = 200, description = "The batch", body = Batch),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show(
    State(state): State<AppState>,
    person: SignedIn,
    Place(id): Place<BatchId>,
) -> Result<Json<Batch>, PageError> {
    let mut conn = state.connection().await?;
    let head = pages::get_batch(&mut conn, &person.scope, id).await?;
    let head = head.ok_or(PageError::NotFound("batch"))?;
    let counts = pages::count_runs(&mut conn, &person.scope, id).await?;
    Ok(Json(Batch::of(head, counts)))
}

/// Cancels a batch
///
/// What has ended stays as it is.
#[utoipa::path(post, path = "/api/v1/batches/{id}/cancel", tag = "backups", operation_id = "cancel_batch",
    params(("id" = BatchId, Path, description = "Its number")),
    responses(
        (status = 200, description = "The batch as it is now", body = Batch),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn cancel(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Place(id): Place<BatchId>,
) -> Result<Json<Batch>, PageError> {
    let who = Who {
        person: &person,
        actor: &actor,
    };
    actions::cancel_batch(&state, who, id).await?;
    show(State(state), person, Place(id)).await
}

/// Backs up again what failed in a batch
#[utoipa::path(post, path = "/api/v1/batches/{id}/retry", tag = "backups", operation_id = "retry_batch",
    params(
        ("id" = BatchId, Path, description = "Its number"),
        ("Idempotency-Key" = Option<String>, Header, description = "A name of your own for this request",
            min_length = 1, max_length = 200, pattern = "^[!-~]+$"),
    ),
    responses(
        (status = 202, description = "It is queued, or being done already", body = BackupRequested,
            headers(("Location" = String, description = "The batch"))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn retry(
    State(state): State<AppState>,
    asking: Asking,
    Place(id): Place<BatchId>,
) -> Result<Response, PageError> {
    let act = async |conn: &mut PgConnection| {
        let retried = (id, Trigger::Api);
        let requested = actions::retry(&state, conn, asking.who(), retried).await?;
        told(&requested).ok_or(PageError::Conflict(
            "Nothing of this batch is to be tried again: no device of it failed that is still \
             there.",
        ))
    };
    asking.once(&state, &(), act).await
}
