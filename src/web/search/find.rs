//! What a question finds: for the pages, and for programs.

use super::question::Question;
use crate::db::pages::search::{
    self as db, FoundLine, SearchError, Searching, SpanCursor, SpanRow,
};
use crate::model::{LineId, Scope};
use crate::web::error::PageError;

/// How many lines stand on one page.
const LINES_PER_PAGE: usize = 25;
/// How many devices stand below each of them.
const DEVICES_PER_LINE: usize = 20;
/// How many devices stand on the page of one line.
const DEVICES_PER_PAGE: usize = 100;
/// How far up the devices that have a line are counted.
pub const COUNTED_UP_TO: i64 = 1_000;

/// A page of lines.
pub struct Found {
    pub groups: Vec<Group>,
    /// The last of them, where more follow.
    pub next: Option<LineId>,
}

/// A line with the first devices that have or had it.
pub struct Group {
    pub line: FoundLine,
    pub devices: Spans,
}

/// The devices that have or had a line.
#[derive(Default)]
pub struct Spans {
    /// How many have it now, up to one more than [`COUNTED_UP_TO`].
    pub count: i64,
    pub spans: Vec<SpanRow>,
    /// Whether more follow.
    pub has_more: bool,
}

impl Spans {
    /// The first `most` of these, of which one more may have been read.
    fn of(count: i64, mut spans: Vec<SpanRow>, most: usize) -> Self {
        let has_more = spans.len() > most;
        spans.truncate(most);
        Self {
            count,
            spans,
            has_more,
        }
    }
}

/// The lines behind `after`, of the devices of the site of this slug or of all.
///
/// # Errors
/// See [`SearchError`].
pub async fn find(
    conn: &mut Searching<'_>,
    scope: &Scope,
    question: &Question,
    slug: Option<&str>,
    after: Option<LineId>,
) -> Result<Found, SearchError> {
    let devices = db::find_devices(conn, scope, slug, question.tag()).await?;
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
    let next = lines.last().filter(|_| has_more).map(|last| last.id);
    let groups = groups(conn, question, &devices, lines).await?;
    Ok(Found { groups, next })
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
        let of_line = std::iter::from_fn(|| spans.next_if(|span| span.line == line.id)).collect();
        let devices = Spans::of(count, of_line, DEVICES_PER_LINE);
        groups.push(Group { line, devices });
    }
    Ok(groups)
}

/// The devices that have or had a line as the question asks, behind `after`.
///
/// # Errors
/// [`SearchError::TooSlow`] or [`SearchError::Database`].
pub async fn list_spans(
    conn: &mut Searching<'_>,
    scope: &Scope,
    (question, slug): (&Question, Option<&str>),
    line: LineId,
    after: Option<SpanCursor>,
) -> Result<Spans, SearchError> {
    let devices = db::find_devices(conn, scope, slug, question.tag()).await?;
    let count = db::count_now(conn, &[line], &devices, COUNTED_UP_TO + 1).await?;
    let limit = one_more(DEVICES_PER_PAGE);
    let when = question.when.asked();
    let spans = db::list_spans(conn, line, &devices, when, after, limit).await?;
    let count = count.first().copied().unwrap_or(0);
    Ok(Spans::of(count, spans, DEVICES_PER_PAGE))
}

/// How many rows are asked for, to know whether there are more than `shown`.
fn one_more(shown: usize) -> i64 {
    i64::try_from(shown + 1).expect("a page is small")
}

/// A question that the database could not answer in time, where a page has no place to say so.
pub fn too_slow(error: SearchError) -> PageError {
    match error {
        SearchError::Database(error) => error.into(),
        SearchError::TooSlow | SearchError::Pattern(_) => {
            PageError::BadRequest("The database took too long. Ask for one site.")
        }
    }
}

/// Why a search brought nothing, for the reader.
pub fn sentence(error: SearchError) -> Result<String, PageError> {
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
