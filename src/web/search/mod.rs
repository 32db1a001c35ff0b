//! Search over the configurations of all devices: which have a line, since when, and which had
//! it before. What is searched is the masked text.

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
use marked::Part;
use question::{MAX_CHARS, Question, SearchQuery, When};

/// How many lines stand on one page.
const LINES_PER_PAGE: usize = 25;
/// How many devices stand below each of them.
const DEVICES_PER_LINE: usize = 20;
/// How many devices are shown without being asked for.
const OPEN_DEVICES: usize = 5;
/// How many devices stand on the page of one line.
const DEVICES_PER_PAGE: usize = 100;
/// How far up the devices that have a line are counted.
const COUNTED_UP_TO: i64 = 1_000;
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
        None => match find(&mut searching, scope, &question, query.after).await {
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

async fn find(
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
    let devices = db::find_devices(conn, scope, slug.as_deref(), question.tag()).await?;
    let search = db::Search {
        pattern: question.pattern(),
        menu: Some(question.menu.as_str()).filter(|menu| !menu.is_empty()),
        devices: &devices,
        when: question.when.asked(),
    };
    let page = db::Page {
        after,
        limit: one_more(LINES_PER_PAGE),
    };
    let mut lines = db::find_lines(conn, &search, page).await?;
    let has_more = lines.len() > LINES_PER_PAGE;
    lines.truncate(LINES_PER_PAGE);
    let more_link = lines
        .last()
        .filter(|_| has_more)
        .map(|last| question.link_after(last.id));
    let groups = groups(conn, question, &devices, lines).await?;
    Ok(Answer::Found { groups, more_link })
}

/// The lines with their devices.
async fn groups(
    conn: &mut Searching<'_>,
    question: &Question,
    devices: &db::Devices,
    lines: Vec<FoundLine>,
) -> Result<Vec<Group>, SearchError> {
    let ids: Vec<LineId> = lines.iter().map(|line| line.id).collect();
    let per_line = one_more(DEVICES_PER_LINE);
    let counts = db::count_now(conn, &ids, devices, COUNTED_UP_TO + 1).await?;
    let spans = db::list_first_spans(conn, &ids, devices, question.when.asked(), per_line).await?;
    let mut spans = spans.into_iter().peekable();
    let mut groups = Vec::with_capacity(lines.len());
    for (line, count) in lines.into_iter().zip(counts) {
        let mut of_line: Vec<SpanRow> =
            std::iter::from_fn(|| spans.next_if(|span| span.line == line.id)).collect();
        let has_more = of_line.len() > DEVICES_PER_LINE;
        of_line.truncate(DEVICES_PER_LINE);
        groups.push(Group {
            parts: marked::parts(&line.text, marked_text(question), true),
            line,
            now: devices_now(count, question),
            spans: of_line,
            has_more,
        });
    }
    Ok(groups)
}

/// What is marked in the lines; only PostgreSQL knows what a regular expression found.
fn marked_text(question: &Question) -> Option<&str> {
    (!question.is_regex).then_some(question.text.as_str())
}

/// How many rows are asked for, to know whether there are more than `shown`.
fn one_more(shown: usize) -> i64 {
    i64::try_from(shown + 1).expect("a page is small")
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

/// A question that the database could not answer in time, where a page has no place to say so.
fn too_slow(error: SearchError) -> PageError {
    match error {
        SearchError::Database(error) => error.into(),
        SearchError::TooSlow | SearchError::Pattern(_) => {
            PageError::BadRequest("The database took too long. Ask for one site.")
        }
    }
}

/// Why a search brought nothing, for the reader.
fn sentence(error: SearchError) -> Result<String, PageError> {
    match error {
        SearchError::Pattern(why) => {
            let why = why
                .strip_prefix("invalid regular expression: ")
                .unwrap_or(&why);
            Ok(format!("This regular expression can not be read: {why}."))
        }
        SearchError::TooSlow => Ok(
            "The search was given up after two seconds. Ask for more: three letters or digits that \
             stand together make it quick, and so does a site."
                .to_owned(),
        ),
        SearchError::Database(error) => Err(error.into()),
    }
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
    let (count, mut spans) = list_spans(&mut searching, scope, id, &query, &question)
        .await
        .map_err(too_slow)?;
    let has_more = spans.len() > DEVICES_PER_PAGE;
    spans.truncate(DEVICES_PER_PAGE);
    Ok(LinePage {
        shell: Shell::new(&state, &person, Area::Search),
        parts: marked::parts(&line.text, marked_text(&question), false),
        now: devices_now(count, &question),
        more_link: spans
            .last()
            .filter(|_| has_more)
            .map(|last| question.line_link_after(id, last)),
        question,
        line,
        spans,
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
) -> Result<(i64, Vec<SpanRow>), SearchError> {
    let after = match (query.after_device, query.after_first) {
        (Some(device), Some(first)) => Some(db::SpanCursor { device, first }),
        _ => None,
    };
    let site = meant::site(conn, scope, &question.site).await?;
    if site.offered().is_some() {
        return Ok((0, Vec::new()));
    }
    let slug = site.one().map(|site| site.slug.as_str());
    let devices = db::find_devices(conn, scope, slug, question.tag()).await?;
    let counts = db::count_now(conn, &[line], &devices, COUNTED_UP_TO + 1).await?;
    let limit = one_more(DEVICES_PER_PAGE);
    let when = question.when.asked();
    let spans = db::list_spans(conn, line, &devices, when, after, limit).await?;
    Ok((counts.first().copied().unwrap_or(0), spans))
}
