//! The form by which an archive is brought.

use axum::{
    extract::{Multipart, State, multipart::MultipartError},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};

use super::{LIST, page};
use crate::archive::{FolderError, Incoming, Received};
use crate::db::archives as db;
use crate::db::audit::Actor;
use crate::model::ArchiveId;
use crate::web::{
    actions::{self, NotListed},
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
    /// While it came, others did, up to the limit.
    Full,
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
    let length = actions::declared_length(&headers);
    let taken = take(&state, &actor, length, &mut form).await?;
    let (status, problem) = match taken {
        Ok(id) => return Ok(Redirect::to(&links::restore_archive(&id)).into_response()),
        Err(Refused::Form(answer)) => return Ok(answer),
        Err(Refused::Full) => {
            return Ok(Redirect::to(&links::with(LIST, Done::ArchivesFull)).into_response());
        }
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
    actor: &Actor,
    length: u64,
    form: &mut Multipart,
) -> Result<Result<ArchiveId, Refused>, PageError> {
    let incoming = match actions::begin_archive(state, length).await? {
        Ok(incoming) => incoming,
        Err(refused) => return Ok(Err(Refused::Folder(refused))),
    };
    let received = match receive(incoming, form).await {
        Ok(received) => received,
        Err(refused) => return Ok(Err(refused)),
    };
    let checked = match actions::check_archive(&received).await? {
        Ok(checked) => checked,
        Err(problem) => return Ok(Err(Refused::Archive(problem))),
    };
    let mut transaction = state.pool.begin().await?;
    let brought = (received, &checked);
    match actions::list_archive(state, &mut transaction, actor, brought).await? {
        Ok(id) => {
            transaction.commit().await?;
            Ok(Ok(id))
        }
        Err(NotListed::Full) => Ok(Err(Refused::Full)),
        Err(NotListed::Folder(refused)) => Ok(Err(Refused::Folder(refused))),
    }
}

/// The file of the form, on the disk.
async fn receive(mut incoming: Incoming, form: &mut Multipart) -> Result<Received, Refused> {
    let cut = |error: MultipartError| Refused::Form(error.status().into_response());
    let mut field = loop {
        match form.next_field().await.map_err(cut)? {
            Some(field) if field.name() == Some("file") => break field,
            Some(_) => {}
            None => return Err(Refused::Form(STRANGE.into_response())),
        }
    };
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
