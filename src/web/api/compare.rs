//! **Compare**, for programs: what differs between two snapshots, item by item, and the same as
//! unified text.

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{input::Asked, problem::Problem};
use crate::compare::{Cell, Change, ItemRow, MenuRow, Options, Row, Table, table};
use crate::db::audit::Actor;
use crate::db::pages::SnapshotHead;
use crate::model::SnapshotId;
use crate::web::{
    bodies, compare,
    error::PageError,
    guard::{Acting, SignedIn},
    secrets::{self, Secrets},
    state::AppState,
};

/// The addresses.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(show))
        .routes(routes!(text))
}

/// What is compared.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ComparisonQuery {
    /// The snapshot to begin with.
    from: SnapshotId,
    /// The one to get to, of the same device or of another.
    to: SnapshotId,
    /// Whether status remarks, times, and another order where order says nothing are told, too.
    #[serde(default)]
    noise: bool,
    /// `shown`: secrets as they are, for an account that may see them; that is recorded.
    #[serde(default)]
    secrets: Secrets,
}

/// What changed from one configuration to another.
#[derive(Debug, Serialize, ToSchema)]
pub struct Comparison {
    from: ComparedSnapshot,
    to: ComparedSnapshot,
    /// Whether both say the same.
    identical: bool,
    /// In one line: `ip firewall filter: 2 added, 1 moved; system identity changed`.
    summary: String,
    /// The menus with a difference.
    menus: Vec<ChangedMenu>,
    /// Each item that differs, from top to bottom.
    differences: Vec<Difference>,
    /// Whether there are more differences than are told.
    truncated: bool,
    /// How many lines at the ends were not compared because there are too many.
    lines_left_out: usize,
}

/// A side of a comparison.
#[derive(Debug, Serialize, ToSchema)]
pub struct ComparedSnapshot {
    id: SnapshotId,
    /// The slug of the site.
    site: String,
    device: String,
    taken_at: DateTime<Utc>,
}

/// How much changed in a menu. An item that moved and changed counts as both.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangedMenu {
    /// Without the slash: `ip firewall filter`.
    menu: String,
    added: usize,
    removed: usize,
    changed: usize,
    moved: usize,
}

/// An item that is not the same on both sides.
#[derive(Debug, Serialize, ToSchema)]
pub struct Difference {
    /// `/ip firewall filter`.
    menu: String,
    change: ItemChange,
    /// The item as it was; null where it was not, and for a menu without items.
    before: Option<ItemText>,
    /// The item as it is.
    after: Option<ItemText>,
    /// Where an item that moved stood before, as a line number.
    moved_from_line: Option<usize>,
}

/// What became of an item.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ItemChange {
    Added,
    Removed,
    Changed,
    Moved,
}

/// The text of an item, every character of it visible.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemText {
    /// Number of its first line in the export, from 1.
    line: usize,
    text: String,
    /// The parts of the text that differ: values, or attributes that came or went.
    differing: Vec<String>,
}

impl From<&SnapshotHead> for ComparedSnapshot {
    fn from(head: &SnapshotHead) -> Self {
        Self {
            id: head.id,
            site: head.site_slug.clone(),
            device: head.device_name.clone(),
            taken_at: head.taken_at,
        }
    }
}

impl Comparison {
    fn of(heads: &[SnapshotHead], table: &Table) -> Option<Self> {
        let ([from, to], [step]) = (heads, &table.steps[..]) else {
            return None;
        };
        let menus = step.menus.iter().map(|menu| ChangedMenu {
            menu: menu.menu.clone(),
            added: menu.added,
            removed: menu.removed,
            changed: menu.changed,
            moved: menu.moved,
        });
        Some(Self {
            from: from.into(),
            to: to.into(),
            identical: table.is_identical(),
            summary: step.sentence(),
            menus: menus.collect(),
            differences: differences(table),
            truncated: table.truncated,
            lines_left_out: table.left_out,
        })
    }
}

fn differences(table: &Table) -> Vec<Difference> {
    let mut menu = "";
    let mut found = Vec::new();
    for row in &table.rows {
        match row {
            Row::Menu(heading) => {
                menu = &heading.path;
                found.extend(of_heading(heading));
            }
            Row::Item(item) => found.extend(of_item(menu, item)),
            Row::Fold(_) => {}
        }
    }
    found
}

/// An empty menu that one side has and the other has not.
fn of_heading(heading: &MenuRow) -> Option<Difference> {
    heading.difference?;
    let is_there = heading.present.last().copied().unwrap_or_default();
    Some(Difference {
        menu: heading.path.clone(),
        change: if is_there {
            ItemChange::Added
        } else {
            ItemChange::Removed
        },
        before: None,
        after: None,
        moved_from_line: None,
    })
}

/// `None` for an equal item, and for the place that a moved one left: it is told where it is now.
fn of_item(menu: &str, item: &ItemRow) -> Option<Difference> {
    let [before, after] = &item.cells[..] else {
        return None;
    };
    let change = match after.change {
        Change::Added => ItemChange::Added,
        Change::Removed => ItemChange::Removed,
        Change::Changed => ItemChange::Changed,
        Change::Moved => ItemChange::Moved,
        Change::Equal | Change::MovedAway | Change::Absent => return None,
    };
    Some(Difference {
        menu: menu.to_owned(),
        change,
        before: text_of(before),
        after: text_of(after),
        moved_from_line: after.elsewhere,
    })
}

fn text_of(cell: &Cell) -> Option<ItemText> {
    let text = cell.text.as_ref()?;
    let differing = text.pieces.iter().filter(|piece| piece.is_changed);
    Some(ItemText {
        line: text.line,
        differing: differing.map(|piece| piece.text.clone()).collect(),
        text: text
            .pieces
            .iter()
            .map(|piece| piece.text.as_str())
            .collect(),
    })
}

/// Loads both sides and works on them where it keeps no other request waiting.
async fn compared<T: Send + 'static>(
    state: &AppState,
    (person, actor): (&SignedIn, &Actor),
    query: &ComparisonQuery,
    work: impl FnOnce(&[SnapshotHead], &[&[u8]], Secrets) -> T + Send + 'static,
) -> Result<T, PageError> {
    let granted = secrets::granted(person.rights, query.secrets);
    let mut conn = state.connection().await?;
    let heads = compare::list_heads(&mut conn, &person.scope, &[query.from, query.to]).await?;
    let exports = compare::load_exports(state, &mut conn, actor, &heads, granted).await?;
    drop(conn);
    bodies::aside(move || {
        let exports: Vec<&[u8]> = exports.iter().map(Vec::as_slice).collect();
        work(&heads, &exports, granted)
    })
    .await
}

/// Compares two snapshots
///
/// Item by item, as the page does: what differs is found with the real values and told with the
/// secrets masked, unless they are asked for.
#[utoipa::path(get, path = "/api/v1/compare", tag = "snapshots", operation_id = "compare_snapshots",
    params(ComparisonQuery),
    responses(
        (status = 200, description = "What differs", body = Comparison),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Asked(query): Asked<ComparisonQuery>,
) -> Result<Json<Comparison>, PageError> {
    let noise = query.noise;
    let told = compared(
        &state,
        (&person, &actor),
        &query,
        move |heads, exports, granted| {
            let options = Options {
                mask: granted == Secrets::Masked,
                noise,
                ..Options::default()
            };
            Comparison::of(heads, &table(exports, &options))
        },
    );
    let missing = || PageError::Internal(anyhow::anyhow!("two snapshots have one step between"));
    Ok(Json(told.await?.ok_or_else(missing)?))
}

/// Compares two snapshots as unified text
///
/// For a ticket: over the comparison forms, in which comments and wrapped lines make no difference.
/// It is empty when nothing differs.
#[utoipa::path(get, path = "/api/v1/compare/text", tag = "snapshots", operation_id = "compare_snapshots_as_text",
    params(ComparisonQuery),
    responses(
        (status = 200, description = "A unified diff", body = String, content_type = "text/plain"),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn text(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Asked(query): Asked<ComparisonQuery>,
) -> Result<Response, PageError> {
    let diff = compared(&state, (&person, &actor), &query, compare::unified).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], diff).into_response())
}
