//! The audit as a file. It is made while it is sent, some hundred entries at a time, and no
//! connection to the database is held while the receiver is slow.
//!
//! A spreadsheet takes a cell that begins with one of a few characters for a formula, and what
//! people and routers are called comes from outside; so an apostrophe is put before such a cell,
//! as in every other file that is exported here. A tab would do the same, but programs that read
//! CSV show it as a blank that nobody sees.

use axum::{
    body::{Body, Bytes},
    extract::{Query, State},
    http::header,
    response::{IntoResponse, Response},
};
use chrono::SecondsFormat;
use futures_util::stream;

use super::asked::{Asked, AuditQuery};
use crate::db::audit::{self, Entry};
use crate::db::pages::{AuditFilter, AuditRow, list_audit};
use crate::managing::csv::{BYTE_ORDER_MARK, lines};
use crate::model::AuditAction;
use crate::web::{
    error::PageError,
    guard::{Acting, SignedIn},
    state::AppState,
};

/// How many entries a file has at most.
const MOST_ENTRIES: i64 = 100_000;

/// How many are read at once.
const AT_ONCE: i64 = 500;

const COLUMNS: [&str; 9] = [
    "number", "at", "user", "token", "address", "action", "site", "subject", "detail",
];

/// How far a file has come.
struct Progress {
    state: AppState,
    filter: AuditFilter,
    /// How many entries it may still have.
    left: i64,
    has_ended: bool,
}

/// Sends the entries that are asked for, and records that.
pub async fn download(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Query(query): Query<AuditQuery>,
) -> Result<Response, PageError> {
    let mut conn = state.connection().await?;
    let asked = Asked::read(&mut conn, &person.scope, query).await?;
    let (Ok(filter), None) = (asked.filter, asked.site.offered()) else {
        return Err(PageError::BadRequest(
            "It is not clear what is asked for. Go back and filter the audit first.",
        ));
    };
    let entry = Entry {
        action: AuditAction::Download,
        site: None,
        subject: "audit",
        detail: &asked.query.in_words(),
    };
    audit::record(&mut conn, &actor, &entry, state.now()).await?;
    drop(conn);
    let day = state.now().format("%Y-%m-%d");
    let name = format!("attachment; filename=\"audit_{day}.csv\"");
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    let progress = Progress {
        state,
        filter,
        left: MOST_ENTRIES,
        has_ended: false,
    };
    Ok((headers, body(progress)?).into_response())
}

fn body(progress: Progress) -> Result<Body, PageError> {
    let mut head = BYTE_ORDER_MARK.to_vec();
    head.extend(written(&[COLUMNS.map(str::to_owned)])?);
    let head = stream::once(async move { Ok(Bytes::from(head)) });
    let rest = stream::try_unfold(progress, |mut progress| async move {
        let part = progress.next().await?;
        Ok::<_, PageError>(part.map(|part| (part, progress)))
    });
    Ok(Body::from_stream(stream::StreamExt::chain(head, rest)))
}

impl Progress {
    /// The next lines; `None` when there are no more.
    async fn next(&mut self) -> Result<Option<Bytes>, PageError> {
        while !self.has_ended {
            let mut conn = self.state.connection().await?;
            let page = list_audit(&mut conn, &self.filter, AT_ONCE.min(self.left)).await?;
            drop(conn);
            self.left -= i64::try_from(page.rows.len()).unwrap_or(self.left);
            self.filter.before = page.older;
            self.has_ended = page.older.is_none() || self.left == 0;
            let mut rows: Vec<_> = page.rows.iter().map(cells).collect();
            if self.left == 0 && page.older.is_some() {
                rows.push(end());
            }
            if !rows.is_empty() {
                return Ok(Some(written(&rows)?.into()));
            }
        }
        Ok(None)
    }
}

fn written(rows: &[[String; COLUMNS.len()]]) -> Result<Vec<u8>, PageError> {
    lines(rows).map_err(|error| PageError::Internal(error.into()))
}

fn cells(row: &AuditRow) -> [String; COLUMNS.len()] {
    [
        row.id.to_string(),
        row.at.to_rfc3339_opts(SecondsFormat::Millis, true),
        row.user_name.clone(),
        row.token_name.clone().unwrap_or_default(),
        row.address.clone(),
        row.action.clone(),
        row.site_slug.clone().unwrap_or_default(),
        row.subject.clone(),
        row.detail.clone(),
    ]
}

/// The line that says that there is more.
fn end() -> [String; COLUMNS.len()] {
    let mut cells = [const { String::new() }; COLUMNS.len()];
    cells[COLUMNS.len() - 1] = format!(
        "The file ends here: it has the newest {MOST_ENTRIES} entries of what was asked for, and \
         there are older ones. Ask for the days before the last entry to get them."
    );
    cells
}
