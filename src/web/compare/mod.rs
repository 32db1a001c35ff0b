//! **Compare**: two to six snapshots, item by item, differing ones in red with a sign and a word
//! beside the colour; and the same as unified text for a ticket.

mod cells;
mod columns;
mod page;
mod said;
mod view;

use axum::{
    extract::{Query, State},
    http::header,
    response::{IntoResponse, Redirect, Response},
};

use super::{
    bodies,
    error::PageError,
    fields::Fields,
    guard::{Acting, SignedIn},
    links,
    state::AppState,
};
use crate::compare::table;
use crate::db::audit::Actor;
use crate::db::pages::SnapshotHead;
pub use columns::{list_heads, load_exports, unified};
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
        unified(heads, exports, view.secrets())
    })
    .await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], diff).into_response())
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
    let mut heads = list_heads(&mut conn, &person.scope, &view.snapshots).await?;
    if page::is_one_device(&heads) {
        // The oldest first, whatever the address says.
        heads.sort_by_key(|head| (head.taken_at, head.id.0));
        view.snapshots = heads.iter().map(|head| head.id).collect();
    }
    let exports = load_exports(state, &mut conn, actor, &heads, view.secrets()).await?;
    drop(conn);
    bodies::aside(move || {
        let exports: Vec<&[u8]> = exports.iter().map(Vec::as_slice).collect();
        let done = work(&heads, &view, &exports);
        (heads, view, done)
    })
    .await
}
