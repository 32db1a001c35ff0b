//! **Compare**: two snapshots, differing lines in red with a sign and a word beside the colour;
//! and the same as unified text for a ticket.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Query, State},
    http::header,
    response::{IntoResponse, Redirect, Response},
};
use chrono_tz::Tz;

use super::{
    bodies,
    error::PageError,
    filters, format, links,
    shell::{Area, Shell},
    state::AppState,
    words,
};
use crate::compare::{Comparison, Row, RowKind, compare, unified};
use crate::db::pages::{self as db, SnapshotHead};
use crate::model::SnapshotId;

/// The parameters, repeated ones in their order: `a` and `b`, or two ticked `s`.
type Fields = Vec<(String, String)>;

#[derive(Template, WebTemplate)]
#[template(path = "compare/show.html")]
struct ShowPage {
    shell: Shell,
    sides: [SnapshotHead; 2],
    zones: [Tz; 2],
    comparison: Comparison,
}

impl ShowPage {
    fn older(&self) -> &SnapshotHead {
        &self.sides[0]
    }

    fn newer(&self) -> &SnapshotHead {
        &self.sides[1]
    }

    fn is_one_device(&self) -> bool {
        self.older().device_id == self.newer().device_id
    }

    /// Both versions, when they differ.
    fn version_change(&self) -> Option<(&str, &str)> {
        let (old, new) = (
            self.older().version.as_deref()?,
            self.newer().version.as_deref()?,
        );
        (old != new).then_some((old, new))
    }

    /// Whether secrets may differ only because one side does not hold them.
    fn secrets_differ(&self) -> bool {
        self.older().has_secrets != self.newer().has_secrets
    }
}

/// A line number, or nothing for a side that does not have the line.
fn number(line: &Option<usize>) -> String {
    line.map(|line| line.to_string()).unwrap_or_default()
}

/// A part of a line, and whether it differs from the line it stands for.
struct Part<'a> {
    text: &'a str,
    differs: bool,
}

/// The line in parts, in order.
fn parts(row: &Row) -> Vec<Part<'_>> {
    let mut parts = Vec::with_capacity(row.changed.len() * 2 + 1);
    let mut at = 0;
    for range in &row.changed {
        parts.push(Part {
            text: &row.text[at..range.start],
            differs: false,
        });
        parts.push(Part {
            text: &row.text[range.clone()],
            differs: true,
        });
        at = range.end;
    }
    parts.push(Part {
        text: &row.text[at..],
        differs: false,
    });
    parts.retain(|part| !part.text.is_empty());
    parts
}

/// Shows a comparison. Ticks of a device's Config Backups are first put into one address, the
/// older snapshot on the left, that can be sent to a colleague.
pub async fn show(
    State(state): State<AppState>,
    Query(fields): Query<Fields>,
) -> Result<Response, PageError> {
    if fields.iter().any(|(name, _)| name == "s") {
        let mut conn = state.connection().await?;
        let [old, new] = heads(&mut conn, ids(&fields, &["s"])?).await?;
        return Ok(Redirect::to(&links::compare(&old.id, &new.id)).into_response());
    }
    let (sides, comparison) = both(&state, &fields, |_, old, new| compare(old, new)).await?;
    Ok(ShowPage {
        shell: Shell::new(&state, Area::Sites),
        zones: [
            format::zone(&sides[0].timezone),
            format::zone(&sides[1].timezone),
        ],
        sides,
        comparison,
    }
    .into_response())
}

/// The comparison as unified text, over the comparison forms.
pub async fn text(
    State(state): State<AppState>,
    Query(fields): Query<Fields>,
) -> Result<Response, PageError> {
    let diff = |sides: &[SnapshotHead; 2], old: &[u8], new: &[u8]| {
        unified(&label(&sides[0]), &label(&sides[1]), old, new)
    };
    let (_, diff) = both(&state, &fields, diff).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], diff).into_response())
}

fn label(head: &SnapshotHead) -> String {
    format!(
        "{}/{} {}",
        head.site_slug,
        head.device_name,
        head.taken_at.format("%Y-%m-%d %H:%M:%S +0000")
    )
}

/// Loads both sides and works on them where it keeps no other request waiting.
async fn both<T: Send + 'static>(
    state: &AppState,
    fields: &Fields,
    work: impl FnOnce(&[SnapshotHead; 2], &[u8], &[u8]) -> T + Send + 'static,
) -> Result<([SnapshotHead; 2], T), PageError> {
    let mut conn = state.connection().await?;
    let sides = heads(&mut conn, ids(fields, &["a", "b"])?).await?;
    let old = bodies::load(state, &mut conn, sides[0].id).await?;
    let new = bodies::load(state, &mut conn, sides[1].id).await?;
    drop(conn);
    bodies::aside(move || {
        let done = work(&sides, &old, &new);
        (sides, done)
    })
    .await
}

/// Both snapshots; of one device always the older first, whatever the address says.
async fn heads(
    conn: &mut sqlx::PgConnection,
    ids: [SnapshotId; 2],
) -> Result<[SnapshotHead; 2], PageError> {
    let missing = || PageError::NotFound("snapshot");
    let one = db::get_snapshot(conn, ids[0]).await?.ok_or_else(missing)?;
    let other = db::get_snapshot(conn, ids[1]).await?.ok_or_else(missing)?;
    if one.device_id == other.device_id && one.taken_at > other.taken_at {
        return Ok([other, one]);
    }
    Ok([one, other])
}

/// The two different snapshots that the parameters of these names tell.
fn ids(fields: &Fields, names: &[&str]) -> Result<[SnapshotId; 2], PageError> {
    let given: Vec<SnapshotId> = fields
        .iter()
        .filter(|(name, _)| names.contains(&name.as_str()))
        .map(|(_, id)| id.parse())
        .collect::<Result<_, _>>()
        .map_err(|_| PageError::BadRequest("A snapshot has a number; this address names none."))?;
    match given[..] {
        [a, b] if a == b => Err(PageError::BadRequest(
            "These are the same snapshot. Go back and tick two different ones.",
        )),
        [a, b] => Ok([a, b]),
        _ => Err(PageError::BadRequest(
            "Tick exactly two snapshots to compare them. Go back and choose.",
        )),
    }
}
