//! **Upload a backup**: the form by which a single `.rsc` is brought for a device.

use axum::{
    Router,
    extract::{Multipart, Path, State, multipart::MultipartError},
    response::{IntoResponse, Redirect, Response},
    routing::post,
};

use super::{
    actions::{self, MAX_EXPORT_BYTES, Who},
    error::PageError,
    guard::{Acting, SignedIn},
    links,
    shell::Notice,
    state::AppState,
};

/// What takes a file.
pub fn routes() -> Router<AppState> {
    Router::new().route("/sites/{slug}/devices/{name}/upload", post(create))
}

/// Keeps a file as the newest backup of a device.
async fn create(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path((slug, name)): Path<(String, String)>,
    multipart: Multipart,
) -> Result<Response, PageError> {
    let who = Who {
        person: &person,
        actor: &actor,
    };
    let mut conn = state.connection().await?;
    let to = actions::upload_to(&mut conn, who, (&slug, &name)).await?;
    drop(conn);
    let lead = |notice: Notice| {
        let device = links::device(&to.device.site_slug, &to.device.name);
        Redirect::to(&links::history(&device, None, notice.as_str())).into_response()
    };
    let bytes = match receive(multipart).await {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Ok(lead(Notice::NoExport)),
        Err(refusal) => return Ok(refusal.status().into_response()),
    };
    let Some(export) = to.look(who, bytes).await? else {
        return Ok(lead(Notice::NoExport));
    };
    let mut transaction = state.pool.begin().await?;
    to.keep(&state, &mut transaction, who, &export).await?;
    transaction.commit().await?;
    Ok(lead(Notice::Uploaded))
}

/// The file of the form; `None`: there is none, or it is larger than an export.
async fn receive(mut multipart: Multipart) -> Result<Option<Vec<u8>>, MultipartError> {
    while let Some(mut field) = multipart.next_field().await? {
        if field.name() != Some("file") {
            continue;
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = field.chunk().await? {
            if bytes.len() + chunk.len() > MAX_EXPORT_BYTES {
                return Ok(None);
            }
            bytes.extend_from_slice(&chunk);
        }
        return Ok(Some(bytes));
    }
    Ok(None)
}
