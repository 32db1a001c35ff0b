//! Lists, page by page. A page says where the next one begins; that is a place in the order of the
//! list and no number of a page, so nothing is missed or told twice while the list grows.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::db::pages::Slice;
use crate::web::error::PageError;

/// How many entries a page has when nothing is said.
const DEFAULT_LIMIT: u16 = 100;
/// How many it may have.
const MAX_LIMIT: u16 = 500;

/// Which page of a list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// `next` of the page before.
    #[param(pattern = "^[0-9]{1,9}$")]
    pub cursor: Option<String>,
    /// How many entries at most; 100 when nothing is said.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u16>,
}

/// How many entries are asked for; one more is read, to know whether there is another page.
///
/// # Errors
/// [`PageError::BadRequest`] for none or too many.
pub fn limit(asked: Option<u16>) -> Result<usize, PageError> {
    match asked.unwrap_or(DEFAULT_LIMIT) {
        0 => Err(PageError::BadRequest("`limit` is at least 1.")),
        limit if limit > MAX_LIMIT => Err(PageError::BadRequest("`limit` is at most 500.")),
        limit => Ok(limit.into()),
    }
}

/// A cursor as the list understands it.
///
/// # Errors
/// [`PageError::BadRequest`] for what no page gave.
pub fn cursor<T: std::str::FromStr>(text: Option<&str>) -> Result<Option<T>, PageError> {
    let read = text.map(str::parse).transpose();
    read.map_err(|_| PageError::BadRequest("`cursor` is `next` of another page of this list."))
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The entries.
    items: Vec<T>,
    /// The `cursor` of the next page; null: this is the last one.
    next: Option<String>,
}

impl<T> Page<T> {
    /// A page of a list that says itself where it goes on.
    pub const fn new(items: Vec<T>, next: Option<String>) -> Self {
        Self { items, next }
    }

    /// A page of `rows`, of which at most one is more than `limit`. `place` is where the list goes
    /// on behind a row.
    pub fn of<R>(
        mut rows: Vec<R>,
        limit: usize,
        place: impl Fn(&R) -> String,
        item: impl Fn(R) -> T,
    ) -> Self {
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| has_more).map(place);
        Self {
            items: rows.into_iter().map(item).collect(),
            next,
        }
    }
}

/// A part of a list that is numbered from its beginning: of settings, of which there are few, and
/// which seldom change.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    offset: u32,
    limit: usize,
}

impl Part {
    /// The part that is asked for.
    ///
    /// # Errors
    /// [`PageError::BadRequest`] for what no page gave, and for none or too many.
    pub fn of(asked: &Paging) -> Result<Self, PageError> {
        Ok(Self {
            offset: cursor(asked.cursor.as_deref())?.unwrap_or(0),
            limit: limit(asked.limit)?,
        })
    }

    /// What the database is asked for: one row more, to know whether there is another page.
    pub fn slice(self) -> Slice {
        Slice {
            limit: one_more(self.limit),
            offset: self.offset.into(),
        }
    }

    /// The same of what is all in memory.
    pub fn of_all<R>(self, rows: Vec<R>) -> Vec<R> {
        let offset = usize::try_from(self.offset).unwrap_or(usize::MAX);
        rows.into_iter().skip(offset).take(self.limit + 1).collect()
    }

    /// The page of what came of [`Part::slice`].
    pub fn page<R, T>(self, rows: Vec<R>, item: impl Fn(R) -> T) -> Page<T> {
        let next = u64::from(self.offset) + self.limit as u64;
        Page::of(rows, self.limit, |_| next.to_string(), item)
    }
}

/// One more than are asked for, as the database counts.
pub fn one_more(limit: usize) -> i64 {
    i64::try_from(limit + 1).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_where_the_next_one_begins_and_the_last_one_says_none() {
        let page = |rows: Vec<i64>| Page::of(rows, 2, ToString::to_string, |row| row * 10);
        let first = page(vec![1, 2, 3]);
        assert_eq!(
            (first.items, first.next.as_deref()),
            (vec![10, 20], Some("2"))
        );
        let last = page(vec![3, 4]);
        assert_eq!((last.items, last.next), (vec![30, 40], None));
    }

    #[test]
    fn limits_and_cursors_of_nobody_are_refused() {
        assert_eq!(limit(None).unwrap(), 100);
        assert!(limit(Some(0)).is_err() && limit(Some(501)).is_err());
        assert!(cursor::<i64>(Some("x")).is_err());
        assert_eq!(cursor::<i64>(Some("7")).unwrap(), Some(7));
    }
}
