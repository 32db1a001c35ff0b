//! **Download**: the exact bytes that the router sent.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{assets, bodies, error::PageError, file_names::plain, state::AppState};
use crate::db::pages::{self as db, SnapshotHead};
use crate::model::SnapshotId;

/// Sends a snapshot as a file.
pub async fn show(
    State(state): State<AppState>,
    Path(id): Path<SnapshotId>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let mut conn = state.connection().await?;
    let snapshot = db::get_snapshot(&mut conn, id)
        .await?
        .ok_or(PageError::NotFound("snapshot"))?;
    let etag = format!("\"{}\"", hex::encode(&snapshot.sha256));
    if assets::is_known(&headers, &etag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response());
    }
    let body = bodies::load(&state, &mut conn, id).await?;
    let about = [
        // Not text: nothing on the way may convert line ends or guess at an encoding.
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::ETAG, etag),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{}\"", file_name(&snapshot)),
        ),
    ];
    Ok((about, body).into_response())
}

/// `<site>_<device>_<UTC time>.rsc`. The time stands last, so the name can not end in
/// `.auto.rsc`, which RouterOS executes when it is uploaded.
fn file_name(snapshot: &SnapshotHead) -> String {
    format!(
        "{}_{}_{}.rsc",
        plain(&snapshot.site_slug),
        plain(&snapshot.device_name),
        snapshot.taken_at.format("%Y-%m-%dT%H%M%SZ")
    )
}
