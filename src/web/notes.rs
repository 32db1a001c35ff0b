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

use super::{
    actions::{self, Who},
    error::PageError,
    filters, format,
    guard::{Acting, SignedIn},
    links,
    place::Place,
    shell::{Area, Notice, Shell},
    state::AppState,
    words,
};
use crate::db::pages::{self as db, SnapshotNotes};
use crate::db::snapshots::Deleted;
use crate::model::SnapshotId;

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
    let who = Who {
        person: &person,
        actor: &actor,
    };
    let snapshot = actions::set_comment(&state, who, id, &form.comment).await?;
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
    let who = Who {
        person: &person,
        actor: &actor,
    };
    let snapshot = actions::set_pinned(&state, who, id, form.pinned).await?;
    let notice = if form.pinned {
        Notice::Pinned
    } else {
        Notice::Unpinned
    };
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
    let who = Who {
        person: &person,
        actor: &actor,
    };
    let (snapshot, deleted) = actions::delete(&state, who, id).await?;
    let notice = match deleted {
        Deleted::Done => Notice::Deleted,
        Deleted::Missing => return Err(MISSING),
        Deleted::Pinned => Notice::PinnedStays,
        Deleted::NewestVerified => Notice::NewestStays,
    };
    Ok(to_history(&snapshot, origin, notice))
}
