//! An archive that a program brings, of any size: it goes to the disk as it comes.

use axum::{
    body::{Body, BodyDataStream},
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use futures_util::StreamExt as _;
use sqlx::PgConnection;

use super::{Archive, FULL, get};
use crate::archive::{FolderError, Incoming, Received};
use crate::db::archives as db;
use crate::web::{
    actions::{self, NotListed},
    api::{
        idempotency::{Asking, Told},
        problem::Problem,
    },
    error::PageError,
    state::AppState,
};

/// Uploads an archive
///
/// It is checked whole before it is listed; what it would bring is told by its `restore`. With
/// `Idempotency-Key` the same file is listed once, however often it is sent within a day.
#[utoipa::path(post, path = "/api/v1/archives/file", tag = "archives", operation_id = "upload_archive",
    params(("Idempotency-Key" = Option<String>, Header, description = "A name of your own for this request",
        min_length = 1, max_length = 200, pattern = "^[!-~]+$")),
    request_body(content = String, content_type = "application/zip", description = "The file, up to 4 GB"),
    responses(
        (status = 201, description = "It is whole, and listed", body = Archive,
            headers(("Location" = String, description = "The archive"))),
        (status = 507, description = "The disk has no room for it", body = Problem,
            content_type = "application/problem+json"),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(state): State<AppState>,
    asking: Asking,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, PageError> {
    let mut chunks = body.into_data_stream();
    let begun = begin(&state, &headers).await;
    let received = match begun {
        Ok(incoming) => receive(incoming, &mut chunks).await,
        Err(refused) => Err(refused),
    };
    // Who still sends reads no answer. The layers around bound how much and how long that is.
    while let Some(Ok(_)) = chunks.next().await {}
    let received = received?;
    let checked = actions::check_archive(&received).await?;
    let checked = checked.map_err(PageError::Wrong)?;
    let sent = hex::encode(&received.sha256);
    let act = async |conn: &mut PgConnection| {
        let brought = (received, &checked);
        let listed = actions::list_archive(&state, conn, &asking.actor, brought).await?;
        let id = listed.map_err(|refused| match refused {
            NotListed::Full => FULL,
            NotListed::Folder(refused) => no_room(&refused),
        })?;
        Ok(Told {
            status: StatusCode::CREATED,
            location: format!("/api/v1/archives/{id}"),
            body: Archive::from(get(conn, id).await?),
        })
    };
    asking.once(&state, &sent, act).await
}

async fn begin(state: &AppState, headers: &HeaderMap) -> Result<Incoming, PageError> {
    let mut conn = state.connection().await?;
    if !db::has_room(&mut conn).await? {
        return Err(FULL);
    }
    drop(conn);
    let begun = actions::begin_archive(state, actions::declared_length(headers)).await?;
    begun.map_err(|refused| no_room(&refused))
}

async fn receive(
    mut incoming: Incoming,
    chunks: &mut BodyDataStream,
) -> Result<Received, PageError> {
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| {
            PageError::BadRequest("The file did not come whole, or has more than 4 GB.")
        })?;
        let written = incoming.write(&chunk).await;
        written.map_err(|refused| no_room(&refused))?;
    }
    let received = incoming.finish().await;
    received.map_err(|refused| no_room(&refused))
}

fn no_room(refused: &FolderError) -> PageError {
    PageError::NoRoom(format!("Nothing was uploaded: {refused}."))
}
