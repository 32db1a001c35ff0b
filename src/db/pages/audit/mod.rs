//! The audit, filtered, newest first. It only ever grows, so each reading of it is bounded: it
//! starts from the index that leaves the fewest entries and looks at so many of them at most. What
//! it comes back with may be less than a page; then it says how far it looked, and who reads goes
//! on from there.

mod bounds;
mod walk;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::model::{AuditAction, AuditId, SiteId, SnapshotId, UserId};
use walk::{Start, Terms};

/// How many characters a text has at least that is searched for: an index of trigrams knows no
/// shorter one.
pub const SHORTEST_TEXT: usize = 3;

/// Which entries to list; those to which all of this applies.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// The name of who did it, whatever the case.
    pub name: Option<String>,
    pub action: Option<AuditAction>,
    pub site: Option<SiteId>,
    /// At that time or later.
    pub since: Option<DateTime<Utc>>,
    /// Before that time.
    pub until: Option<DateTime<Utc>>,
    /// Letters that the subject has, whatever the case; at least [`SHORTEST_TEXT`].
    pub text: Option<String>,
    /// Older than this one.
    pub before: Option<AuditId>,
}

/// An entry.
#[derive(Debug)]
pub struct AuditRow {
    pub id: AuditId,
    pub at: DateTime<Utc>,
    /// `None`: nobody who was recognised, or a command on the machine itself.
    pub user_id: Option<UserId>,
    /// As they were called, or called themselves; may be empty.
    pub user_name: String,
    /// The token by which a program acted for them.
    pub token_name: Option<String>,
    /// Empty: on the machine itself.
    pub address: String,
    /// The text of an [`AuditAction`], perhaps of a newer version of this program.
    pub action: String,
    pub site_slug: Option<String>,
    pub site_name: Option<String>,
    pub subject: String,
    pub detail: String,
}

/// A part of the audit.
#[derive(Debug)]
pub struct AuditPage {
    pub rows: Vec<AuditRow>,
    /// Where to go on: before this one there may be more. `None`: that is all.
    pub older: Option<AuditId>,
}

/// Lists at most `limit` entries, newest first; fewer, also none, when as many were looked at as
/// one reading may.
///
/// # Errors
/// When the database fails.
pub async fn list_audit(
    conn: &mut PgConnection,
    filter: &AuditFilter,
    limit: i64,
) -> Result<AuditPage, sqlx::Error> {
    let terms = Terms::of(filter, bounds::get_bounds(conn, filter).await?, limit);
    let start = choose(conn, &terms).await?;
    let mut ids = walk::list(conn, &terms, start).await?;
    let mut older = None;
    if is_short_of(&ids, limit) {
        older = walk::reach(conn, &terms, start).await?;
    }
    if let (Some(reached), true) = (older, terms.text.is_some()) {
        // What is not among so many is rare.
        let rest = terms.behind(reached, ids.len());
        ids.extend(walk::list_with_text(conn, &rest).await?);
        older = None;
    }
    if !is_short_of(&ids, limit) {
        older = ids.last().copied().map(AuditId);
    }
    Ok(AuditPage {
        rows: get_all(conn, &ids).await?,
        older,
    })
}

fn is_short_of(ids: &[i64], limit: i64) -> bool {
    usize::try_from(limit).is_ok_and(|limit| ids.len() < limit)
}

/// Where to start: of several indexes the one that leaves the fewest entries.
async fn choose(conn: &mut PgConnection, terms: &Terms<'_>) -> Result<Start, sqlx::Error> {
    let starts = terms.starts();
    if let [only] = starts.as_slice() {
        return Ok(*only);
    }
    let mut best = (Start::Newest, i64::MAX);
    for start in starts {
        match walk::reach(conn, terms, start).await? {
            // All that it leaves is looked at.
            None => return Ok(start),
            // Who comes further back has fewer on the way.
            Some(reached) if reached.0 < best.1 => best = (start, reached.0),
            Some(_) => {}
        }
    }
    Ok(best.0)
}

async fn get_all(conn: &mut PgConnection, ids: &[i64]) -> Result<Vec<AuditRow>, sqlx::Error> {
    sqlx::query_as!(
        AuditRow,
        r#"SELECT audit.id AS "id: AuditId", at, user_id AS "user_id: UserId", user_name, token_name,
                  address, action, sites.slug AS "site_slug?", sites.name AS "site_name?", subject,
                  detail
           FROM audit
           LEFT JOIN sites ON sites.id = audit.site_id
           WHERE audit.id = ANY ($1)
           ORDER BY audit.id DESC"#,
        ids,
    )
    .fetch_all(conn)
    .await
}

/// Those of these snapshots that are still there.
///
/// # Errors
/// When the database fails.
pub async fn list_existing_snapshots(
    conn: &mut PgConnection,
    ids: &[i64],
) -> Result<Vec<SnapshotId>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT id AS "id: SnapshotId" FROM snapshots WHERE id = ANY ($1)"#,
        ids,
    )
    .fetch_all(conn)
    .await
}
