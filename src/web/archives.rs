//! Several backups in one download: the newest verified one of each device of a site, and
//! whatever was ticked.

use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse, Redirect, Response},
};
use chrono::{DateTime, Utc};

use super::{
    error::PageError,
    fields::Fields,
    file_names::{Unique, plain},
    guard::SignedIn,
    state::AppState,
    ticked, words,
    zip::{self, Archive, File},
};
use crate::db::pages::{self as db, NewestRow, SiteHead, TickedRow};
use crate::visible;

/// How many ticked backups one archive takes.
const MAX_TICKED: usize = 100;

/// How the end of every README warns.
const SECRETS: &str = "\nThe files are the exact bytes that the routers sent. They may hold passwords and keys: keep\nthem where those may be kept.\n";

/// Sends the newest verified backup of each device of a site.
pub async fn newest(
    State(state): State<AppState>,
    person: SignedIn,
    Path(slug): Path<String>,
) -> Result<Response, PageError> {
    let mut conn = state.connection().await?;
    let site = db::get_site(&mut conn, &person.scope, &slug)
        .await?
        .ok_or(PageError::NotFound("site"))?;
    let rows = db::list_newest(&mut conn, site.id).await?;
    drop(conn);
    zip::send(&state, newest_archive(&site, &rows, state.now()))
}

fn newest_archive(site: &SiteHead, rows: &[NewestRow], now: DateTime<Utc>) -> Archive {
    let mut names = Unique::default();
    let mut files = Vec::new();
    let mut without = String::new();
    for row in rows {
        let device = visible::text(&row.device_name);
        let (Some(snapshot), Some(taken_at), Some(last_seen_at)) =
            (row.snapshot_id, row.taken_at, row.last_seen_at)
        else {
            without.push_str(&format!("    {device}: {}\n", visible::text(why_none(row))));
            continue;
        };
        let rest = format!("{}_verified", taken_at.format("%Y-%m-%d"));
        files.push(File {
            snapshot,
            path: names.name(&site.slug, &row.device_name, &rest),
            taken_at,
            about: about(&device, taken_at, last_seen_at),
        });
    }
    let tail = if without.is_empty() {
        SECRETS.to_owned()
    } else {
        format!("\nWithout a verified backup, so not in here:\n{without}{SECRETS}")
    };
    Archive {
        name: format!(
            "{}_newest_{}.zip",
            plain(&site.slug),
            now.format("%Y-%m-%d")
        ),
        head: format!(
            "The newest verified backup of each device of {}, as of {}.\n\n",
            visible::text(&site.name),
            second(now)
        ),
        files,
        tail,
        made_at: now,
    }
}

fn why_none(row: &NewestRow) -> &str {
    if row.enabled {
        words::cause_for(row)
    } else {
        "disabled in the inventory"
    }
}

fn about(device: &str, taken_at: DateTime<Utc>, last_seen_at: DateTime<Utc>) -> String {
    let (taken, seen) = (second(taken_at), second(last_seen_at));
    format!("{device}: taken {taken}, last seen unchanged {seen}")
}

fn second(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// Sends the ticked backups.
pub async fn ticked(
    State(state): State<AppState>,
    person: SignedIn,
    Query(fields): Query<Fields>,
) -> Result<Response, PageError> {
    let ids = ticked::snapshots(&fields)?;
    if ids.is_empty() {
        let origin = ticked::origin(&state, &person, &fields).await?;
        return Ok(Redirect::to(&origin).into_response());
    }
    if ids.len() > MAX_TICKED {
        return Err(PageError::BadRequest(
            "Tick at most 100 backups for one download. Go back and untick some.",
        ));
    }
    let mut conn = state.connection().await?;
    let rows = db::list_ticked(&mut conn, &ids).await?;
    drop(conn);
    if rows.len() < ids.len() {
        return Err(PageError::NotFound("backup"));
    }
    zip::send(&state, ticked_archive(&rows, state.now()))
}

fn ticked_archive(rows: &[TickedRow], now: DateTime<Utc>) -> Archive {
    let mut names = Unique::default();
    let files = rows.iter().map(|row| {
        let at = row.taken_at.format("%Y-%m-%dT%H%M%SZ");
        let verdict = words::verdict(&row.verdict);
        let rest = format!("{at}_{}", verdict.to_ascii_lowercase());
        let device = visible::text(&row.device_name);
        File {
            snapshot: row.id,
            path: names.name(&row.site_slug, &row.device_name, &rest),
            taken_at: row.taken_at,
            about: format!(
                "{verdict}. {}",
                about(&device, row.taken_at, row.last_seen_at)
            ),
        }
    });
    Archive {
        name: format!("backups_{}.zip", now.format("%Y-%m-%dT%H%M%SZ")),
        files: files.collect(),
        head: format!("Backups ticked by a person, as of {}.\n\n", second(now)),
        tail: SECRETS.to_owned(),
        made_at: now,
    }
}
