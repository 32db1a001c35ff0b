//! **Compare**: two to six snapshots, item by item, differing ones in red with a sign and a word
//! beside the colour; and the same as unified text for a ticket.

mod cells;
mod page;
mod said;
mod view;

use axum::{
    extract::{Query, State},
    http::header,
    response::{IntoResponse, Redirect, Response},
};
use sqlx::PgConnection;

use super::{
    bodies,
    error::PageError,
    fields::Fields,
    guard::{Acting, SignedIn},
    links, secrets,
    state::AppState,
};
use crate::compare::{table, unified_steps};
use crate::db::audit::Actor;
use crate::db::pages::{self as db, SnapshotHead};
use crate::model::Scope;
use crate::visible;
use page::ShowPage;
use view::View;

/// Shows a comparison; a single snapshot leads to its own page.
pub async fn show(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Query(fields): Query<Fields>,
) -> Result<Response, PageError> {
    let view = View::read(&fields, person.rights)?;
    if let [only] = view.snapshots[..] {
        return Ok(Redirect::to(&links::snapshot(&only)).into_response());
    }
    let (heads, view, table) = compared(&state, &person, &actor, view, |_, view, exports| {
        table(exports, &view.options())
    })
    .await?;
    Ok(ShowPage::new(&state, &person, heads, view, table).into_response())
}

/// The comparison as unified text, over the comparison forms: each snapshot against the one
/// before. Like the plain text of a snapshot it has nothing in it that is not seen; `routervault
/// diff` gives the exact bytes.
pub async fn text(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Query(fields): Query<Fields>,
) -> Result<Response, PageError> {
    let view = View::read(&fields, person.rights)?;
    if view.snapshots.len() < 2 {
        return Err(PageError::BadRequest(
            "Tick two to six backups to compare them. Go back and choose.",
        ));
    }
    let (_, _, diff) = compared(&state, &person, &actor, view, |heads, view, exports| {
        let labels: Vec<String> = heads.iter().map(label).collect();
        let labels = labels.iter().map(String::as_str);
        let columns: Vec<(&str, &[u8])> = labels.zip(exports.iter().copied()).collect();
        shown(&unified_steps(&columns, !view.secrets))
    })
    .await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], diff).into_response())
}

/// Text line by line as pages show it.
fn shown(text: &[u8]) -> String {
    let mut shown = String::with_capacity(text.len());
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        shown.push_str(&visible::bytes(line.strip_suffix(b"\n").unwrap_or(line)));
        shown.push('\n');
    }
    shown
}

fn label(head: &SnapshotHead) -> String {
    format!(
        "{}/{} {}",
        head.site_slug,
        head.device_name,
        head.taken_at.format("%Y-%m-%d %H:%M:%S +0000")
    )
}

/// Loads all columns and works on them where it keeps no other request waiting.
async fn compared<T: Send + 'static>(
    state: &AppState,
    person: &SignedIn,
    actor: &Actor,
    mut view: View,
    work: impl FnOnce(&[SnapshotHead], &View, &[&[u8]]) -> T + Send + 'static,
) -> Result<(Vec<SnapshotHead>, View, T), PageError> {
    let mut conn = state.connection().await?;
    let heads = heads(&mut conn, &person.scope, &mut view).await?;
    let mut exports = Vec::with_capacity(heads.len());
    for head in &heads {
        if view.secrets {
            secrets::record_shown(&mut conn, actor, head, "Compare", state.now()).await?;
        }
        exports.push(bodies::load(state, &mut conn, head.id).await?);
    }
    drop(conn);
    bodies::aside(move || {
        let exports: Vec<&[u8]> = exports.iter().map(Vec::as_slice).collect();
        let done = work(&heads, &view, &exports);
        (heads, view, done)
    })
    .await
}

/// The snapshots; those of one device always the oldest first, whatever the address says.
async fn heads(
    conn: &mut PgConnection,
    scope: &Scope,
    view: &mut View,
) -> Result<Vec<SnapshotHead>, PageError> {
    let mut heads = Vec::with_capacity(view.snapshots.len());
    for id in &view.snapshots {
        let head = db::get_snapshot(conn, scope, *id).await?;
        heads.push(head.ok_or(PageError::NotFound("backup"))?);
    }
    if page::is_one_device(&heads) {
        heads.sort_by_key(|head| (head.taken_at, head.id.0));
        view.snapshots = heads.iter().map(|head| head.id).collect();
    }
    Ok(heads)
}
