//! The part of a configuration that one page shows, and where it stands in the whole. Pure, so
//! that it is done where it keeps no other request waiting.

use super::{
    asked::{Place, Reading},
    find::Hits,
    lines::{self, Line, Marks},
    menus::{Menu, menus},
};
use crate::platform::routeros::text::line_count;
use crate::web::{
    paging::{Asked, Pager},
    secrets,
};

/// How many physical lines stand on one page.
const LINES_PER_PAGE: usize = 2000;

/// What a page shows of a configuration.
pub struct Text {
    pub lines: Vec<Line>,
    pub menus: Vec<Menu>,
    pub pager: Pager,
    /// How many secrets are masked in the whole.
    pub masked: usize,
    /// `None` when nothing is searched for.
    pub found: Option<Found>,
    /// The line to be marked, from 1: in joined lines the one that holds it.
    pub marked: Option<usize>,
    /// Whether a line was asked for that the text does not have.
    pub lacks_line: bool,
}

/// The result of a search, in numbers from 1.
pub struct Found {
    pub hits: usize,
    /// Whether there are more.
    pub is_cut: bool,
    /// The hit looked at.
    pub current: Option<usize>,
    /// Those to go to from here.
    pub previous: Option<usize>,
    pub next: Option<usize>,
}

/// Reads the body of a snapshot as `reading` asks.
pub fn read(body: Vec<u8>, reading: &Reading) -> Text {
    let readable = secrets::readable(body, reading.secrets);
    let text = &readable.text;
    let total = line_count(text);
    let hits = Hits::of(text, &reading.find);
    let current = match reading.place {
        Place::Hit(hit) => hits
            .len()
            .checked_sub(1)
            .map(|last| hit.clamp(1, last + 1) - 1),
        _ => None,
    };
    let line = match (reading.place, current.and_then(|index| hits.get(index))) {
        (Place::Line(line), _) => (1..=total).contains(&line).then_some(line),
        (_, Some(hit)) => Some(lines::line_of(text, hit)),
        _ => None,
    };
    // A joined line stands on the page of its first physical line.
    let line = line.map(|line| match reading.is_joined() {
        true => lines::start_of(text, line),
        false => line,
    });
    let asked = asked(reading.place, line);
    let first = usize::try_from(asked.slice().offset).expect("a page begins at or after 0") + 1;
    let numbers = first..first + LINES_PER_PAGE;
    let marks = Marks {
        hits: &hits,
        current,
    };
    let is_line = matches!(reading.place, Place::Line(_));
    Text {
        lines: match reading.is_joined() {
            true => lines::joined(text, numbers, &marks),
            false => lines::captured(text, numbers, &marks),
        },
        menus: menus(text),
        pager: asked.of(i64::try_from(total).expect("an export is small")),
        masked: readable.masked,
        found: (!reading.find.is_empty()).then(|| Found::at(&hits, current, first)),
        marked: line.filter(|_| is_line),
        lacks_line: is_line && line.is_none(),
    }
}

impl Text {
    /// Whether the line of this number is to be marked.
    pub fn marks(&self, number: &usize) -> bool {
        self.marked == Some(*number)
    }
}

fn asked(place: Place, line: Option<usize>) -> Asked {
    let page_of = |line: usize| i64::try_from((line - 1) / LINES_PER_PAGE + 1).unwrap_or(i64::MAX);
    let page = match place {
        Place::Page(page) => page,
        Place::Line(_) | Place::Hit(_) => line.map(page_of),
    };
    let per_page = i64::try_from(LINES_PER_PAGE).expect("a page is small");
    Asked::new(page, per_page)
}

impl Found {
    /// What to go to from the current hit, or from the page that begins with line `first`.
    fn at(hits: &Hits, current: Option<usize>, first: usize) -> Self {
        let here = hits.index_from(first);
        let before = current.unwrap_or(here);
        let after = current.map_or(here, |index| index + 1);
        Self {
            hits: hits.len(),
            is_cut: hits.is_cut,
            current: current.map(|index| index + 1),
            previous: (before > 0).then_some(before),
            next: (after < hits.len()).then_some(after + 1),
        }
    }
}
