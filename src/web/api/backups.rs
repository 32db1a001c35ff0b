//! **Backup Site**, for programs.

use axum::{extract::State, http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use utoipa::ToSchema;

use super::{
    idempotency::{Asking, Told},
    input::{Place, Sent},
    problem::Problem,
};
use crate::db::batches::{DeviceScope, NewBatch, Requested};
use crate::db::pages::{self, DeviceRecords, list_device_records};
use crate::model::{BatchId, DeviceId, Scope, SiteId, Trigger};
use crate::web::{actions, error::PageError, state::AppState};

/// How many devices may be named.
const MAX_DEVICES: usize = 100;

/// What to back up.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BackupRequest {
    /// Names of devices of the site, at most 100; null or left out: all that are enabled.
    #[serde(default)]
    #[schema(max_items = 100)]
    devices: Option<Vec<String>>,
}

/// What was asked for. The address of the batch to follow is in `Location`, too.
#[derive(Debug, Serialize, ToSchema)]
pub struct BackupRequested {
    /// The batch that does the work; an earlier one when all devices were being backed up already.
    pub batch: BatchId,
    /// How many devices were queued.
    queued: usize,
    /// How many were being backed up already.
    already_active: usize,
}

/// What came of a request; `None`: there was nothing to do.
pub fn told(requested: &Requested) -> Option<Told<BackupRequested>> {
    let batch = requested.batch.or(requested.already_active_batch)?;
    Some(Told {
        status: StatusCode::ACCEPTED,
        location: format!("/api/v1/batches/{batch}"),
        body: BackupRequested {
            batch,
            queued: requested.runs.len() - requested.already_active,
            already_active: requested.already_active,
        },
    })
}

/// Backs up a site, or some of its devices
///
/// Answers at once, with the batch to follow. With `Idempotency-Key` it is done once, however often
/// it is asked for within a day.
#[utoipa::path(post, path = "/api/v1/sites/{slug}/backups", tag = "backups", operation_id = "back_up_site",
    params(
        ("slug" = String, Path, description = "The site's name in addresses"),
        ("Idempotency-Key" = Option<String>, Header, description = "A name of your own for this request",
            min_length = 1, max_length = 200, pattern = "^[!-~]+$"),
    ),
    request_body = BackupRequest,
    responses(
        (status = 202, description = "It is queued, or being done already", body = BackupRequested,
            headers(("Location" = String, description = "The batch"))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(state): State<AppState>,
    asking: Asking,
    Place(slug): Place<String>,
    Sent(wanted): Sent<BackupRequest>,
) -> Result<Response, PageError> {
    let site = {
        let mut conn = state.connection().await?;
        pages::get_site(&mut conn, &asking.person.scope, &slug).await?
    };
    let site = site
        .filter(|site| site.archived_at.is_none())
        .ok_or(PageError::NotFound("site"))?;
    let act = async |conn: &mut PgConnection| {
        let new = NewBatch {
            trigger: Trigger::Api,
            requested_by: Some(asking.person.name.clone()),
            site: Some(site.id),
            scheduled: None,
            scope: wanted.scope(conn, &asking.person.scope, site.id).await?,
        };
        let requested = actions::back_up(&state, conn, asking.who(), &site, &new).await?;
        told(&requested).ok_or(PageError::Conflict(
            "No device of these is to be backed up: they are archived or switched off.",
        ))
    };
    asking.once(&state, &wanted, act).await
}

impl BackupRequest {
    /// The devices that are meant, as far as who asks reaches.
    async fn scope(
        &self,
        conn: &mut PgConnection,
        reach: &Scope,
        site: SiteId,
    ) -> Result<DeviceScope, PageError> {
        let names = match &self.devices {
            None => return Ok(DeviceScope::Site(site)),
            Some(names) if names.len() > MAX_DEVICES => {
                return Err(PageError::BadRequest(
                    "Name at most 100 devices, or none for the site.",
                ));
            }
            Some(names) => names,
        };
        let mut ids: Vec<DeviceId> = Vec::new();
        for name in names {
            let asked = DeviceRecords {
                site: Some(site),
                name: Some(name),
                ..DeviceRecords::default()
            };
            let found = list_device_records(conn, reach, &asked, 1).await?;
            ids.push(found.first().ok_or(PageError::NotFound("device"))?.id);
        }
        Ok(DeviceScope::Devices(ids))
    }
}
