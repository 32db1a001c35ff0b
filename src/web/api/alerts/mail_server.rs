//! The mail server: one for all. Its password goes in, and never out.

use axum::{Json, extract::State, http::HeaderMap};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::alerts::settings::{self as db, get_mail_server};
use crate::db::inventory::lock;
use crate::managing::{MailServerText, save_mail_server, stamp};
use crate::model::MailSecurity;
use crate::web::{
    actions,
    api::{conditional, input::Sent, problem::Problem, whole},
    error::PageError,
    guard::Acting,
    managing::refusal,
    state::AppState,
};

const WHAT: &str = "mail server";

/// Where mail is handed over, without the password.
#[derive(Debug, Serialize, ToSchema)]
pub struct MailServer {
    /// A name or an address.
    host: String,
    #[schema(minimum = 1, maximum = 65_535)]
    port: i32,
    security: MailSecurity,
    /// Null: it asks for no sign-in.
    username: Option<String>,
    has_password: bool,
    /// The address that mail is from.
    sender: String,
    /// Another one whenever something of it was written, the password included.
    version: String,
}

impl From<&db::MailServer> for MailServer {
    fn from(stored: &db::MailServer) -> Self {
        Self {
            host: stored.host.clone(),
            port: stored.port,
            security: stored.security,
            username: stored.username.clone(),
            has_password: stored.password_sealed.is_some(),
            sender: stored.sender.clone(),
            version: stamp(stored),
        }
    }
}

/// What is said of the mail server.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailServerSettings {
    /// A name or an address, without the port.
    host: String,
    #[serde(deserialize_with = "whole::needed")]
    #[schema(minimum = 1, maximum = 65_535)]
    port: u16,
    /// `clear` is for a server on this machine alone, to which nobody signs in.
    security: MailSecurity,
    /// Null: it asks for no sign-in.
    #[serde(default)]
    username: Option<String>,
    /// Without one it stays as it is, as long as the server and the user name do.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password)]
    password: Option<SecretString>,
    /// The address that mail is from.
    sender: String,
}

impl From<MailServerSettings> for (MailServerText, SecretString) {
    fn from(settings: MailServerSettings) -> Self {
        let text = MailServerText {
            host: settings.host,
            port: settings.port.to_string(),
            security: settings.security.to_string(),
            username: settings.username.unwrap_or_default(),
            sender: settings.sender,
        };
        (text, settings.password.unwrap_or_default())
    }
}

/// Shows the mail server
///
/// Without its password, which is never told; 404 as long as none was set up.
#[utoipa::path(get, path = "/api/v1/alerts/mail-server", tag = "alerts", operation_id = "show_mail_server",
    responses(
        (status = 200, description = "The mail server", body = MailServer),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show(State(state): State<AppState>) -> Result<Json<MailServer>, PageError> {
    let mut conn = state.connection().await?;
    let stored = get_mail_server(&mut conn).await?;
    Ok(Json((&stored.ok_or(PageError::NotFound(WHAT))?).into()))
}

/// Sets up the mail server
///
/// In place of the one before, if any. With `If-Match` and the `ETag` of the mail server, only if
/// nobody changed it since.
#[utoipa::path(put, path = "/api/v1/alerts/mail-server", tag = "alerts", operation_id = "set_mail_server",
    params(("If-Match" = Option<String>, Header, description = "The ETag of what is to be changed")),
    request_body = MailServerSettings,
    responses(
        (status = 200, description = "The mail server as it is now", body = MailServer),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn update(
    State(state): State<AppState>,
    Acting(actor): Acting,
    headers: HeaderMap,
    Sent(settings): Sent<MailServerSettings>,
) -> Result<Json<MailServer>, PageError> {
    let mut transaction = state.pool.begin().await?;
    lock(&mut transaction).await?;
    let before = get_mail_server(&mut transaction).await?;
    conditional::check(&headers, &before.as_ref().map(MailServer::from))?;
    let (text, password) = settings.into();
    let wanted = (&text, &password);
    let seen = stamp(&before);
    let saved = save_mail_server(&mut transaction, &state.vault, wanted, &seen).await;
    let changed = saved.map_err(|refused| refusal(refused, WHAT))?;
    let now = get_mail_server(&mut transaction).await?;
    actions::commit(&state, transaction, &actor, &changed).await?;
    Ok(Json((&now.ok_or(PageError::NotFound(WHAT))?).into()))
}
