//! **Restore**: the steps to put a snapshot on a device, with warnings first. Advice and
//! downloads; nothing here speaks to a router or changes anything.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
};
use chrono_tz::Tz;
use serde::Deserialize;
use sqlx::PgConnection;

use super::{
    bodies,
    error::PageError,
    filters, format,
    guard::SignedIn,
    links,
    shell::{Area, Shell},
    state::AppState,
};
use crate::db::pages::{self as db, RestoreTarget, SnapshotHead};
use crate::model::{DeviceId, Scope, SnapshotId, Verdict};
use crate::platform::routeros::{
    restore::{Content, Level, RestorePlan, Source, Target, Warning, file_name, plan},
    text::menu_tree,
};

/// One answer for both: which of the two is there may be nobody's to know.
const NOT_FOUND: PageError = PageError::NotFound("backup");

/// How many devices a search offers.
const MAX_MATCHES: usize = 20;
/// How many menus are offered alone.
const MAX_MENUS: usize = 500;
/// How many characters of a name are searched for.
const MAX_WORD_CHARS: usize = 100;

/// What the address may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ShowQuery {
    /// The device to restore to; the snapshot's own when it is missing.
    device: Option<DeviceId>,
    /// Searches for another one.
    q: String,
}

/// A menu that can be downloaded alone.
pub struct MenuFile {
    pub menu: String,
    pub items: usize,
}

/// How a snapshot is put on a device.
pub struct Advice {
    pub snapshot: SnapshotHead,
    pub target: RestoreTarget,
    pub plan: RestorePlan,
    pub menus: Vec<MenuFile>,
}

#[derive(Template, WebTemplate)]
#[template(path = "snapshots/restore.html")]
struct ShowPage {
    shell: Shell,
    snapshot: SnapshotHead,
    zone: Tz,
    target: RestoreTarget,
    word: String,
    /// What the search found; `None` when there was none.
    matches: Option<Matches>,
    plan: RestorePlan,
    menus: Vec<MenuFile>,
}

struct Matches {
    devices: Vec<RestoreTarget>,
    /// Whether there are more than are offered.
    is_cut: bool,
}

impl ShowPage {
    /// Whether it is for the device that the snapshot is of.
    fn is_own(&self) -> bool {
        self.target.id == self.snapshot.device_id
    }

    fn is_suspect(&self) -> bool {
        self.snapshot.verdict != Verdict::Verified
    }

    /// The name under which the steps expect the file.
    fn expected_name(&self) -> String {
        file_name(Some(&self.target.name))
    }

    /// The style class of a warning.
    fn tone(&self, warning: &Warning) -> &'static str {
        match warning.level {
            Level::Stop => "danger",
            Level::Warning => "warning",
            Level::Note => "info",
        }
    }

    /// The word that stands before a warning.
    fn word_of(&self, warning: &Warning) -> &'static str {
        match warning.level {
            Level::Stop => "Stop",
            Level::Warning => "Warning",
            Level::Note => "Note",
        }
    }
}

/// Shows how a snapshot is restored.
pub async fn show(
    State(state): State<AppState>,
    person: SignedIn,
    Path(id): Path<SnapshotId>,
    Query(query): Query<ShowQuery>,
) -> Result<Response, PageError> {
    let scope = &person.scope;
    let mut conn = state.connection().await?;
    let advice = advise(&state, &mut conn, scope, (id, query.device)).await?;
    let word: String = query.q.trim().chars().take(MAX_WORD_CHARS).collect();
    let matches = search(&mut conn, scope, &word).await?;
    Ok(ShowPage {
        shell: Shell::new(&state, &person, Area::Sites),
        zone: format::zone(&advice.snapshot.timezone),
        plan: advice.plan,
        snapshot: advice.snapshot,
        target: advice.target,
        word,
        matches,
        menus: advice.menus,
    }
    .into_response())
}

/// How a snapshot is put on a device, both of the scope; without one, on its own.
///
/// # Errors
/// [`PageError::NotFound`], [`PageError::Damaged`], or what the database answers.
pub async fn advise(
    state: &AppState,
    conn: &mut PgConnection,
    scope: &Scope,
    (id, device): (SnapshotId, Option<DeviceId>),
) -> Result<Advice, PageError> {
    let snapshot = db::get_snapshot(conn, scope, id).await?;
    let snapshot = snapshot.ok_or(NOT_FOUND)?;
    let device = device.unwrap_or(snapshot.device_id);
    let target = db::get_restore_target(conn, scope, device).await?;
    let target = target.ok_or(NOT_FOUND)?;
    let body = bodies::load(state, conn, id).await?;
    let (content, menus) = bodies::aside(move || (Content::of(&body), menus(&body))).await?;
    Ok(Advice {
        plan: plan(&source(&snapshot, content), &aim(&target)),
        snapshot,
        target,
        menus,
    })
}

async fn search(
    conn: &mut PgConnection,
    scope: &Scope,
    word: &str,
) -> Result<Option<Matches>, PageError> {
    if word.is_empty() {
        return Ok(None);
    }
    // One more than is offered tells whether there are more.
    let limit = i64::try_from(MAX_MATCHES + 1).expect("a list is small");
    let mut devices = db::list_restore_targets(conn, scope, word, limit).await?;
    let is_cut = devices.len() > MAX_MATCHES;
    devices.truncate(MAX_MATCHES);
    Ok(Some(Matches { devices, is_cut }))
}

fn source(snapshot: &SnapshotHead, content: Content) -> Source {
    Source {
        version: snapshot.version.as_deref().map(number),
        model: snapshot.model.clone(),
        serial: snapshot.serial.clone(),
        has_secrets: snapshot.has_secrets,
        error_menus: snapshot.error_menus.clone(),
        size_bytes: snapshot.size_bytes.unsigned_abs(),
        content,
    }
}

fn aim(device: &RestoreTarget) -> Target {
    Target {
        name: Some(device.name.clone()),
        version: device.version.as_deref().map(number),
        model: device.model.clone(),
        serial: device.serial.clone(),
    }
}

/// The version without its channel: `7.16.2 (stable)` is `7.16.2`.
fn number(version: &str) -> String {
    version.split(' ').next().unwrap_or(version).to_owned()
}

/// The menus that hold something, each once, in their order.
fn menus(body: &[u8]) -> Vec<MenuFile> {
    let mut seen = std::collections::HashSet::new();
    menu_tree(body)
        .into_iter()
        .filter_map(|node| Some((node.section?.items, node.menu)))
        .filter(|(items, menu)| *items > 0 && seen.insert(menu.clone()))
        .map(|(items, menu)| MenuFile { menu, items })
        .take(MAX_MENUS)
        .collect()
}
