//! Several backups in one download: the newest verified one of each device of a site, and
//! whatever was ticked. Exact, or masked for those who may not see secrets.

use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse, Redirect, Response},
};
use chrono::{DateTime, Utc};
use sqlx::{Postgres, pool::PoolConnection};

use super::{
    actions::Who,
    error::PageError,
    fields::Fields,
    file_names::{Unique, plain},
    guard::{Acting, SignedIn},
    secrets::{self, Secrets},
    state::AppState,
    ticked, words,
    zip::{self, Archive, File},
};
use crate::db::audit::{self, Actor, Entry};
use crate::db::pages::{self as db, NewestRow, SiteHead, TickedRow};
use crate::model::{AuditAction, SiteId, SnapshotId};
use crate::plural::counted;
use crate::visible;

/// How many ticked backups one archive takes.
const MAX_TICKED: usize = 100;

/// How the README ends where the files are exact.
const EXACT: &str = "\nThe files are the exact bytes that the routers sent. They may hold passwords and keys: keep\nthem where those may be kept.\n";

/// How it ends where they are not.
const MASKED: &str = "\nSecrets are masked in these files, as far as they can be known as such: they are for reading, and\nnot what the routers sent. Who made this archive may not see secrets.\n";

/// What an archive is for those who get it.
#[derive(Clone, Copy)]
struct Kind {
    secrets: Secrets,
    /// What names of files end in.
    mark: &'static str,
    /// How the README ends.
    tail: &'static str,
}

impl Kind {
    fn of(person: &SignedIn) -> Self {
        let secrets = secrets::granted(person.rights, Secrets::Shown);
        let (mark, tail) = match secrets {
            Secrets::Shown => ("", EXACT),
            Secrets::Masked => ("_masked", MASKED),
        };
        Self {
            secrets,
            mark,
            tail,
        }
    }
}

/// Sends the newest verified backup of each device of a site.
pub async fn newest(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Path(slug): Path<String>,
) -> Result<Response, PageError> {
    let mut conn = state.connection().await?;
    let site = db::get_site(&mut conn, &person.scope, &slug)
        .await?
        .ok_or(PageError::NotFound("site"))?;
    let rows = db::list_newest(&mut conn, site.id).await?;
    let archive = newest_archive(&site, &rows, Kind::of(&person), state.now());
    let backups = counted(archive.files.len(), "backup");
    let what = (Some(site.id), format!("{}, newest {backups}", site.slug));
    send(&state, conn, &actor, (archive, what)).await
}

/// Answers with an archive of `what`, which is in the audit before the first byte goes out.
async fn send(
    state: &AppState,
    mut conn: PoolConnection<Postgres>,
    actor: &Actor,
    (archive, (site, subject)): (Archive, (Option<SiteId>, String)),
) -> Result<Response, PageError> {
    let detail = match archive.secrets {
        Secrets::Shown => "zip, exact",
        Secrets::Masked => "zip, secrets masked",
    };
    // Nothing of the answer is sent until it is given back; one that is refused is no download.
    let answer = zip::send(state, archive)?;
    let entry = Entry {
        action: AuditAction::Download,
        site,
        subject: &subject,
        detail,
    };
    audit::record(&mut conn, actor, &entry, state.now()).await?;
    Ok(answer)
}

fn newest_archive(site: &SiteHead, rows: &[NewestRow], kind: Kind, now: DateTime<Utc>) -> Archive {
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
        let rest = format!("{}_verified{}", taken_at.format("%Y-%m-%d"), kind.mark);
        files.push(File {
            snapshot,
            path: names.name(&site.slug, &row.device_name, &rest),
            taken_at,
            about: about(&device, taken_at, last_seen_at),
        });
    }
    let tail = if without.is_empty() {
        kind.tail.to_owned()
    } else {
        format!(
            "\nWithout a verified backup, so not in here:\n{without}{}",
            kind.tail
        )
    };
    Archive {
        name: format!(
            "{}_newest{}_{}.zip",
            plain(&site.slug),
            kind.mark,
            now.format("%Y-%m-%d")
        ),
        head: format!(
            "The newest verified backup of each device of {}, as of {}.\n\n",
            visible::text(&site.name),
            second(now)
        ),
        files,
        secrets: kind.secrets,
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
    Acting(actor): Acting,
    Query(fields): Query<Fields>,
) -> Result<Response, PageError> {
    let ids = ticked::snapshots(&fields)?;
    if ids.is_empty() {
        let origin = ticked::origin(&state, &person, &fields).await?;
        return Ok(Redirect::to(&origin).into_response());
    }
    let who = Who {
        person: &person,
        actor: &actor,
    };
    send_ticked(&state, who, &ids).await
}

/// Sends these backups, all of which are in the scope of who asks.
///
/// # Errors
/// [`PageError::BadRequest`] for too many, [`PageError::NotFound`], or what the database answers.
pub async fn send_ticked(
    state: &AppState,
    who: Who<'_>,
    ids: &[SnapshotId],
) -> Result<Response, PageError> {
    if ids.len() > MAX_TICKED {
        return Err(PageError::BadRequest(
            "Tick at most 100 backups for one download. Go back and untick some.",
        ));
    }
    let mut conn = state.connection().await?;
    let rows = db::list_ticked(&mut conn, &who.person.scope, ids).await?;
    if rows.len() < ids.len() {
        return Err(PageError::NotFound("backup"));
    }
    let archive = ticked_archive(&rows, Kind::of(who.person), state.now());
    send(state, conn, who.actor, (archive, named(&rows))).await
}

/// Ticked backups as the audit calls them, and the site that all of them are of, if they are.
fn named(rows: &[TickedRow]) -> (Option<SiteId>, String) {
    let site = rows.first().map(|row| row.site_id);
    let site = site.filter(|site| rows.iter().all(|row| row.site_id == *site));
    let ids: Vec<String> = rows.iter().map(|row| row.id.to_string()).collect();
    let backups = counted(rows.len(), "backup");
    (site, format!("{backups}: {}", ids.join(", ")))
}

fn ticked_archive(rows: &[TickedRow], kind: Kind, now: DateTime<Utc>) -> Archive {
    let mut names = Unique::default();
    let files = rows.iter().map(|row| {
        let at = row.taken_at.format("%Y-%m-%dT%H%M%SZ");
        let verdict = words::verdict(&row.verdict);
        let rest = format!("{at}_{}{}", verdict.to_ascii_lowercase(), kind.mark);
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
        name: format!(
            "backups{}_{}.zip",
            kind.mark,
            now.format("%Y-%m-%dT%H%M%SZ")
        ),
        files: files.collect(),
        secrets: kind.secrets,
        head: format!("Backups ticked by a person, as of {}.\n\n", second(now)),
        tail: kind.tail.to_owned(),
        made_at: now,
    }
}
