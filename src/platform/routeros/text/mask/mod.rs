//! Which bytes of an export must not be shown, and the export without them.
//!
//! A value is secret by the name of its attribute, or by a name inside a text; and whatever is
//! secret once is hidden wherever else it occurs in a value of the same export, for people use
//! one password in several places. Menus, commands and attribute names are never touched, nor
//! the header, so a masked export reads and is compared like the original.

mod inside;
mod level;
mod names;
mod parts;
mod rewrite;
mod urls;

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};

use super::lines::heading;
use super::pieces::{Joined, pieces};
use inside::secrets_inside;
use level::levels;
use parts::{Part, parts_of, unquoted};

pub use rewrite::masked;

/// What stands in place of a secret.
pub const MASK: &str = "*****";

/// How many bytes a secret has at least for its other occurrences to be hidden: `1234` and `on`
/// would hide half the export.
const MIN_REPEATED_BYTES: usize = 6;

/// How many bytes of secrets are searched for at most, against exports made to fill the memory;
/// beyond it every value is hidden.
const MAX_SEARCHED_BYTES: usize = 1 << 20;

/// How many bytes a value has at most to be read. A longer one is hidden whole, and since nobody
/// knows which secrets are in it, so is every value of that export.
const MAX_READ_BYTES: usize = 1 << 20;

/// How many parts of one line are hidden apart; beyond it everything between them is hidden, too.
const MAX_HIDDEN_PARTS: usize = 4_096;

/// The secret values of one export, found once, so that lines of it can be masked.
pub struct Secrets {
    search: Search,
}

/// How other occurrences of the secrets are found.
enum Search {
    /// There are no secrets.
    Nothing,
    /// There are some, none long enough to look for.
    Names,
    For(Box<AhoCorasick>),
    /// There are too many to look for, or not all are known.
    Everything,
}

/// Hands each logical line of an export to `take`, with the menu that it stands under.
fn each_line(export: &[u8], mut take: impl FnMut(&[u8], &Joined)) {
    let mut lines = pieces(export);
    let mut line = Joined::default();
    let mut menu = Vec::new();
    while line.read(&mut lines) {
        if let Some(next) = heading(&line.text) {
            menu.clear();
            menu.extend_from_slice(next);
        }
        take(&menu, &line);
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").finish_non_exhaustive()
    }
}

impl Secrets {
    /// Finds the secrets of an export.
    #[must_use]
    pub fn of(export: &[u8]) -> Self {
        let mut found = Found::default();
        each_line(export, |menu, line| found.take(menu, &line.text));
        Self {
            search: found.search(),
        }
    }

    /// Whether the export holds nothing secret.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self.search, Search::Nothing)
    }

    /// The byte ranges of a logical line of that export that must not be shown: in order, not
    /// overlapping, not empty. `menu` is the heading it stands under (`/ip ipsec peer`), without
    /// trailing blanks; a line that begins with its own menu needs none.
    #[must_use]
    pub fn parts(&self, menu: &[u8], line: &[u8]) -> Vec<Range<usize>> {
        let mut hidden = Vec::new();
        if self.is_empty() {
            return hidden;
        }
        for part in parts_of(menu, line) {
            match part {
                Part::Secret(range) => hidden.push(range),
                Part::Text(range) => self.hide_inside(line, range, &mut hidden),
            }
            if hidden.len() > MAX_HIDDEN_PARTS {
                hidden = whole(&hidden).into_iter().collect();
            }
        }
        merged(hidden)
    }

    fn hide_inside(&self, line: &[u8], range: Range<usize>, hidden: &mut Vec<Range<usize>>) {
        let is_unknown = matches!(self.search, Search::Everything);
        if range.len() > MAX_READ_BYTES || (is_unknown && range.len() >= MIN_REPEATED_BYTES) {
            hidden.push(range);
            return;
        }
        let text = &line[range.clone()];
        if line.starts_with(b"#") {
            // A remark is no string: it may hold a secret as it is.
            hidden.extend(with_backslashes(text, self.repeated(text)));
        }
        for level in levels(text) {
            for secret in secrets_inside(&level.text)
                .into_iter()
                .chain(self.repeated(&level.text))
            {
                let original = level.original(&secret);
                hidden.push(range.start + original.start..range.start + original.end);
            }
        }
    }

    /// Where secrets of this export occur in a text.
    fn repeated(&self, text: &[u8]) -> impl Iterator<Item = Range<usize>> {
        let searcher = match &self.search {
            Search::For(searcher) if text.len() >= MIN_REPEATED_BYTES => Some(searcher),
            _ => None,
        };
        searcher
            .into_iter()
            .flat_map(move |searcher| searcher.find_iter(text))
            .map(|found| found.range())
    }
}

/// The ranges, in order, with the backslashes around each, for some of a run left over could
/// read as a continuation. A run is looked at once, however many ranges lie in it.
fn with_backslashes(
    text: &[u8],
    ranges: impl Iterator<Item = Range<usize>>,
) -> impl Iterator<Item = Range<usize>> {
    let is_backslash = |byte: &&u8| **byte == b'\\';
    let mut done = 0;
    ranges.filter_map(move |range| {
        if range.end <= done {
            return None;
        }
        let before = text[done..range.start.max(done)].iter().rev();
        let after = text[range.end..].iter();
        let start = range.start.max(done) - before.take_while(is_backslash).count();
        done = range.end + after.take_while(is_backslash).count();
        Some(start..done)
    })
}

/// The secrets while they are being gathered.
#[derive(Default)]
struct Found {
    any: bool,
    /// Whether there is a value that was not read.
    unread: bool,
    repeated: BTreeSet<Vec<u8>>,
    bytes: usize,
}

impl Found {
    fn take(&mut self, menu: &[u8], line: &[u8]) {
        for part in parts_of(menu, line) {
            match part {
                Part::Secret(range) | Part::Text(range) if range.len() > MAX_READ_BYTES => {
                    (self.any, self.unread) = (true, true);
                }
                Part::Secret(range) => {
                    if let Some(level) = levels(&line[range]).next() {
                        self.keep(unquoted(&level.text));
                    }
                }
                Part::Text(range) => {
                    for level in levels(&line[range]) {
                        for secret in secrets_inside(&level.text) {
                            self.keep(&level.text[secret]);
                        }
                    }
                }
            }
        }
    }

    fn keep(&mut self, secret: &[u8]) {
        self.any = true;
        let is_searched = secret.len() >= MIN_REPEATED_BYTES && self.bytes <= MAX_SEARCHED_BYTES;
        if is_searched && self.repeated.insert(secret.to_vec()) {
            self.bytes += secret.len();
        }
    }

    fn search(self) -> Search {
        if !self.any {
            return Search::Nothing;
        }
        if self.unread || self.bytes > MAX_SEARCHED_BYTES {
            return Search::Everything;
        }
        if self.repeated.is_empty() {
            return Search::Names;
        }
        AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(&self.repeated)
            .map_or(Search::Everything, |searcher| {
                Search::For(Box::new(searcher))
            })
    }
}

/// From where the first of the ranges begins to where the last ends. `None` without any.
fn whole(ranges: &[Range<usize>]) -> Option<Range<usize>> {
    let start = ranges.iter().map(|range| range.start).min()?;
    let end = ranges.iter().map(|range| range.end).max()?;
    Some(start..end)
}

/// The ranges in order, with those that touch made one.
fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_unstable_by_key(|range| range.start);
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}
