//! Signing out.

use axum::{
    extract::State,
    http::{HeaderMap, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use sqlx::Connection;

use crate::db::audit::{self, Entry};
use crate::db::sessions;
use crate::model::AuditAction;
use crate::web::{
    client::Client,
    error::PageError,
    guard::{self, Acting},
    links,
    shell::Notice,
    state::AppState,
};

/// Ends the session of the browser: its token is worth nothing from now on.
pub async fn sign_out(
    State(state): State<AppState>,
    Acting(actor): Acting,
    client: Client,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    if let Some(token) = guard::SESSION.token(&headers, client.is_secure) {
        let mut conn = state.connection().await?;
        let mut tx = conn.begin().await?;
        if sessions::delete(&mut tx, &token.hash()).await? {
            let entry = Entry {
                action: AuditAction::SignOut,
                site: None,
                subject: "",
                detail: "",
            };
            audit::record(&mut tx, &actor, &entry, state.now()).await?;
        }
        tx.commit().await?;
    }
    let cleared = [(header::SET_COOKIE, guard::SESSION.clear(client.is_secure))];
    let to = links::sign_in_notice(Notice::SignedOut.as_str());
    Ok((AppendHeaders(cleared), Redirect::to(&to)).into_response())
}
