//! **View**: one snapshot with its text, menu by menu, the checks behind its verdict, and what
//! people noted of it.

mod asked;
mod find;
mod lines;
mod menus;
mod reader;

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Path, Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono_tz::Tz;

use self::{
    asked::{Reading, ShowQuery},
    reader::Text,
};
use super::{
    bodies,
    error::PageError,
    filters, format,
    guard::{Acting, SignedIn},
    history, links, secrets,
    shell::{Area, Notice, Shell},
    state::AppState,
    words,
};
use crate::db::pages::{self as db, SnapshotHead, SnapshotStanding};
use crate::model::{SnapshotId, Verdict};
use crate::platform::routeros::{
    judge::suspicion,
    text::{logical_lines, physical_lines},
};
use crate::visible;

const MISSING: PageError = PageError::NotFound("backup");

#[derive(Template, WebTemplate)]
#[template(path = "snapshots/show.html")]
struct ShowPage {
    shell: Shell,
    notice: Option<Notice>,
    snapshot: SnapshotHead,
    standing: SnapshotStanding,
    zone: Tz,
    reading: Reading,
    /// Or the sentence why there is none.
    text: Result<Text, String>,
}

impl ShowPage {
    /// What keeps it from being verified.
    fn suspicion(&self) -> Option<String> {
        if self.snapshot.verdict == Verdict::Verified {
            return None;
        }
        suspicion(&self.snapshot.checks)
    }

    fn kept(&self) -> String {
        let standing = &self.standing;
        history::kept(
            standing.pinned,
            standing.expires_at,
            self.shell.now,
            self.zone,
        )
    }

    fn passed(&self) -> usize {
        self.snapshot.checks.iter().filter(|check| check.ok).count()
    }

    /// How many lines it changed, when it was compared with the one before.
    fn changed(&self) -> Option<(i32, i32)> {
        self.standing
            .added_lines
            .zip(self.standing.removed_lines)
            .filter(|_| self.snapshot.previous_id.is_some())
    }

    /// Whether to show the hash of the whole: beside the rest of the text, a short password can be
    /// guessed until it fits.
    fn shows_hash(&self) -> bool {
        !self.snapshot.has_secrets || self.shell.may_reveal()
    }

    fn menu_download(&self, menu: &str) -> String {
        links::download_menu(&self.snapshot.id, menu)
    }
}

/// Shows a snapshot.
pub async fn show(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path(id): Path<SnapshotId>,
    Query(query): Query<ShowQuery>,
) -> Result<Response, PageError> {
    let notice = query.notice;
    let reading = Reading::new(id, query, person.rights);
    let mut conn = state.connection().await?;
    let snapshot = db::get_snapshot(&mut conn, &person.scope, id)
        .await?
        .ok_or(MISSING)?;
    let standing = db::get_snapshot_standing(&mut conn, &person.scope, id)
        .await?
        .ok_or(MISSING)?;
    if reading.shows_secrets() {
        secrets::record_shown(&mut conn, &actor, &snapshot, "View", state.now()).await?;
    }
    let text = match bodies::load(&state, &mut conn, id).await {
        Ok(body) => {
            let asked = reading.clone();
            Ok(bodies::aside(move || reader::read(body, &asked)).await?)
        }
        Err(error @ PageError::Damaged { .. }) => {
            tracing::error!(snapshot = %id, %error, "a snapshot can not be read");
            Err(error.to_string())
        }
        Err(error) => return Err(error),
    };
    let status = match text {
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let page = ShowPage {
        shell: Shell::new(&state, &person, Area::Sites),
        notice,
        zone: format::zone(&snapshot.timezone),
        snapshot,
        standing,
        reading,
        text,
    };
    Ok((status, page).into_response())
}

/// The whole text as the page shows it, to be copied: secrets masked unless asked for, and
/// nothing in it that is not seen. The exact bytes are the download.
pub async fn text(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path(id): Path<SnapshotId>,
    Query(query): Query<ShowQuery>,
) -> Result<Response, PageError> {
    let reading = Reading::new(id, query, person.rights);
    let mut conn = state.connection().await?;
    let snapshot = db::get_snapshot(&mut conn, &person.scope, id)
        .await?
        .ok_or(MISSING)?;
    if reading.shows_secrets() {
        secrets::record_shown(&mut conn, &actor, &snapshot, "Plain text", state.now()).await?;
    }
    let body = bodies::load(&state, &mut conn, id).await?;
    drop(conn);
    let text = bodies::aside(move || plain(body, &reading)).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response())
}

fn plain(body: Vec<u8>, reading: &Reading) -> String {
    let text = secrets::readable(body, reading.secrets).text;
    let mut shown = String::with_capacity(text.len());
    let mut push = |line: &[u8]| {
        shown.push_str(&visible::bytes(line));
        shown.push('\n');
    };
    if reading.is_joined() {
        logical_lines(&text).for_each(|line| push(&line.text));
    } else {
        physical_lines(&text).for_each(push);
    }
    shown
}
