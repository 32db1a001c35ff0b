//! Ticked backups: which ones an address means, and **View or compare**, which leads to the one
//! or the other by how many there are.

use axum::{
    extract::{Query, State},
    response::Redirect,
};

use super::{error::PageError, links, shell::Notice, state::AppState};
use crate::compare::MAX_COLUMNS;
use crate::db::pages as db;
use crate::model::{DeviceId, SnapshotId};

/// The parameters of an address, repeated ones in their order.
pub type Fields = Vec<(String, String)>;

/// The values of a parameter.
pub fn values<'a>(fields: &'a Fields, name: &'a str) -> impl Iterator<Item = &'a str> {
    let named = fields.iter().filter(move |(field, _)| field == name);
    named.map(|(_, value)| value.as_str())
}

/// The ticked snapshots, each once, in the order of the ticks.
///
/// # Errors
/// [`PageError::BadRequest`] when one is no number.
pub fn snapshots(fields: &Fields) -> Result<Vec<SnapshotId>, PageError> {
    let mut ids = Vec::new();
    for value in values(fields, "s") {
        let id = value.parse().map_err(|_| {
            PageError::BadRequest("A ticked backup has no number. Go back and try again.")
        })?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// The chosen devices, each once.
///
/// # Errors
/// [`PageError::BadRequest`] when one is no number.
pub fn devices(fields: &Fields) -> Result<Vec<DeviceId>, PageError> {
    let mut ids = Vec::new();
    for value in values(fields, "d") {
        let id = value.parse().map_err(|_| {
            PageError::BadRequest("A ticked device has no number. Go back and try again.")
        })?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// Leads to the view of one ticked backup or to the comparison of several.
pub async fn open(
    State(state): State<AppState>,
    Query(fields): Query<Fields>,
) -> Result<Redirect, PageError> {
    let ticked = snapshots(&fields)?;
    match ticked.as_slice() {
        [] => Ok(Redirect::to(&origin(&state, &fields).await?)),
        [one] => Ok(Redirect::to(&links::snapshot(one))),
        several if several.len() <= MAX_COLUMNS => Ok(Redirect::to(&links::compare_all(several))),
        _ => Err(PageError::BadRequest(
            "Tick at most six backups to compare them. Go back and choose.",
        )),
    }
}

/// The page that nothing was ticked on: that of a device, or Backup Scripts.
pub async fn origin(state: &AppState, fields: &Fields) -> Result<String, PageError> {
    let notice = Notice::NothingTickedHere.as_str();
    let device = values(fields, "device")
        .next()
        .and_then(|id| id.parse().ok());
    if let Some(device) = device {
        let mut conn = state.connection().await?;
        if let Some((slug, name)) = db::get_device_place(&mut conn, device).await? {
            return Ok(links::history(&links::device(&slug, &name), None, notice));
        }
    }
    let search = values(fields, "q").next().unwrap_or_default();
    Ok(links::scripts_notice(search, &devices(fields)?, notice))
}
