//! **Search**, for programs: which devices have a line, since when, and which had it before.

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    input::{Asked, Place},
    paging,
    problem::Problem,
};
use crate::db::pages;
use crate::db::pages::search::{self as db, Lacking, SearchError, Searching, SpanCursor, SpanRow};
use crate::model::{DeviceId, LineId, SnapshotId};
use crate::web::{
    error::PageError,
    guard::SignedIn,
    search::{self, Question, SearchQuery, When},
    state::AppState,
};

/// The addresses.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
}

/// What is searched for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct Searched {
    /// What a line has to contain, in any case.
    #[param(max_length = 200)]
    q: String,
    /// Whether `q` is a regular expression of PostgreSQL.
    regex: bool,
    /// Only lines of this menu and those below it: `/ip firewall`. Either this or `q` is needed.
    #[param(max_length = 200)]
    menu: String,
    /// Slug of a site.
    #[param(max_length = 200)]
    site: String,
    /// Only devices that have this tag, or are at a site that has it.
    #[param(max_length = 200)]
    tag: String,
    /// When a device has to have the line; `now` when nothing is said.
    when: When,
    /// `next` of the page before.
    #[param(pattern = "^[0-9]{1,18}$")]
    cursor: Option<String>,
}

/// Which devices of a line.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct LineQuery {
    /// Slug of a site.
    #[param(max_length = 200)]
    site: String,
    /// Only devices that have this tag, or are at a site that has it.
    #[param(max_length = 200)]
    tag: String,
    /// When a device has to have the line; `now` when nothing is said.
    when: When,
    /// `next` of the page before.
    #[param(pattern = "^[0-9]{1,18}-[0-9]{1,18}$")]
    cursor: Option<String>,
}

/// A page of lines that were found, and what was not searched.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchResult {
    items: Vec<LineFound>,
    /// The `cursor` of the next page; null: this is the last one.
    next: Option<String>,
    not_searched: NotSearched,
}

/// What the index lacks.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotSearched {
    /// Snapshots that will be indexed soon; 10,000 for as many or more.
    waiting: i64,
    /// Snapshots that can not be read.
    unreadable: i64,
    /// Snapshots with more lines than are indexed of one.
    cut: i64,
}

impl From<Lacking> for NotSearched {
    fn from(lacking: Lacking) -> Self {
        Self {
            waiting: lacking.waiting,
            unreadable: lacking.unreadable,
            cut: lacking.cut,
        }
    }
}

/// A line with the first devices that have or had it.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineFound {
    id: LineId,
    /// `/ip firewall filter`; empty above the first menu.
    menu: String,
    /// With its secrets masked, and every character visible.
    text: String,
    /// How many devices have it now; 1001: more than 1,000.
    devices_now: i64,
    devices: Vec<DeviceWithLine>,
    /// The `cursor` of the other devices of the line; null: there are no others.
    next: Option<String>,
}

/// A time during which a device had a line.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeviceWithLine {
    /// The slug of the site.
    site: String,
    device: String,
    /// Whether the device left the inventory.
    archived: bool,
    /// The first snapshot that has it.
    first: SnapshotId,
    since: DateTime<Utc>,
    /// Whether that is the oldest one there is, so that the device may have had the line before.
    maybe_before: bool,
    /// The last snapshot that has it; null: the newest one has it, too.
    last: Option<SnapshotId>,
    /// When that was last seen.
    until: Option<DateTime<Utc>>,
    /// When the newest verified snapshot of the device was last seen.
    last_verified_at: Option<DateTime<Utc>>,
}

impl From<SpanRow> for DeviceWithLine {
    fn from(row: SpanRow) -> Self {
        Self {
            site: row.site_slug,
            device: row.device_name,
            archived: row.is_archived,
            first: row.first,
            since: row.first_taken_at,
            maybe_before: row.is_oldest,
            last: row.last,
            until: row.last_seen_at,
            last_verified_at: row.last_verified_at,
        }
    }
}

/// Where the devices of a line go on behind the last of these.
fn next_of(spans: &[SpanRow], has_more: bool) -> Option<String> {
    let last = spans.last().filter(|_| has_more)?;
    Some(format!("{}-{}", last.device, last.first))
}

impl LineFound {
    fn of(line: db::FoundLine, found: search::Spans) -> Self {
        Self {
            id: line.id,
            menu: line.menu,
            text: line.text,
            devices_now: found.count,
            next: next_of(&found.spans, found.has_more),
            devices: found.spans.into_iter().map(Into::into).collect(),
        }
    }
}

/// Why a search brought nothing, as a program is told.
fn refused(error: SearchError) -> PageError {
    match search::sentence(error) {
        Ok(sentence) => PageError::Wrong(sentence),
        Err(error) => error,
    }
}

/// The question, when it can be searched for.
fn question(asked: &SearchQuery) -> Result<Question, PageError> {
    let (question, refusal) = Question::new(asked);
    match refusal {
        Some(sentence) => Err(PageError::Wrong(sentence.to_owned())),
        None => Ok(question),
    }
}

/// The site that is named, if any.
async fn site<'a>(
    conn: &mut Searching<'_>,
    person: &SignedIn,
    slug: &'a str,
) -> Result<Option<&'a str>, PageError> {
    if slug.is_empty() {
        return Ok(None);
    }
    let site = pages::get_site(conn, &person.scope, slug).await?;
    site.ok_or(PageError::NotFound("site"))?;
    Ok(Some(slug))
}

/// Searches configurations
///
/// Over the masked lines of all devices, now and before; suspect backups are not searched. A page
/// has 25 lines, in the order in which they were seen first.
#[utoipa::path(get, path = "/api/v1/search", tag = "search", operation_id = "search", params(Searched), responses(
    (status = 200, description = "A page of lines", body = SearchResult),
    (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
))]
pub async fn list(
    State(state): State<AppState>,
    person: SignedIn,
    Asked(asked): Asked<Searched>,
) -> Result<Json<SearchResult>, PageError> {
    let after = paging::cursor(asked.cursor.as_deref())?;
    let question = question(&SearchQuery {
        q: asked.q,
        regex: asked.regex.then(String::new),
        menu: asked.menu,
        site: asked.site,
        tag: asked.tag,
        when: asked.when,
        ..SearchQuery::default()
    })?;
    if question.is_empty() {
        let sentence = "Say by `q` or by `menu` what to search for.";
        return Err(PageError::Wrong(sentence.to_owned()));
    }
    let mut conn = state.connection().await?;
    let mut searching = Searching::begin(&mut conn).await?;
    let slug = site(&mut searching, &person, &question.site).await?;
    let lacking = db::count_lacking(&mut searching, &person.scope).await;
    let not_searched = lacking.map_err(search::too_slow)?.into();
    let found = search::find(&mut searching, &person.scope, &question, slug, after).await;
    let found = found.map_err(refused)?;
    let groups = found.groups.into_iter();
    let items = groups.map(|group| LineFound::of(group.line, group.devices));
    Ok(Json(SearchResult {
        items: items.collect(),
        next: found.next.map(|last| last.to_string()),
        not_searched,
    }))
}

/// Shows a line with its devices
///
/// Page by page, 100 devices at a time.
#[utoipa::path(get, path = "/api/v1/search/lines/{id}", tag = "search", operation_id = "show_line",
    params(("id" = LineId, Path, description = "Its number"), LineQuery),
    responses(
        (status = 200, description = "The line with a page of its devices", body = LineFound),
        (status = "4XX", description = "Refused", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show(
    State(state): State<AppState>,
    person: SignedIn,
    Place(id): Place<LineId>,
    Asked(asked): Asked<LineQuery>,
) -> Result<Json<LineFound>, PageError> {
    let after = asked.cursor.as_deref().map(span_cursor).transpose()?;
    let question = question(&SearchQuery {
        site: asked.site,
        tag: asked.tag,
        when: asked.when,
        ..SearchQuery::default()
    })?;
    let mut conn = state.connection().await?;
    let mut searching = Searching::begin(&mut conn).await?;
    let line = db::get_line(&mut searching, &person.scope, id).await;
    let line = line.map_err(refused)?.ok_or(PageError::NotFound("line"))?;
    let slug = site(&mut searching, &person, &question.site).await?;
    let asked = (&question, slug);
    let found = search::find_spans(&mut searching, &person.scope, asked, id, after).await;
    Ok(Json(LineFound::of(line, found.map_err(refused)?)))
}

/// A cursor as [`next_of`] writes it.
fn span_cursor(text: &str) -> Result<SpanCursor, PageError> {
    let wrong = || PageError::BadRequest("`cursor` is `next` of another page of this list.");
    let (device, first) = text.split_once('-').ok_or_else(wrong)?;
    let device = device.parse().map(DeviceId).map_err(|_| wrong())?;
    let first = first.parse().map(SnapshotId).map_err(|_| wrong())?;
    Ok(SpanCursor { device, first })
}
