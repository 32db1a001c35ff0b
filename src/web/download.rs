//! **Download**: the exact bytes that the router sent.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{assets, bodies, error::PageError, state::AppState};
use crate::db::pages::{self as db, SnapshotHead};
use crate::model::SnapshotId;

/// How many characters of a site's or a device's name stand in a file name.
const MAX_NAME_CHARS: usize = 80;

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

/// A name in characters that are safe in a header and on every file system.
fn plain(name: &str) -> String {
    name.chars()
        .take(MAX_NAME_CHARS)
        .map(|c| match c {
            'A'..='Z' | 'a'..='z' | '0'..='9' | '.' | '_' | '-' => c,
            _ => '_',
        })
        .collect::<String>()
        // No hidden file, no option of a command.
        .trim_start_matches(['.', '-'])
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_harmless_file_names() {
        assert_eq!(plain("gw-1.core"), "gw-1.core");
        assert_eq!(plain("../../etc/passwd"), "_.._etc_passwd");
        assert_eq!(plain("a\"b\r\nc;ü"), "a_b__c__");
        assert_eq!(plain("-rf"), "rf");
        assert_eq!(plain(&"x".repeat(500)).len(), MAX_NAME_CHARS);
    }
}
