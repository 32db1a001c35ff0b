//! **View**: one snapshot with its text, menu by menu, and the checks behind its verdict.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use chrono_tz::Tz;
use serde::Deserialize;

use super::{
    bodies,
    error::PageError,
    filters, format, links,
    paging::{Asked, Pager},
    shell::{Area, Shell},
    state::AppState,
    words,
};
use crate::db::pages::{self as db, SnapshotHead};
use crate::model::{SnapshotId, Verdict};
use crate::platform::routeros::{
    judge::suspicion,
    text::{Section, line_count, physical_lines, sections},
};
use crate::visible;

/// How many lines stand on one page.
const LINES_PER_PAGE: usize = 2000;
/// How many bytes of a line are shown; RouterOS wraps at 80 columns, so only a device that is
/// none sends more.
const MAX_LINE_BYTES: usize = 8 * 1024;
/// How many menus the list beside the text names.
const MAX_MENUS: usize = 500;

/// What the address may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ShowQuery {
    page: Option<i64>,
}

/// One line as shown.
struct Line {
    /// From 1, in the whole text.
    number: usize,
    text: String,
    /// Whether it opens a menu.
    is_heading: bool,
    /// How many bytes of it are not shown.
    hidden_bytes: usize,
}

/// The part of the text on this page, and the menus of all.
struct Text {
    lines: Vec<Line>,
    menus: Vec<Section>,
    pager: Pager,
}

#[derive(Template, WebTemplate)]
#[template(path = "snapshots/show.html")]
struct ShowPage {
    shell: Shell,
    snapshot: SnapshotHead,
    zone: Tz,
    /// Or the sentence why there is none.
    text: Result<Text, String>,
}

impl ShowPage {
    fn page_prefix(&self) -> String {
        format!("{}?page=", links::snapshot(&self.snapshot.id))
    }

    /// What keeps it from being verified.
    fn suspicion(&self) -> Option<String> {
        if self.snapshot.verdict == Verdict::Verified {
            return None;
        }
        suspicion(&self.snapshot.checks)
    }

    fn passed(&self) -> usize {
        self.snapshot.checks.iter().filter(|check| check.ok).count()
    }

    /// Which page of the text holds a line.
    fn page_of(&self, line: &usize) -> usize {
        (line - 1) / LINES_PER_PAGE + 1
    }
}

/// Shows a snapshot.
pub async fn show(
    State(state): State<AppState>,
    Path(id): Path<SnapshotId>,
    Query(query): Query<ShowQuery>,
) -> Result<Response, PageError> {
    let mut conn = state.connection().await?;
    let snapshot = db::get_snapshot(&mut conn, id)
        .await?
        .ok_or(PageError::NotFound("snapshot"))?;
    let text = match bodies::load(&state, &mut conn, id).await {
        Ok(body) => Ok(bodies::aside(move || read(&body, query.page)).await?),
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
        shell: Shell::new(&state, Area::Sites),
        zone: format::zone(&snapshot.timezone),
        snapshot,
        text,
    };
    Ok((status, page).into_response())
}

fn read(body: &[u8], page: Option<i64>) -> Text {
    let per_page = i64::try_from(LINES_PER_PAGE).expect("a page is small");
    let total = i64::try_from(line_count(body)).expect("an export is small");
    let asked = Asked::new(page, per_page);
    let passed_over = usize::try_from(asked.slice().offset).expect("a page begins at or after 0");
    let mut menus = sections(body);
    menus.truncate(MAX_MENUS);
    Text {
        lines: physical_lines(body)
            .zip(1..)
            .skip(passed_over)
            .take(LINES_PER_PAGE)
            .map(|(bytes, number)| line(bytes, number))
            .collect(),
        menus,
        pager: asked.of(total),
    }
}

fn line(bytes: &[u8], number: usize) -> Line {
    let shown = &bytes[..bytes.len().min(MAX_LINE_BYTES)];
    Line {
        number,
        text: visible::bytes(shown),
        is_heading: bytes.starts_with(b"/"),
        hidden_bytes: bytes.len() - shown.len(),
    }
}
