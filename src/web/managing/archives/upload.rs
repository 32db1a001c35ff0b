//! Bringing an archive: the file goes to the disk as it comes, is checked whole, and is then listed
//! like one that was made here. What is not whole is never listed.

use axum::{
    extract::{Multipart, State, multipart::MultipartError},
    http::{HeaderMap, StatusCode, header::CONTENT_LENGTH},
    response::{IntoResponse, Redirect, Response},
};
use chrono::TimeDelta;

use super::{DEFAULT_DAYS, LIST, page};
use crate::archive::{
    self, Checked, FolderError, Incoming, Received, prepare_folder, uploaded_name,
};
use crate::db::archives::{self as db, Finished, NewArchive};
use crate::db::audit::{self, Entry};
use crate::model::{ArchiveId, AuditAction};
use crate::web::{
    bodies,
    error::PageError,
    guard::{Acting, SignedIn},
    managing::{done::Done, links, listed::ListQuery},
    state::AppState,
};

const STRANGE: PageError =
    PageError::BadRequest("This is not what the form sends. Open it again and choose a file.");

/// Why a file was not taken.
enum Refused {
    /// The form is cut, too large, or none of ours.
    Form(Response),
    /// There is no place for it; who reads this can make one.
    Folder(FolderError),
    /// What was brought is no archive that can be used; a sentence.
    Archive(String),
}

/// Takes an archive, and leads to what a restore of it would do.
pub async fn create(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    headers: HeaderMap,
    mut form: Multipart,
) -> Result<Response, PageError> {
    let mut conn = state.connection().await?;
    let has_room = db::has_room(&mut conn).await?;
    drop(conn);
    if !has_room {
        pass_over(form).await;
        return Ok(Redirect::to(&links::with(LIST, Done::ArchivesFull)).into_response());
    }
    let taken = take(&state, &actor, length(&headers), &mut form).await?;
    let (status, problem) = match taken {
        Ok(id) => return Ok(Redirect::to(&links::restore_archive(&id)).into_response()),
        Err(Refused::Form(answer)) => return Ok(answer),
        Err(Refused::Folder(refused)) => {
            tracing::error!("An archive could not be uploaded: {refused}");
            let problem = format!("Nothing was uploaded: {refused}.");
            (StatusCode::INSUFFICIENT_STORAGE, problem)
        }
        Err(Refused::Archive(problem)) => (StatusCode::UNPROCESSABLE_ENTITY, problem),
    };
    pass_over(form).await;
    let asked = ListQuery::default().asked();
    let page = page(&state, &person, asked, Some(problem)).await?;
    Ok((status, page).into_response())
}

/// Receives the file, checks it whole, and lists it. Refused, it leaves nothing.
async fn take(
    state: &AppState,
    actor: &audit::Actor,
    length: u64,
    form: &mut Multipart,
) -> Result<Result<ArchiveId, Refused>, PageError> {
    let folder = state.archives.to_path_buf();
    if let Err(refused) = bodies::aside(move || prepare_folder(&folder, length)).await? {
        return Ok(Err(Refused::Folder(refused)));
    }
    let received = match receive(state, form).await {
        Ok(received) => received,
        Err(refused) => return Ok(Err(refused)),
    };
    let file = received.open().await;
    let file = file.map_err(|error| PageError::Internal(error.into()))?;
    let checked = match archive::check(file).await {
        Ok(checked) => checked,
        Err(refused) => return Ok(Err(Refused::Archive(refused.to_string()))),
    };
    let (name, size_bytes) = (received.name.clone(), received.size_bytes);
    let sha256 = received.sha256.clone();
    if let Err(refused) = bodies::aside(move || received.keep()).await? {
        return Ok(Err(Refused::Folder(refused)));
    }
    let counts = &checked.manifest.counts;
    let finished = Finished {
        size_bytes,
        sha256: &sha256,
        sites: counts.sites,
        devices: counts.devices,
        snapshots: counts.snapshots,
        left_out: checked.manifest.left_out.len(),
    };
    insert(state, actor, (&name, &checked), &finished)
        .await
        .map(Ok)
}

/// Lists a file that is on the disk.
async fn insert(
    state: &AppState,
    actor: &audit::Actor,
    (name, checked): (&str, &Checked),
    finished: &Finished<'_>,
) -> Result<ArchiveId, PageError> {
    let (choice, now) = (&checked.manifest.choice, state.now());
    let new = NewArchive {
        choice,
        comment: &made(checked),
        requested_by: &actor.name,
        now,
        expires_at: Some(now + TimeDelta::days(i64::from(DEFAULT_DAYS))),
    };
    let mut tx = state.pool.begin().await?;
    let id = db::insert_uploaded(&mut tx, &new, name, finished).await?;
    let entry = Entry {
        action: AuditAction::ArchiveRequested,
        site: None,
        subject: choice.site.as_deref().unwrap_or("everything"),
        detail: "uploaded",
    };
    audit::record(&mut tx, actor, &entry, now).await?;
    tx.commit().await?;
    Ok(id)
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

/// The file of the form, on the disk.
async fn receive(state: &AppState, form: &mut Multipart) -> Result<Received, Refused> {
    let cut = |error: MultipartError| Refused::Form(error.status().into_response());
    let mut field = loop {
        match form.next_field().await.map_err(cut)? {
            Some(field) if field.name() == Some("file") => break field,
            Some(_) => {}
            None => return Err(Refused::Form(STRANGE.into_response())),
        }
    };
    let begun = Incoming::begin(&state.archives, uploaded_name());
    let mut incoming = begun.map_err(Refused::Folder)?;
    while let Some(chunk) = field.chunk().await.map_err(cut)? {
        incoming.write(&chunk).await.map_err(Refused::Folder)?;
    }
    incoming.finish().await.map_err(Refused::Folder)
}

/// Reads what is left of a form and forgets it: a browser that still sends reads no answer. The
/// layers around bound how much that is, and how long it may take.
async fn pass_over(mut form: Multipart) {
    while let Ok(Some(mut field)) = form.next_field().await {
        while let Ok(Some(_)) = field.chunk().await {}
    }
}
