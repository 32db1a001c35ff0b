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
use sqlx::PgConnection;

use super::{
    error::PageError,
    filters, format,
    shell::{Area, Shell},
    state::AppState,
};
use crate::db::pages::search::{self as db, FoundLine, Lacking, SearchError, SpanRow};
use crate::model::LineId;
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
    Query(query): Query<SearchQuery>,
) -> Result<Response, PageError> {
    let (question, refusal) = Question::new(&query);
    let mut conn = state.connection().await?;
    let lacking = db::count_lacking(&mut conn).await?;
    let answer = match refusal {
        Some(sentence) => Answer::Refused(sentence.to_owned()),
        None if question.is_empty() => Answer::None,
        None => match find(&mut conn, &question, query.after).await {
            Ok(answer) => answer,
            Err(error) => Answer::Refused(sentence(error)?),
        },
    };
    let status = match answer {
        Answer::Refused(_) => StatusCode::BAD_REQUEST,
        Answer::None | Answer::Found { .. } => StatusCode::OK,
    };
    let page = ListPage {
        shell: Shell::new(&state, Area::Search),
        question,
        lacking,
        answer,
    };
    Ok((status, page).into_response())
}

async fn find(
    conn: &mut PgConnection,
    question: &Question,
    after: Option<LineId>,
) -> Result<Answer, SearchError> {
    let Some(devices) = find_devices(conn, question).await? else {
        return Ok(Answer::Refused(
            "There is no site of this name. Write its name or its slug as the page of the site shows it."
                .to_owned(),
        ));
    };
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

/// The devices that are searched; `None` when there is no such site.
async fn find_devices(
    conn: &mut PgConnection,
    question: &Question,
) -> Result<Option<db::Devices>, SearchError> {
    let site = match question.site.as_str() {
        "" => None,
        name => match db::find_site(conn, name).await? {
            Some(slug) => Some(slug),
            None => return Ok(None),
        },
    };
    let tag = Some(question.tag.as_str()).filter(|tag| !tag.is_empty());
    Ok(Some(db::find_devices(conn, site.as_deref(), tag).await?))
}

/// The lines with their devices.
async fn groups(
    conn: &mut PgConnection,
    question: &Question,
    devices: &db::Devices,
    lines: Vec<FoundLine>,
) -> Result<Vec<Group>, SearchError> {
    let ids: Vec<LineId> = lines.iter().map(|line| line.id).collect();
    let per_line = one_more(DEVICES_PER_LINE);
    let counts = db::count_now(conn, &ids, COUNTED_UP_TO + 1).await?;
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
            now: devices_now(count),
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

fn devices_now(count: i64) -> String {
    match count {
        0 => "on no device now".to_owned(),
        1 => "on 1 device now".to_owned(),
        2..=COUNTED_UP_TO => format!("on {} devices now", format::thousands(&count.to_string())),
        _ => "on over 1,000 devices now".to_owned(),
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
    Path(id): Path<LineId>,
    Query(query): Query<SearchQuery>,
) -> Result<impl IntoResponse, PageError> {
    let (question, _) = Question::new(&query);
    let mut conn = state.connection().await?;
    let line = db::get_line(&mut conn, id)
        .await?
        .ok_or(PageError::NotFound("line"))?;
    let counts = db::count_now(&mut conn, &[id], COUNTED_UP_TO + 1).await?;
    let spans = list_spans(&mut conn, id, &query, &question).await;
    let mut spans = match spans {
        Ok(spans) => spans,
        Err(SearchError::Database(error)) => return Err(error.into()),
        Err(_) => {
            return Err(PageError::BadRequest(
                "The database took too long. Ask for one site.",
            ));
        }
    };
    let has_more = spans.len() > DEVICES_PER_PAGE;
    spans.truncate(DEVICES_PER_PAGE);
    Ok(LinePage {
        shell: Shell::new(&state, Area::Search),
        parts: marked::parts(&line.text, marked_text(&question), false),
        now: devices_now(counts.first().copied().unwrap_or(0)),
        more_link: spans
            .last()
            .filter(|_| has_more)
            .map(|last| question.line_link_after(id, last)),
        question,
        line,
        spans,
    })
}

async fn list_spans(
    conn: &mut PgConnection,
    line: LineId,
    query: &SearchQuery,
    question: &Question,
) -> Result<Vec<SpanRow>, SearchError> {
    let after = match (query.after_device, query.after_first) {
        (Some(device), Some(first)) => Some(db::SpanCursor { device, first }),
        _ => None,
    };
    let Some(devices) = find_devices(conn, question).await? else {
        return Ok(Vec::new());
    };
    let limit = one_more(DEVICES_PER_PAGE);
    db::list_spans(conn, line, &devices, question.when.asked(), after, limit).await
}
