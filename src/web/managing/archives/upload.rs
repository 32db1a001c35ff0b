//! Bringing an archive: the file goes to the disk as it comes, is checked whole, and is then listed
//! like one that was made here. What is not whole is never listed.

use std::io;

use axum::{
    extract::{Multipart, State},
    http::{HeaderMap, StatusCode, header::CONTENT_LENGTH},
    response::{IntoResponse, Redirect, Response},
};
use chrono::TimeDelta;
use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;

use super::{DEFAULT_DAYS, LIST, page};
use crate::archive::{self, Checked, Part, prepare_folder, uploaded_name};
use crate::db::archives::{self as db, Finished, NewArchive};
use crate::db::audit::{self, Entry};
use crate::model::AuditAction;
use crate::web::{
    bodies,
    error::PageError,
    guard::{Acting, SignedIn},
    managing::{done::Done, links, listed::ListQuery},
    state::AppState,
};

const STRANGE: PageError =
    PageError::BadRequest("This is not what the form sends. Open it again and choose a file.");

/// A file that came.
struct Brought {
    part: Part,
    size_bytes: u64,
    sha256: Vec<u8>,
}

/// Takes an archive, and leads to what a restore of it would do.
pub async fn create(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    headers: HeaderMap,
    multipart: Multipart,
) -> Result<Response, PageError> {
    let mut conn = state.connection().await?;
    if !db::has_room(&mut conn).await? {
        return Ok(Redirect::to(&links::with(LIST, Done::ArchivesFull)).into_response());
    }
    drop(conn);
    let folder = state.archives.to_path_buf();
    let length = length(&headers);
    if let Err(refused) = bodies::aside(move || prepare_folder(&folder, length)).await? {
        let problem = format!("Nothing was uploaded: {refused}.");
        return refusal(&state, &person, problem).await;
    }
    let name = uploaded_name();
    let brought = match receive(&state, &name, multipart).await? {
        Ok(brought) => brought,
        Err(refusal) => return Ok(refusal),
    };
    let file = File::open(brought.part.path()).await.map_err(internal)?;
    let checked = match archive::check(file).await {
        Ok(checked) => checked,
        Err(refused) => return refusal(&state, &person, refused.to_string()).await,
    };
    let finished = Finished {
        size_bytes: brought.size_bytes,
        sha256: &brought.sha256,
        sites: checked.manifest.counts.sites,
        devices: checked.manifest.counts.devices,
        snapshots: checked.manifest.counts.snapshots,
        left_out: checked.manifest.left_out.len(),
    };
    let now = state.now();
    let new = NewArchive {
        choice: &checked.manifest.choice,
        comment: &made(&checked),
        requested_by: &actor.name,
        now,
        expires_at: Some(now + TimeDelta::days(i64::from(DEFAULT_DAYS))),
    };
    let (path, part) = (state.archives.join(&name), brought.part);
    bodies::aside(move || part.keep(&path))
        .await?
        .map_err(internal)?;
    let mut tx = state.pool.begin().await?;
    let id = db::insert_uploaded(&mut tx, &new, &name, &finished).await?;
    let entry = Entry {
        action: AuditAction::ArchiveRequested,
        site: None,
        subject: checked
            .manifest
            .choice
            .site
            .as_deref()
            .unwrap_or("everything"),
        detail: "uploaded",
    };
    audit::record(&mut tx, &actor, &entry, now).await?;
    tx.commit().await?;
    Ok(Redirect::to(&links::restore_archive(&id)).into_response())
}

/// The list with why the file is not in it.
async fn refusal(
    state: &AppState,
    person: &SignedIn,
    problem: String,
) -> Result<Response, PageError> {
    let page = page(state, person, ListQuery::default().asked(), Some(problem)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// How long the browser says that the form is; 0 when it does not say.
fn length(headers: &HeaderMap) -> u64 {
    let length = headers.get(CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse().ok());
    length.unwrap_or(0)
}

fn made(checked: &Checked) -> String {
    let manifest = &checked.manifest;
    let with: String = manifest.made_with.chars().take(100).collect();
    let at = manifest.made_at.format("%Y-%m-%d %H:%M UTC");
    format!("Made by {} at {at}", crate::visible::text(&with))
}

/// The file of the form, on the disk; the inside is the refusal of a form that is too large or cut.
async fn receive(
    state: &AppState,
    name: &str,
    mut multipart: Multipart,
) -> Result<Result<Brought, Response>, PageError> {
    let mut field = loop {
        match multipart.next_field().await {
            Ok(Some(field)) if field.name() == Some("file") => break field,
            Ok(Some(_)) => {}
            Ok(None) => return Err(STRANGE),
            Err(error) => return Ok(Err(error.status().into_response())),
        }
    };
    let part = Part::create(&state.archives.join(name)).map_err(internal)?;
    let mut file = File::from_std(part.file.try_clone().map_err(internal)?);
    let (mut hash, mut size_bytes) = (Sha256::new(), 0);
    loop {
        match field.chunk().await {
            Ok(Some(chunk)) => {
                hash.update(&chunk);
                size_bytes += chunk.len() as u64;
                file.write_all(&chunk).await.map_err(internal)?;
            }
            Ok(None) => break,
            Err(error) => return Ok(Err(error.status().into_response())),
        }
    }
    file.flush().await.map_err(internal)?;
    Ok(Ok(Brought {
        part,
        size_bytes,
        sha256: hash.finalize().to_vec(),
    }))
}

fn internal(error: io::Error) -> PageError {
    PageError::Internal(error.into())
}
