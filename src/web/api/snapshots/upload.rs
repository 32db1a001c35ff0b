//! A single `.rsc` that a program brings for a device.

use axum::{body::Body, extract::State, http::StatusCode, response::Response};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

use super::Snapshot;
use crate::web::{
    actions::{self, MAX_EXPORT_BYTES},
    api::{
        idempotency::{Asking, Told},
        input::{Place, whole_body},
        problem::Problem,
    },
    error::PageError,
    state::AppState,
};

/// Uploads a configuration
///
/// The text of an export, kept as the newest snapshot of the device. Nobody saw the router send it,
/// so it stays suspect, and never counts as a backup.
#[utoipa::path(post, path = "/api/v1/sites/{slug}/devices/{name}/snapshots", tag = "snapshots",
    operation_id = "upload_snapshot",
    params(
        ("slug" = String, Path, description = "The site's name in addresses"),
        ("name" = String, Path, description = "The device's name"),
        ("Idempotency-Key" = Option<String>, Header, description = "A name of your own for this request",
            min_length = 1, max_length = 200, pattern = "^[!-~]+$"),
    ),
    request_body(content = String, content_type = "text/plain",
        description = "What /export printed, byte for byte, at most 16 MB"),
    responses(
        (status = 201, description = "It is kept", body = Snapshot,
            headers(("Location" = String, description = "The snapshot"))),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(state): State<AppState>,
    asking: Asking,
    Place((slug, name)): Place<(String, String)>,
    body: Body,
) -> Result<Response, PageError> {
    let who = asking.who();
    let mut conn = state.connection().await?;
    let to = actions::upload_to(&mut conn, who, (&slug, &name)).await?;
    drop(conn);
    let bytes = whole_body(body, MAX_EXPORT_BYTES).await?;
    let sent = hex::encode(Sha256::digest(&bytes));
    let export = to.look(who, bytes).await?;
    let export = export.ok_or_else(|| {
        let sentence = "This is no export of RouterOS: it does not begin as one.";
        PageError::Wrong(sentence.to_owned())
    })?;
    let act = async |conn: &mut PgConnection| {
        let id = to.keep(&state, conn, who, &export).await?;
        Ok(Told {
            status: StatusCode::CREATED,
            location: format!("/api/v1/snapshots/{id}"),
            body: Snapshot::get(conn, &asking.person, id).await?,
        })
    };
    asking.once(&state, &sent, act).await
}
