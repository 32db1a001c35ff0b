//! What a person does with one snapshot: comment on it, pin it, delete it. Each ends on the page
//! that it began on: that of the snapshot, or a page of its device's history.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Form,
    extract::{Path, Query, State},
    response::{IntoResponse, Redirect},
};
use chrono_tz::Tz;
use serde::Deserialize;
use sqlx::PgConnection;

use super::{
    bodies,
    error::PageError,
    filters, format,
    guard::{Acting, SignedIn},
    links,
    place::Place,
    shell::{Area, Notice, Shell},
    state::AppState,
    words,
};
use crate::access::subject;
use crate::db::audit::{self, Actor, Entry};
use crate::db::pages::{self as db, SnapshotNotes};
use crate::db::snapshots::{self, Deleted, MAX_COMMENT_CHARS};
use crate::model::{AuditAction, SnapshotId};

const MISSING: PageError = PageError::NotFound("backup");

/// Where to go back to. A choice and no address, so that a form made elsewhere leads nowhere
/// else.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub struct Origin {
    back: Back,
    /// Where the page of the history begins; `None`: with the newest.
    before: Option<Place>,
}

/// A page that a form stands on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Back {
    /// The history of the device.
    #[default]
    History,
    /// **View**.
    Snapshot,
}

#[derive(Template, WebTemplate)]
#[template(path = "devices/comment.html")]
struct CommentPage {
    shell: Shell,
    snapshot: SnapshotNotes,
    zone: Tz,
    origin: Origin,
}

#[derive(Template, WebTemplate)]
#[template(path = "devices/delete.html")]
struct DeletePage {
    shell: Shell,
    snapshot: SnapshotNotes,
    zone: Tz,
    origin: Origin,
}

async fn get(
    state: &AppState,
    person: &SignedIn,
    id: SnapshotId,
) -> Result<SnapshotNotes, PageError> {
    let mut conn = state.connection().await?;
    db::get_snapshot_notes(&mut conn, &person.scope, id)
        .await?
        .ok_or(MISSING)
}

/// Records what was done to a snapshot. What a comment says is not repeated: it can be taken back
/// from the snapshot, and never from the audit.
async fn record(
    state: &AppState,
    conn: &mut PgConnection,
    actor: &Actor,
    (action, snapshot, detail): (AuditAction, &SnapshotNotes, &str),
) -> Result<(), PageError> {
    let entry = Entry {
        action,
        site: Some(snapshot.site_id),
        subject: &subject::backup(&snapshot.site_slug, &snapshot.device_name, snapshot.id),
        detail,
    };
    Ok(audit::record(conn, actor, &entry, state.now()).await?)
}

/// The page that a form of this snapshot stood on, with a notice.
fn back(id: SnapshotId, snapshot: &SnapshotNotes, origin: Origin, notice: Notice) -> Redirect {
    match origin.back {
        Back::History => to_history(snapshot, origin, notice),
        Back::Snapshot => Redirect::to(&links::snapshot_notice(&id, notice.as_str())),
    }
}

/// The history that a snapshot stands in, or stood, with a notice.
fn to_history(snapshot: &SnapshotNotes, origin: Origin, notice: Notice) -> Redirect {
    let device = links::device(&snapshot.site_slug, &snapshot.device_name);
    Redirect::to(&links::history(&device, origin.before, notice.as_str()))
}

/// Shows the comment on a snapshot, to be changed.
pub async fn edit_comment(
    State(state): State<AppState>,
    person: SignedIn,
    Path(id): Path<SnapshotId>,
    Query(origin): Query<Origin>,
) -> Result<impl IntoResponse, PageError> {
    let snapshot = get(&state, &person, id).await?;
    Ok(CommentPage {
        shell: Shell::new(&state, &person, Area::Sites),
        zone: format::zone(&snapshot.timezone),
        snapshot,
        origin,
    })
}

/// A changed comment.
#[derive(Debug, Deserialize)]
pub struct CommentForm {
    comment: String,
    #[serde(default)]
    back: Back,
    before: Option<Place>,
}

/// Keeps the comment on a snapshot; an empty one takes it away.
pub async fn update_comment(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path(id): Path<SnapshotId>,
    Form(form): Form<CommentForm>,
) -> Result<Redirect, PageError> {
    // Forms send CR LF, whatever was typed.
    let comment = form.comment.replace("\r\n", "\n");
    let comment = comment.trim();
    if comment.chars().count() > MAX_COMMENT_CHARS {
        return Err(PageError::BadRequest(
            "A comment has at most 2,000 characters. Go back and shorten it.",
        ));
    }
    if comment.contains('\0') {
        return Err(PageError::BadRequest(
            "The comment has a NUL character in it.",
        ));
    }
    let snapshot = get(&state, &person, id).await?;
    let mut transaction = state.pool.begin().await?;
    if !snapshots::set_comment(&mut transaction, &person.scope, id, comment).await? {
        return Err(MISSING);
    }
    let detail = if comment.is_empty() {
        "removed"
    } else {
        "written"
    };
    let done = (AuditAction::CommentChanged, &snapshot, detail);
    record(&state, &mut transaction, &actor, done).await?;
    transaction.commit().await?;
    let origin = Origin {
        back: form.back,
        before: form.before,
    };
    Ok(back(id, &snapshot, origin, Notice::CommentSaved))
}

/// Whether a snapshot is to be pinned.
#[derive(Debug, Deserialize)]
pub struct PinForm {
    pinned: bool,
    #[serde(default)]
    back: Back,
    before: Option<Place>,
}

/// Pins or unpins a snapshot.
pub async fn update_pin(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path(id): Path<SnapshotId>,
    Form(form): Form<PinForm>,
) -> Result<Redirect, PageError> {
    let snapshot = get(&state, &person, id).await?;
    let mut transaction = state.pool.begin().await?;
    if !snapshots::set_pinned(&mut transaction, &person.scope, id, form.pinned).await? {
        return Err(MISSING);
    }
    let (notice, detail) = if form.pinned {
        (Notice::Pinned, "pinned")
    } else {
        (Notice::Unpinned, "unpinned")
    };
    let done = (AuditAction::PinChanged, &snapshot, detail);
    record(&state, &mut transaction, &actor, done).await?;
    transaction.commit().await?;
    let origin = Origin {
        back: form.back,
        before: form.before,
    };
    Ok(back(id, &snapshot, origin, notice))
}

/// Asks whether a snapshot is really to go, and says what goes.
pub async fn confirm_delete(
    State(state): State<AppState>,
    person: SignedIn,
    Path(id): Path<SnapshotId>,
    Query(origin): Query<Origin>,
) -> Result<impl IntoResponse, PageError> {
    let snapshot = get(&state, &person, id).await?;
    Ok(DeletePage {
        shell: Shell::new(&state, &person, Area::Sites),
        zone: format::zone(&snapshot.timezone),
        snapshot,
        origin,
    })
}

/// Deletes a snapshot.
pub async fn delete(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path(id): Path<SnapshotId>,
    Form(origin): Form<Origin>,
) -> Result<Redirect, PageError> {
    let snapshot = get(&state, &person, id).await?;
    let mut transaction = state.pool.begin().await?;
    let deleted = snapshots::delete(&mut transaction, &person.scope, &state.vault, id)
        .await
        .map_err(bodies::unreadable)?;
    if deleted == Deleted::Done {
        let taken = snapshot.taken_at.format("taken %Y-%m-%d %H:%M:%S UTC");
        let detail = format!("{}, {taken}", words::verdict(&snapshot.verdict));
        let done = (AuditAction::SnapshotDeleted, &snapshot, detail.as_str());
        record(&state, &mut transaction, &actor, done).await?;
    }
    transaction.commit().await?;
    let notice = match deleted {
        Deleted::Done => Notice::Deleted,
        Deleted::Missing => return Err(MISSING),
        Deleted::Pinned => Notice::PinnedStays,
        Deleted::NewestVerified => Notice::NewestStays,
    };
    Ok(to_history(&snapshot, origin, notice))
}
