//! The page of the audit.

use std::collections::HashSet;

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use chrono_tz::Tz;
use sqlx::PgConnection;

use super::asked::{ActionChoice, Asked, AuditQuery};
use crate::access::subject::Thing;
use crate::db::pages::{self as db, AuditPage, AuditRow, SiteMatch};
use crate::model::{AuditAction, AuditId, SnapshotId};
use crate::web::{
    error::PageError,
    filters,
    guard::SignedIn,
    links,
    runs::days::{FIRST_DAY, LAST_DAY},
    shell::{Area, Shell},
    state::AppState,
};

/// How many entries stand on one page.
const PER_PAGE: i64 = 100;

const PATH: &str = "/manage/audit";

#[derive(Template, WebTemplate)]
#[template(path = "audit/list.html")]
struct ListPage {
    shell: Shell,
    asked: Asked,
    entries: Vec<AuditRow>,
    /// The snapshots on the page that are still there.
    snapshots: HashSet<SnapshotId>,
    older: Option<AuditId>,
    zone: Tz,
}

impl ListPage {
    fn problem(&self) -> Option<&str> {
        self.asked.filter.as_ref().err().map(String::as_str)
    }

    /// The sites of which one is to be chosen; one that nothing matches finds nothing.
    fn offered_sites(&self) -> Option<&[SiteMatch]> {
        self.asked.site.offered().filter(|sites| !sites.is_empty())
    }

    fn site_link(&self, site: &SiteMatch) -> String {
        self.asked.query.link(PATH, &site.slug, None)
    }

    fn older_link(&self) -> Option<String> {
        let older = self.older?;
        let query = &self.asked.query;
        Some(query.link(PATH, &query.site, Some(older)))
    }

    /// Whether there may be more of what is asked for behind what was looked at.
    fn is_cut_short(&self) -> bool {
        self.older.is_some() && (self.entries.len() as i64) < PER_PAGE
    }

    fn file_link(&self) -> String {
        let query = &self.asked.query;
        query.link("/manage/audit.csv", &query.site, None)
    }

    /// The action in words; as it is where this version does not know it.
    fn label<'a>(&self, entry: &'a AuditRow) -> &'a str {
        let mut known = AuditAction::ALL.into_iter();
        let known = known.find(|known| known.as_str() == entry.action);
        known.map_or(&entry.action, |known| known.label())
    }

    /// The page of what was done something to, if it is there.
    fn link_of(&self, entry: &AuditRow) -> Option<String> {
        match Thing::of(&entry.subject)? {
            Thing::Backup(id) => self.snapshots.contains(&id).then(|| links::snapshot(&id)),
            Thing::Run(id) => Some(links::run(&id)),
            Thing::Batch(id) => Some(links::batch(&id)),
            Thing::User(name) => Some(links::query("/manage/users", [("q", name)])),
        }
    }
}

/// Lists the audit.
pub async fn list(
    State(state): State<AppState>,
    person: SignedIn,
    Query(query): Query<AuditQuery>,
) -> Result<Response, PageError> {
    let mut conn = state.connection().await?;
    let asked = Asked::read(&mut conn, &person.scope, query).await?;
    let mut page = ListPage {
        shell: Shell::new(&state, &person, Area::Manage),
        asked,
        entries: Vec::new(),
        snapshots: HashSet::new(),
        older: None,
        zone: Tz::UTC,
    };
    let Ok(filter) = &page.asked.filter else {
        return Ok((StatusCode::BAD_REQUEST, page).into_response());
    };
    if page.asked.site.offered().is_none() {
        let AuditPage { rows, older } = db::list_audit(&mut conn, filter, PER_PAGE).await?;
        page.snapshots = existing(&mut conn, &rows).await?;
        (page.entries, page.older) = (rows, older);
    }
    Ok(page.into_response())
}

/// The snapshots that entries name and that were not deleted since.
async fn existing(
    conn: &mut PgConnection,
    entries: &[AuditRow],
) -> Result<HashSet<SnapshotId>, sqlx::Error> {
    let named = entries
        .iter()
        .filter_map(|entry| match Thing::of(&entry.subject) {
            Some(Thing::Backup(id)) => Some(id.0),
            _ => None,
        });
    let ids: Vec<i64> = named.collect();
    let there = db::list_existing_snapshots(conn, &ids).await?;
    Ok(there.into_iter().collect())
}
