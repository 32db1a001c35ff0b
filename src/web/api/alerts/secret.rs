//! The secret of a webhook's signature, made anew.

use axum::{Json, extract::State, http::HeaderMap};
use secrecy::ExposeSecret;
use serde::Serialize;
use utoipa::ToSchema;

use super::destinations::{Destination, get};
use crate::db::inventory::lock;
use crate::managing::{self, stamp};
use crate::model::DestinationId;
use crate::web::{
    actions,
    api::{conditional, input::Place, problem::Problem},
    error::PageError,
    guard::Acting,
    managing::refusal,
    state::AppState,
};

/// What messages to a webhook are signed with.
#[derive(Serialize, ToSchema)]
pub struct SigningSecret {
    /// As Standard Webhooks has it, `whsec_` and base64; told in this answer alone.
    signing_secret: String,
}

/// Makes a new secret for the signature of a webhook
///
/// It is told in this answer alone, and the one before counts no more. With `If-Match` and the `ETag`
/// of the destination, only if nobody changed it since.
#[utoipa::path(post, path = "/api/v1/alerts/destinations/{id}/secret", tag = "alerts",
    operation_id = "renew_alert_destination_secret",
    params(
        ("id" = DestinationId, Path, description = "Its number"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the destination"),
    ),
    responses(
        (status = 200, description = "The new secret", body = SigningSecret),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn renew(
    State(state): State<AppState>,
    Acting(actor): Acting,
    Place(id): Place<DestinationId>,
    headers: HeaderMap,
) -> Result<Json<SigningSecret>, PageError> {
    let mut transaction = state.pool.begin().await?;
    lock(&mut transaction).await?;
    let stored = get(&mut transaction, id).await?;
    conditional::check(&headers, &Destination::from(&stored))?;
    let seen = stamp(&stored);
    let renewed = managing::renew_secret(&mut transaction, &state.vault, id, &seen).await;
    // What has no signature is no webhook of that kind.
    let (secret, changed) = renewed.map_err(|refused| refusal(refused, "webhook"))?;
    actions::commit(&state, transaction, &actor, &changed).await?;
    Ok(Json(SigningSecret {
        signing_secret: secret.expose_secret().to_owned(),
    }))
}
