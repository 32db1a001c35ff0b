//! Long lists in pages of a fixed size.

use crate::db::pages::Slice;

/// The last page that can be asked for; beyond it a search is the better tool, and the database
/// is spared a far offset.
const MAX_PAGE: i64 = 1000;

/// Which page of a list is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    page: i64,
    per_page: i64,
}

impl Asked {
    /// The page of the address, from 1; the nearest possible one when it makes no sense.
    pub fn new(page: Option<i64>, per_page: i64) -> Self {
        Self {
            page: page.unwrap_or(1).clamp(1, MAX_PAGE),
            per_page,
        }
    }

    /// The page, in the range that can be asked for.
    pub const fn page(self) -> i64 {
        self.page
    }

    /// What the database is asked for.
    pub const fn slice(self) -> Slice {
        Slice {
            limit: self.per_page,
            offset: (self.page - 1) * self.per_page,
        }
    }

    /// The pager of a list of `total` rows.
    pub const fn of(self, total: i64) -> Pager {
        Pager {
            page: self.page,
            per_page: self.per_page,
            total,
        }
    }
}

/// Where a page stands in its list.
#[derive(Debug, Clone, Copy)]
pub struct Pager {
    pub page: i64,
    per_page: i64,
    pub total: i64,
}

impl Pager {
    /// How many pages there are, at least one.
    pub fn pages(&self) -> i64 {
        ((self.total + self.per_page - 1) / self.per_page).clamp(1, MAX_PAGE)
    }

    /// Number of the first row on the page, from 1.
    pub const fn first(&self) -> i64 {
        (self.page - 1) * self.per_page + 1
    }

    /// Number of the last row on the page.
    pub fn last(&self) -> i64 {
        (self.page * self.per_page).min(self.total)
    }

    /// The page before, if any.
    pub fn previous(&self) -> Option<i64> {
        (self.page > 1).then(|| (self.page - 1).min(self.pages()))
    }

    /// The page after, if any.
    pub fn next(&self) -> Option<i64> {
        (self.page < self.pages()).then_some(self.page + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_cover_the_list_without_overlap() {
        let middle = Asked::new(Some(2), 50).of(120);
        assert_eq!(
            (middle.first(), middle.last(), middle.pages()),
            (51, 100, 3)
        );
        assert_eq!((middle.previous(), middle.next()), (Some(1), Some(3)));
        let last = Asked::new(Some(3), 50).of(120);
        assert_eq!((last.first(), last.last(), last.next()), (101, 120, None));
    }

    #[test]
    fn absurd_pages_become_possible_ones() {
        assert_eq!(Asked::new(Some(-5), 50).slice().offset, 0);
        assert_eq!(Asked::new(Some(i64::MAX), 50).slice().offset, 49_950);
        assert_eq!(Asked::new(Some(900), 50).of(10).previous(), Some(1));
    }
}
