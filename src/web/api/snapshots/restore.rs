//! How a snapshot is put on a device: steps for a technician. Nothing here speaks to a router.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::db::pages;
use crate::model::{SnapshotId, Verdict};
use crate::platform::routeros::restore::{Level, RestorePlan};
use crate::web::{
    api::{
        input::{Asked, Place},
        problem::Problem,
    },
    error::PageError,
    guard::SignedIn,
    restore::{Advice, advise},
    state::AppState,
};

/// For which device.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct StepsQuery {
    /// As `SITE/NAME`; left out: the one that the snapshot is of.
    device: Option<String>,
}

/// How a snapshot is put on a device.
#[derive(Debug, Serialize, ToSchema)]
pub struct RestoreSteps {
    /// The slug of the site of the device that it is for.
    site: String,
    device: String,
    /// Anything but `verified` speaks against it.
    verdict: Verdict,
    /// The gravest first.
    warnings: Vec<RestoreWarning>,
    steps: Vec<StepToTake>,
    /// What no export ever contains.
    not_included: Vec<String>,
    /// Menus that hold something, which can be downloaded alone.
    menus: Vec<RestorableMenu>,
}

/// Something to know before the first step.
#[derive(Debug, Serialize, ToSchema)]
pub struct RestoreWarning {
    level: WarningLevel,
    text: String,
}

/// How much a warning weighs.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum WarningLevel {
    /// Good to know.
    Note,
    /// Something will be missing or wrong unless it is dealt with.
    Warning,
    /// It will fail, or do harm.
    Stop,
}

/// One thing to do.
#[derive(Debug, Serialize, ToSchema)]
pub struct StepToTake {
    text: String,
    /// What to type on the device, line by line; often nothing.
    commands: Vec<String>,
}

/// A menu of the snapshot.
#[derive(Debug, Serialize, ToSchema)]
pub struct RestorableMenu {
    menu: String,
    items: usize,
}

impl From<Level> for WarningLevel {
    fn from(level: Level) -> Self {
        match level {
            Level::Note => Self::Note,
            Level::Warning => Self::Warning,
            Level::Stop => Self::Stop,
        }
    }
}

impl From<Advice> for RestoreSteps {
    fn from(advice: Advice) -> Self {
        let RestorePlan {
            warnings,
            steps,
            not_included,
        } = advice.plan;
        let warnings = warnings.into_iter().map(|warning| RestoreWarning {
            level: warning.level.into(),
            text: warning.text,
        });
        let steps = steps.into_iter().map(|step| StepToTake {
            text: step.text,
            commands: step.commands,
        });
        let menus = advice.menus.into_iter().map(|file| RestorableMenu {
            menu: file.menu,
            items: file.items,
        });
        Self {
            site: advice.target.site_slug,
            device: advice.target.name,
            verdict: advice.snapshot.verdict,
            warnings: warnings.collect(),
            steps: steps.collect(),
            not_included,
            menus: menus.collect(),
        }
    }
}

/// Tells how a snapshot is restored
///
/// Steps to follow by hand, with warnings first. RouterVault sends nothing to any router.
#[utoipa::path(get, path = "/api/v1/snapshots/{id}/restore", tag = "snapshots", operation_id = "restore_steps",
    params(("id" = SnapshotId, Path, description = "Its number"), StepsQuery),
    responses(
        (status = 200, description = "The steps", body = RestoreSteps),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show(
    State(state): State<AppState>,
    person: SignedIn,
    Place(id): Place<SnapshotId>,
    Asked(query): Asked<StepsQuery>,
) -> Result<Json<RestoreSteps>, PageError> {
    const MISSING: PageError = PageError::NotFound("device");
    let mut conn = state.connection().await?;
    let device = match &query.device {
        None => None,
        Some(named) => {
            let (slug, name) = named.split_once('/').ok_or(MISSING)?;
            let found = pages::get_device(&mut conn, &person.scope, slug, name).await?;
            Some(found.ok_or(MISSING)?.id)
        }
    };
    let advice = advise(&state, &mut conn, &person.scope, (id, device)).await?;
    Ok(Json(advice.into()))
}
