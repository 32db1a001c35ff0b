//! An export as menus and lines, the form in which exports are compared.
//!
//! A comparison of plain lines does not know that a menu may stand elsewhere, come twice, or be
//! written on every line (`terse`); this form does. Nothing is lost on the way but what the
//! comparison form leaves out, and that only when it is not asked for.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use super::item::terse_split;
use crate::platform::routeros::text::{comparison_form, logical_lines};

/// The menu of what stands above the first heading: version, ids, model and serial number.
/// Real menus begin with a slash.
pub(super) const HEADER: &[u8] = b"header";
/// The menu of the router's own remarks on what the export lacks (`#error exporting`,
/// `#interrupted`), wherever they stand.
pub(super) const NOT_EXPORTED: &[u8] = b"not exported";

/// A logical line below a heading: an item, or a remark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// Number of its first physical line in the export, from 1.
    pub number: usize,
    /// Its bytes without line end, continuations joined.
    pub text: Cow<'a, [u8]>,
    /// Whether it comes and goes although nobody changed anything.
    pub is_noise: bool,
}

/// A menu with its lines, in the order of the export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Menu<'a> {
    /// The heading without trailing blanks, `/ip firewall filter`, or one of the two above.
    pub path: Cow<'a, [u8]>,
    pub lines: Vec<Line<'a>>,
}

/// An export in menus, each once, in the order in which they first come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Configuration<'a> {
    pub menus: Vec<Menu<'a>>,
    /// How many lines the comparison form leaves out: status remarks and the like.
    pub remarks: usize,
    /// How many lines were not read because there are too many.
    pub left_out: usize,
}

impl<'a> Configuration<'a> {
    /// Reads an export. With `noise` the lines that the comparison form leaves out are kept and
    /// marked, and the line with the time is kept as it came. At most `max_lines` logical lines
    /// are read, from the top.
    pub fn read(export: &'a [u8], noise: bool, max_lines: usize) -> Self {
        let mut reader = Reader::new(noise);
        let mut lines = logical_lines(export);
        for line in lines.by_ref().take(max_lines) {
            reader.take(line.number, line.text);
        }
        reader.finish(lines.count())
    }
}

struct Reader<'a> {
    menus: Vec<Menu<'a>>,
    /// Where the menu of a path stands in `menus`.
    places: HashMap<Cow<'a, [u8]>, usize>,
    current: usize,
    noise: bool,
    /// Whether a line was kept; until then blank lines and byte order marks are passed over.
    begun: bool,
    remarks: usize,
}

impl<'a> Reader<'a> {
    fn new(noise: bool) -> Self {
        let mut reader = Self {
            menus: Vec::new(),
            places: HashMap::new(),
            current: 0,
            noise,
            begun: false,
            remarks: 0,
        };
        reader.place(Cow::Borrowed(HEADER));
        reader.place(Cow::Borrowed(NOT_EXPORTED));
        reader
    }

    fn take(&mut self, number: usize, text: Cow<'a, [u8]>) {
        if !self.begun || text.starts_with(b"#") {
            self.take_by_form(number, text);
        } else {
            self.take_kept(number, text);
        }
    }

    /// Takes a line of which the comparison form says whether it is kept, and how.
    fn take_by_form(&mut self, number: usize, text: Cow<'a, [u8]>) {
        let form = comparison_form(&text);
        let Some(kept) = form.strip_suffix(b"\n") else {
            let is_remark = text.starts_with(b"#");
            self.remarks += usize::from(is_remark);
            if self.noise && is_remark {
                self.push(self.current, number, text, true);
            }
            return;
        };
        self.begun = true;
        if kept.starts_with(b"#error exporting") || kept.starts_with(b"#interrupted") {
            let place = self.place(Cow::Borrowed(NOT_EXPORTED));
            self.push(place, number, Cow::Owned(kept.to_vec()), false);
        } else if kept.starts_with(b"#") {
            // Only the time is taken from a header line; who wants to see noise sees it.
            let shown = if self.noise {
                text
            } else {
                Cow::Owned(kept.to_vec())
            };
            self.push(self.current, number, shown, false);
        } else {
            self.take_kept(number, Cow::Owned(kept.to_vec()));
        }
    }

    fn take_kept(&mut self, number: usize, text: Cow<'a, [u8]>) {
        if !text.starts_with(b"/") {
            self.push(self.current, number, text, false);
            return;
        }
        let (menu, item) = terse_split(&text);
        self.current = self.place(cut(&text, menu));
        if let Some(item) = item {
            self.push(self.current, number, cut(&text, item), false);
        }
    }

    /// The place of a menu, made when it comes for the first time.
    fn place(&mut self, path: Cow<'a, [u8]>) -> usize {
        *self.places.entry(path).or_insert_with_key(|path| {
            self.menus.push(Menu {
                path: path.clone(),
                lines: Vec::new(),
            });
            self.menus.len() - 1
        })
    }

    fn push(&mut self, menu: usize, number: usize, text: Cow<'a, [u8]>, is_noise: bool) {
        self.menus[menu].lines.push(Line {
            number,
            text,
            is_noise,
        });
    }

    fn finish(mut self, left_out: usize) -> Configuration<'a> {
        // Blank lines at the end are no lines of the comparison form.
        if let Some(menu) = self.menus.get_mut(self.current) {
            while menu
                .lines
                .last()
                .is_some_and(|line| line.text.trim_ascii().is_empty())
            {
                menu.lines.pop();
            }
        }
        self.menus
            .retain(|menu| menu.path.starts_with(b"/") || !menu.lines.is_empty());
        Configuration {
            menus: self.menus,
            remarks: self.remarks,
            left_out,
        }
    }
}

fn cut<'a>(text: &Cow<'a, [u8]>, range: Range<usize>) -> Cow<'a, [u8]> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[range]),
        Cow::Owned(text) => Cow::Owned(text[range].to_vec()),
    }
}
