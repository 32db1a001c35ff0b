//! Which lines contain what is searched for, in the order in which they came into the index.
//!
//! No single statement is quick for all words: an ordinary one stands in a hundred thousand
//! lines, of which a page wants the first few; an address stands in three, somewhere. The
//! planner guesses which it has, and is wrong at the worst time, so it is not asked: the next
//! lines are gone through first, which finds an ordinary word at once, and only when they do
//! not fill the page is the word looked up in the index, where it is then rare. The lines of few
//! devices are gone through directly.

use sqlx::PgConnection;

use super::{Pattern, Search, SearchError, Searching, When};
use crate::model::{LineId, Scope};

/// How many lines are gone through before the index of words is asked: some 20 ms.
const WALKED_LINES: i64 = 20_000;

/// A line that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundLine {
    pub id: LineId,
    /// `/ip firewall filter`, or empty above the first.
    pub menu: String,
    /// Masked, and visible in every character.
    pub text: String,
}

/// Which part of the lines is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// Only lines after this one.
    pub after: Option<LineId>,
    /// How many at most.
    pub limit: i64,
}

/// The search as the statements take it.
struct Asked<'a> {
    pattern: String,
    is_regex: bool,
    menu: Option<&'a str>,
    reach: Option<&'a [i64]>,
    site: Option<&'a str>,
    tag: Option<&'a str>,
    now: bool,
    before: bool,
    after: i64,
    limit: i64,
}

impl<'a> Asked<'a> {
    fn new(search: &Search<'a>, page: Page) -> Self {
        let (pattern, is_regex) = match search.pattern {
            Pattern::Text(text) => (format!("%{}%", escape_like(text)), false),
            Pattern::Regex(regex) => (regex.to_owned(), true),
        };
        Self {
            pattern,
            is_regex,
            menu: search.menu,
            reach: search.devices.reach.as_deref(),
            site: search.devices.site.as_deref(),
            tag: search.devices.tag.as_deref(),
            now: search.when == When::Now,
            before: search.when == When::Before,
            after: page.after.map_or(0, |id| id.0),
            limit: page.limit,
        }
    }
}

/// The text with what is special in a pattern of LIKE escaped.
fn escape_like(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// The lines that contain it and that a device has at that time.
///
/// # Errors
/// [`SearchError`].
pub async fn find_lines(
    conn: &mut Searching<'_>,
    search: &Search<'_>,
    page: Page,
) -> Result<Vec<FoundLine>, SearchError> {
    let asked = Asked::new(search, page);
    if let Some(few) = &search.devices.few {
        return Ok(find_among(conn, &asked, few).await?);
    }
    let next = find_next(conn, &asked).await?;
    if i64::try_from(next.len()).is_ok_and(|found| found == asked.limit) {
        return Ok(next);
    }
    Ok(find_anywhere(conn, &asked).await?)
}

/// Among the next lines only; `limit` of them, or the first few of more.
async fn find_next(
    conn: &mut PgConnection,
    asked: &Asked<'_>,
) -> Result<Vec<FoundLine>, sqlx::Error> {
    sqlx::query_as!(
        FoundLine,
        r#"SELECT next.id AS "id!: LineId", next.menu AS "menu!", next.text AS "text!"
           FROM (
               SELECT id, menu, text
               FROM search_lines
               WHERE id > $1
               ORDER BY id
               LIMIT $2
           ) next
           WHERE CASE WHEN $3 THEN next.text ~* $4 ELSE next.text ILIKE $4 END
             AND ($5::text IS NULL OR (next.menu >= $5 AND next.menu < $5 || '!'))
             AND coalesce((
                 SELECT true
                 FROM asked_spans(next.id, $6, $7, $11, $8, $9)
                 LIMIT 1
             ), false)
           ORDER BY next.id
           LIMIT $10"#,
        asked.after,
        WALKED_LINES,
        asked.is_regex,
        asked.pattern,
        asked.menu,
        asked.now,
        asked.before,
        asked.site,
        asked.tag,
        asked.limit,
        asked.reach,
    )
    .fetch_all(conn)
    .await
}

/// Among all lines, by the index of words. A menu and what is below it are one range: of all
/// characters only the blank sorts before `!`, which ends it.
async fn find_anywhere(
    conn: &mut PgConnection,
    asked: &Asked<'_>,
) -> Result<Vec<FoundLine>, sqlx::Error> {
    sqlx::query_as!(
        FoundLine,
        r#"WITH hits AS MATERIALIZED (
               SELECT id
               FROM search_lines
               WHERE id > $1
                 AND (NOT $2 OR text ~* $3)
                 AND ($2 OR text ILIKE $3)
                 AND ($4::text IS NULL OR (menu >= $4 AND menu < $4 || '!'))
           )
           SELECT search_lines.id AS "id!: LineId",
                  search_lines.menu AS "menu!",
                  search_lines.text AS "text!"
           FROM (SELECT id FROM hits ORDER BY id) hit
           JOIN LATERAL (
               SELECT true
               FROM asked_spans(hit.id, $5, $6, $10, $7, $8)
               LIMIT 1
           ) had ON true
           JOIN search_lines ON search_lines.id = hit.id
           ORDER BY hit.id
           LIMIT $9"#,
        asked.after,
        asked.is_regex,
        asked.pattern,
        asked.menu,
        asked.now,
        asked.before,
        asked.site,
        asked.tag,
        asked.limit,
        asked.reach,
    )
    .fetch_all(conn)
    .await
}

/// Among the lines of these devices.
async fn find_among(
    conn: &mut PgConnection,
    asked: &Asked<'_>,
    devices: &[i64],
) -> Result<Vec<FoundLine>, sqlx::Error> {
    sqlx::query_as!(
        FoundLine,
        r#"WITH hits AS MATERIALIZED (
               SELECT id, menu, text
               FROM search_lines
               WHERE id > $1
                 AND (NOT $2 OR text ~* $3)
                 AND ($2 OR text ILIKE $3)
                 AND ($4::text IS NULL OR (menu >= $4 AND menu < $4 || '!'))
                 AND id IN (
                     SELECT line_id
                     FROM search_spans
                     WHERE device_id = ANY ($5)
                       AND (NOT $6 OR last_snapshot_id IS NULL)
                       AND (NOT $6 OR device_id NOT IN (
                           SELECT archived.id
                           FROM devices archived
                           WHERE archived.archived_at IS NOT NULL
                       ))
                       AND (NOT $7 OR last_snapshot_id IS NOT NULL)
                 )
           )
           SELECT id AS "id!: LineId", menu AS "menu!", text AS "text!"
           FROM hits
           ORDER BY id
           LIMIT $8"#,
        asked.after,
        asked.is_regex,
        asked.pattern,
        asked.menu,
        devices,
        asked.now,
        asked.before,
        asked.limit,
    )
    .fetch_all(conn)
    .await
}

/// One line; `None` when there is none of this id, or when no device of the scope has or had it.
///
/// # Errors
/// [`SearchError::TooSlow`] or [`SearchError::Database`].
pub async fn get_line(
    conn: &mut Searching<'_>,
    scope: &Scope,
    id: LineId,
) -> Result<Option<FoundLine>, SearchError> {
    let reach = scope.ids();
    let line = sqlx::query_as!(
        FoundLine,
        r#"SELECT id AS "id: LineId", menu, text
           FROM search_lines
           WHERE id = $1
             AND ($2::bigint[] IS NULL OR EXISTS (
                 SELECT
                 FROM devices
                 -- Each device by itself, however many the planner thinks have the line.
                 CROSS JOIN LATERAL (
                     SELECT
                     FROM search_spans
                     WHERE search_spans.line_id = $1
                       AND search_spans.device_id = devices.id
                     LIMIT 1
                 ) own
                 WHERE devices.site_id = ANY ($2)
             ))"#,
        id.0,
        reach.as_deref(),
    )
    .fetch_optional(&mut **conn)
    .await?;
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_special_in_a_pattern_is_taken_as_text() {
        assert_eq!(escape_like(r"100%_\"), r"100\%\_\\");
    }
}
