//! An archive as a file, sent from the disk as it is read.

use axum::{
    body::{Body, Bytes},
    extract::{Path, State},
    http::{HeaderName, header},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use tokio::io::AsyncReadExt as _;

use crate::db::archives as db;
use crate::db::audit::{self, Entry};
use crate::model::{ArchiveId, AuditAction};
use crate::web::{
    actions::{Who, archive_subject, check_secrets, open_archive},
    error::PageError,
    guard::{Acting, SignedIn},
    state::AppState,
};

/// The SHA-256 of the file in hexadecimal digits.
const SHA256: HeaderName = HeaderName::from_static("x-sha256");

/// How much is read at once.
const CHUNK_BYTES: usize = 64 * 1024;

/// Sends an archive.
pub async fn show(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path(id): Path<ArchiveId>,
) -> Result<Response, PageError> {
    let mut conn = state.connection().await?;
    let archive = db::get(&mut conn, id)
        .await?
        .ok_or(PageError::NotFound("archive"))?;
    let who = Who {
        person: &person,
        actor: &actor,
    };
    check_secrets(who, archive.secrets)?;
    let file = open_archive(&state, &archive).await?;
    let entry = Entry {
        action: AuditAction::Download,
        site: None,
        subject: &archive_subject(&archive),
        detail: &archive.choice().in_words(),
    };
    audit::record(&mut conn, &actor, &entry, state.now()).await?;
    let parts = stream::try_unfold(file, |mut file| async move {
        let mut part = Vec::with_capacity(CHUNK_BYTES);
        let read = file.read_buf(&mut part).await?;
        Ok::<_, std::io::Error>((read > 0).then(|| (Bytes::from(part), file)))
    });
    let name = archive.file_name.unwrap_or_default();
    let about = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (
            header::CONTENT_LENGTH,
            archive.size_bytes.unwrap_or(0).to_string(),
        ),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
        (SHA256, hex::encode(archive.sha256.unwrap_or_default())),
    ];
    Ok((about, Body::from_stream(parts)).into_response())
}
