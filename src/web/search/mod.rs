//! Search over the configurations of all devices: which have a line, since when, and which had
//! it before. What is searched is the masked text.

mod find;
mod marked;
mod question;

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, TimeDelta, Utc};

use super::{
    error::PageError,
    filters, format,
    guard::SignedIn,
    meant::{self, Meant},
    shell::{Area, Shell},
    state::AppState,
};
use crate::db::pages::SiteMatch;
use crate::db::pages::search::{self as db, FoundLine, Lacking, SearchError, Searching, SpanRow};
use crate::model::{LineId, Scope};
use find::COUNTED_UP_TO;
pub use find::{Spans, find, list_spans as find_spans, sentence, too_slow};
use marked::Part;
use question::MAX_CHARS;
pub use question::{Question, SearchQuery, When};

/// How many devices are shown without being asked for.
const OPEN_DEVICES: usize = 5;
/// How long ago a device may have been seen for what it had then to be what it has now.
const NOW: TimeDelta = TimeDelta::hours(24);

#[derive(Template, WebTemplate)]
#[template(path = "search/list.html")]
struct ListPage {
    shell: Shell,
    question: Question,
    lacking: Lacking,
    answer: Answer,
}

/// What came of a question.
enum Answer {
    /// Nothing was asked yet.
    None,
    /// It can not be searched for; the sentence says why.
    Refused(String),
    /// Which of these sites is meant has to be said first; none when no site has such a name.
    WhichSite(Vec<SiteMatch>),
    /// What was found; empty when nothing was.
    Found {
        groups: Vec<Group>,
        more_link: Option<String>,
    },
}

/// A line with devices that have or had it.
struct Group {
    line: FoundLine,
    parts: Vec<Part>,
    /// How many devices have it now, in words.
    now: String,
    spans: Vec<SpanRow>,
    has_more: bool,
}

impl Group {
    fn of(found: find::Group, question: &Question) -> Self {
        Self {
            parts: marked::parts(&found.line.text, marked_text(question), true),
            now: devices_now(found.devices.count, question),
            line: found.line,
            spans: found.devices.spans,
            has_more: found.devices.has_more,
        }
    }

    /// Whether its devices are few enough to be shown at once.
    fn is_short(&self) -> bool {
        self.spans.len() <= OPEN_DEVICES
    }
}

/// Searches, or shows how to.
pub async fn list(
    State(state): State<AppState>,
    person: SignedIn,
    Query(query): Query<SearchQuery>,
) -> Result<Response, PageError> {
    let (question, refusal) = Question::new(&query);
    let scope = &person.scope;
    let mut conn = state.connection().await?;
    let mut searching = Searching::begin(&mut conn).await?;
    let lacking = db::count_lacking(&mut searching, scope)
        .await
        .map_err(too_slow)?;
    let answer = match refusal {
        Some(sentence) => Answer::Refused(sentence.to_owned()),
        None if question.is_empty() => Answer::None,
        None => match answer(&mut searching, scope, &question, query.after).await {
            Ok(answer) => answer,
            Err(error) => Answer::Refused(sentence(error)?),
        },
    };
    let status = match answer {
        Answer::Refused(_) => StatusCode::BAD_REQUEST,
        Answer::None | Answer::WhichSite(_) | Answer::Found { .. } => StatusCode::OK,
    };
    let page = ListPage {
        shell: Shell::new(&state, &person, Area::Search),
        question,
        lacking,
        answer,
    };
    Ok((status, page).into_response())
}

async fn answer(
    conn: &mut Searching<'_>,
    scope: &Scope,
    question: &Question,
    after: Option<LineId>,
) -> Result<Answer, SearchError> {
    let site = meant::site(conn, scope, &question.site).await?;
    let slug = match site {
        Meant::Any => None,
        Meant::One(site) => Some(site.slug),
        Meant::Several(sites) => return Ok(Answer::WhichSite(sites)),
    };
    let found = find::find(conn, scope, question, slug.as_deref(), after).await?;
    let groups = found.groups.into_iter();
    Ok(Answer::Found {
        groups: groups.map(|group| Group::of(group, question)).collect(),
        more_link: found.next.map(|last| question.link_after(last)),
    })
}

/// What is marked in the lines; only PostgreSQL knows what a regular expression found.
fn marked_text(question: &Question) -> Option<&str> {
    (!question.is_regex).then_some(question.text.as_str())
}

/// How many of the devices that the question is about have a line now.
fn devices_now(count: i64, question: &Question) -> String {
    let how_many = match count {
        0 => "on no device".to_owned(),
        1 => "on 1 device".to_owned(),
        2..=COUNTED_UP_TO => format!("on {} devices", format::thousands(&count.to_string())),
        _ => "on over 1,000 devices".to_owned(),
    };
    let whose = match (question.site.is_empty(), question.tag().is_some()) {
        (true, false) => "",
        (false, false) => " of this site",
        (true, true) => " with this tag",
        (false, true) => " of this site with this tag",
    };
    format!("{how_many}{whose} now")
}

/// When a device was last seen with what its newest verified backup has; `None` when that was
/// short enough ago to say that it has it now.
pub fn as_of(span: &SpanRow, now: &DateTime<Utc>) -> Option<DateTime<Utc>> {
    span.last_verified_at
        .filter(|at| span.is_archived || *now - *at > NOW)
}

#[derive(Template, WebTemplate)]
#[template(path = "search/line.html")]
struct LinePage {
    shell: Shell,
    question: Question,
    line: FoundLine,
    parts: Vec<Part>,
    now: String,
    spans: Vec<SpanRow>,
    more_link: Option<String>,
}

/// Shows one line with all devices that have or had it.
pub async fn show(
    State(state): State<AppState>,
    person: SignedIn,
    Path(id): Path<LineId>,
    Query(query): Query<SearchQuery>,
) -> Result<impl IntoResponse, PageError> {
    let (question, _) = Question::new(&query);
    let scope = &person.scope;
    let mut conn = state.connection().await?;
    let mut searching = Searching::begin(&mut conn).await?;
    let line = db::get_line(&mut searching, scope, id)
        .await
        .map_err(too_slow)?
        .ok_or(PageError::NotFound("line"))?;
    let found = list_spans(&mut searching, scope, id, &query, &question)
        .await
        .map_err(too_slow)?;
    let last = found.spans.last().filter(|_| found.has_more);
    Ok(LinePage {
        shell: Shell::new(&state, &person, Area::Search),
        parts: marked::parts(&line.text, marked_text(&question), false),
        now: devices_now(found.count, &question),
        more_link: last.map(|last| question.line_link_after(id, last)),
        question,
        line,
        spans: found.spans,
    })
}

/// How many devices have a line now, and a page of those that have it as asked; nothing where the
/// site is not one.
async fn list_spans(
    conn: &mut Searching<'_>,
    scope: &Scope,
    line: LineId,
    query: &SearchQuery,
    question: &Question,
) -> Result<Spans, SearchError> {
    let after = match (query.after_device, query.after_first) {
        (Some(device), Some(first)) => Some(db::SpanCursor { device, first }),
        _ => None,
    };
    let site = meant::site(conn, scope, &question.site).await?;
    if site.offered().is_some() {
        return Ok(Spans::default());
    }
    let slug = site.one().map(|site| site.slug.as_str());
    find::list_spans(conn, scope, (question, slug), line, after).await
}
