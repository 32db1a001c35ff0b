//! When a schedule comes next. An address of its own, so that the `ETag` of a schedule is another
//! only when the schedule is.

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{get, settings::ScheduleSettings};
use crate::model::ScheduleId;
use crate::web::{
    api::{
        input::{Place, Sent},
        problem::Problem,
    },
    error::PageError,
    managing::wrong,
    state::AppState,
    upcoming::Upcoming,
};

/// A time at which backups begin.
#[derive(Debug, Serialize, ToSchema)]
pub struct NextTime {
    at: DateTime<Utc>,
    /// Whether a maintenance window holds all of them back then.
    held: bool,
}

/// When backups begin next.
#[derive(Debug, Serialize, ToSchema)]
pub struct NextTimes {
    /// Five; none when it is off.
    times: Vec<NextTime>,
    /// On whose clock they are reckoned; where each site has its own, UTC stands for it.
    timezone: &'static str,
    /// Whether each site has the schedule on its own clock.
    of_each_site: bool,
    /// Over how many minutes the sites are spread after each; null: the times are those of the one
    /// site that is meant.
    spread_minutes: Option<u32>,
}

impl From<Upcoming> for NextTimes {
    fn from(upcoming: Upcoming) -> Self {
        let times = upcoming.times.into_iter().map(|coming| NextTime {
            at: coming.at,
            held: coming.is_held,
        });
        Self {
            times: times.collect(),
            timezone: upcoming.zone.name(),
            of_each_site: upcoming.is_of_each_site,
            spread_minutes: upcoming.spread_minutes,
        }
    }
}

/// Shows the next times of a schedule
#[utoipa::path(get, path = "/api/v1/schedules/{id}/times", tag = "schedules", operation_id = "show_next_times",
    params(("id" = ScheduleId, Path, description = "Its number")),
    responses(
        (status = 200, description = "The next five times", body = NextTimes),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show(
    State(state): State<AppState>,
    Place(id): Place<ScheduleId>,
) -> Result<Json<NextTimes>, PageError> {
    let mut conn = state.connection().await?;
    let stored = get(&mut conn, id).await?;
    let upcoming = Upcoming::of(&mut conn, &stored.values, state.now()).await?;
    Ok(Json(upcoming.into()))
}

/// Shows the next times of a schedule that is not saved
///
/// Nothing is changed by it.
#[utoipa::path(post, path = "/api/v1/schedules/preview", tag = "schedules", operation_id = "preview_schedule",
    request_body = ScheduleSettings,
    responses(
        (status = 200, description = "The next five times", body = NextTimes),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn preview(
    State(state): State<AppState>,
    Sent(settings): Sent<ScheduleSettings>,
) -> Result<Json<NextTimes>, PageError> {
    let values = settings.text()?.check(true).map_err(wrong)?;
    let mut conn = state.connection().await?;
    let upcoming = Upcoming::of(&mut conn, &values, state.now()).await?;
    Ok(Json(upcoming.into()))
}
