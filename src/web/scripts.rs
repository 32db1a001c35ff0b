//! **Backup Scripts**: a device of any site is found, ticked, and its backups stand below; one
//! of them is viewed, several are compared.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Query, State},
    response::IntoResponse,
};
use chrono_tz::Tz;
use serde::Deserialize;
use sqlx::PgConnection;

use super::{
    error::PageError,
    fields::Fields,
    filters, format,
    guard::SignedIn,
    history::{self, Backup},
    links,
    paging::{Asked, Pager},
    shell::{Area, Notice, Shell},
    state::AppState,
    ticked, words,
};
use crate::db::pages::{self as db, ChosenDevice, ScriptDevice};
use crate::model::{DeviceId, Scope};

/// How many devices stand on one page.
const DEVICES_PER_PAGE: i64 = 25;
/// How many devices can be chosen at once.
const MAX_CHOSEN: usize = 10;
/// How many backups of each chosen device are listed.
const BACKUPS_EACH: usize = 20;
/// How many words of a search count.
const MAX_WORDS: usize = 6;

/// What the address may say, beside the chosen devices (`d`, repeated).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    q: String,
    page: Option<i64>,
    notice: Option<Notice>,
}

/// A chosen device with its newest backups.
struct Chosen {
    device: ChosenDevice,
    zone: Tz,
    backups: Vec<Backup>,
    has_more: bool,
}

#[derive(Template, WebTemplate)]
#[template(path = "scripts/list.html")]
struct ListPage {
    shell: Shell,
    notice: Option<Notice>,
    search: String,
    devices: Vec<ScriptDevice>,
    chosen: Vec<Chosen>,
    pager: Pager,
}

impl ListPage {
    fn chosen_ids(&self) -> Vec<DeviceId> {
        self.chosen.iter().map(|chosen| chosen.device.id).collect()
    }

    fn page_prefix(&self) -> String {
        format!("{}&page=", links::scripts(&self.search, &self.chosen_ids()))
    }

    fn is_chosen(&self, device: &ScriptDevice) -> bool {
        self.chosen
            .iter()
            .any(|chosen| chosen.device.id == device.id)
    }

    /// Chosen devices that do not stand on this page of the list.
    fn chosen_elsewhere(&self) -> Vec<&ChosenDevice> {
        let chosen = self.chosen.iter().map(|chosen| &chosen.device);
        chosen
            .filter(|chosen| !self.devices.iter().any(|device| device.id == chosen.id))
            .collect()
    }

    fn has_backups(&self) -> bool {
        self.chosen.iter().any(|chosen| !chosen.backups.is_empty())
    }
}

/// Lists devices, and the backups of the chosen ones.
pub async fn list(
    State(state): State<AppState>,
    person: SignedIn,
    Query(query): Query<ListQuery>,
    Query(fields): Query<Fields>,
) -> Result<impl IntoResponse, PageError> {
    let ids = ticked::devices(&fields, "d")?;
    if ids.len() > MAX_CHOSEN {
        return Err(PageError::BadRequest(
            "Choose at most ten devices at once. Go back and untick some.",
        ));
    }
    let search = query.q.trim();
    let words: Vec<String> = search
        .split_whitespace()
        .take(MAX_WORDS)
        .map(str::to_owned)
        .collect();
    let asked = Asked::new(query.page, DEVICES_PER_PAGE);
    let mut conn = state.connection().await?;
    let devices = db::search_devices(&mut conn, &person.scope, &words, asked.slice()).await?;
    let chosen = list_chosen(&mut conn, &person.scope, &ids).await?;
    Ok(ListPage {
        shell: Shell::new(&state, &person, Area::Scripts),
        notice: query.notice,
        search: search.to_owned(),
        pager: asked.of(devices.first().map_or(0, |device| device.total)),
        devices,
        chosen,
    })
}

async fn list_chosen(
    conn: &mut PgConnection,
    scope: &Scope,
    ids: &[DeviceId],
) -> Result<Vec<Chosen>, PageError> {
    let mut all = Vec::with_capacity(ids.len());
    let limit = i64::try_from(BACKUPS_EACH + 1).expect("a page is small");
    for device in db::list_chosen(conn, scope, ids).await? {
        let rows = db::list_snapshots(conn, scope, device.id, None, limit).await?;
        let (backups, older) = history::backups(rows, BACKUPS_EACH);
        all.push(Chosen {
            zone: format::zone(&device.timezone),
            device,
            backups,
            has_more: older.is_some(),
        });
    }
    Ok(all)
}
