//! Ticked backups: which ones an address means, and **View or compare**, which leads to the one
//! or the other by how many there are.

use axum::{
    extract::{Query, State},
    response::Redirect,
};

use super::{
    error::PageError,
    fields::{self, Fields},
    guard::SignedIn,
    links,
    shell::Notice,
    state::AppState,
};
use crate::compare::MAX_COLUMNS;
use crate::db::pages as db;
use crate::model::{DeviceId, SnapshotId};

/// What is said of a device that is no number.
const NO_DEVICE: &str = "A ticked device has no number. Go back and try again.";

/// The ticked snapshots, each once, in the order of the ticks.
///
/// # Errors
/// [`PageError::BadRequest`] when one is no number.
pub fn snapshots(fields: &Fields) -> Result<Vec<SnapshotId>, PageError> {
    fields::ids(
        fields,
        "s",
        "A ticked backup has no number. Go back and try again.",
    )
}

/// The devices that a field names, each once.
///
/// # Errors
/// [`PageError::BadRequest`] when one is no number.
pub fn devices(fields: &Fields, name: &str) -> Result<Vec<DeviceId>, PageError> {
    fields::ids(fields, name, NO_DEVICE)
}

/// Leads to the view of one ticked backup or to the comparison of several.
pub async fn open(
    State(state): State<AppState>,
    person: SignedIn,
    Query(fields): Query<Fields>,
) -> Result<Redirect, PageError> {
    let ticked = snapshots(&fields)?;
    match ticked.as_slice() {
        [] => Ok(Redirect::to(&origin(&state, &person, &fields).await?)),
        [one] => Ok(Redirect::to(&links::snapshot(one))),
        several if several.len() <= MAX_COLUMNS => Ok(Redirect::to(&links::compare_all(several))),
        _ => Err(PageError::BadRequest(
            "Tick at most six backups to compare them. Go back and choose.",
        )),
    }
}

/// The page that nothing was ticked on: that of a device, or Backup Scripts.
pub async fn origin(
    state: &AppState,
    person: &SignedIn,
    fields: &Fields,
) -> Result<String, PageError> {
    let notice = Notice::NothingTickedHere.as_str();
    let device = fields::values(fields, "device")
        .next()
        .and_then(|id| id.parse().ok());
    if let Some(device) = device {
        let mut conn = state.connection().await?;
        if let Some((slug, name)) = db::get_device_place(&mut conn, &person.scope, device).await? {
            return Ok(links::history(&links::device(&slug, &name), None, notice));
        }
    }
    let search = fields::values(fields, "q").next().unwrap_or_default();
    Ok(links::scripts_notice(
        search,
        &devices(fields, "d")?,
        notice,
    ))
}
