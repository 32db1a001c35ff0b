//! The lines of one page of a configuration: numbered, in their tones, with hits marked, and
//! bounded whatever a device sends.

use std::ops::Range;

use super::find::{Hit, Hits};
use crate::platform::routeros::text::{
    Highlighted, HighlightedLine, Tone, highlight, highlight_logical, logical_lines,
};
use crate::visible;
use crate::web::tones;

/// How many bytes of a line are shown; RouterOS wraps at 80 columns, so only a device that is
/// none, or a long script on one line, has more.
const MAX_LINE_BYTES: usize = 8 * 1024;
/// How many bytes of text one page shows; 2,000 lines of 80 columns have 160 kB.
const MAX_PAGE_BYTES: usize = 1024 * 1024;

/// One line as shown.
pub struct Line {
    /// Of its first physical line, from 1, in the whole text.
    pub number: usize,
    pub parts: Vec<Part>,
    /// Whether it opens a menu.
    pub is_heading: bool,
    /// How many bytes of it are not shown.
    pub hidden_bytes: usize,
    /// How many hits are in what is not shown, and whether the current one is.
    pub hidden_hits: usize,
    pub hides_current: bool,
}

/// A part of a line.
pub struct Part {
    /// The class of its tone; empty for none.
    pub class: &'static str,
    pub text: String,
    /// Whether it is a hit of the search, the one looked at, and where that begins.
    pub is_hit: bool,
    pub is_current: bool,
    pub is_target: bool,
}

/// What is to be marked.
pub struct Marks<'a> {
    pub hits: &'a Hits,
    /// Index of the hit looked at.
    pub current: Option<usize>,
}

/// A hit within the bytes of a line as shown.
struct Mark {
    range: Range<usize>,
    is_current: bool,
    /// Whether it begins here, and not on the line before.
    is_begin: bool,
}

/// The physical lines of these numbers, from 1.
pub fn captured(text: &[u8], numbers: Range<usize>, marks: &Marks<'_>) -> Vec<Line> {
    let mut budget = MAX_PAGE_BYTES;
    // Hits are told by logical lines, so the one that the page begins in is read from its start.
    let mut logical = start_of(text, numbers.start);
    let mut at = 0;
    let mut lines = Vec::new();
    for line in highlight(text, logical).take_while(|line| line.number < numbers.end) {
        if !is_continued(&line) {
            (logical, at) = (line.number, 0);
        }
        let own = own_text(&line);
        if line.number >= numbers.start {
            let hits = marks.of(logical, |range| {
                let end = at + own.len();
                let (from, to) = (range.start.max(at), range.end.min(end));
                let place = || from - at + own.start..to - at + own.start;
                (from < to).then(|| (place(), from == range.start))
            });
            let source = Source {
                number: line.number,
                text: line.text,
            };
            lines.push(source.shown(&line.parts, hits, &mut budget));
        }
        at += own.len();
    }
    lines
}

/// The logical lines that begin on the physical lines of these numbers, from 1.
pub fn joined(text: &[u8], numbers: Range<usize>, marks: &Marks<'_>) -> Vec<Line> {
    let mut budget = MAX_PAGE_BYTES;
    logical_lines(text)
        .skip_while(|line| line.number < numbers.start)
        .take_while(|line| line.number < numbers.end)
        .map(|line| {
            let tones = highlight_logical(&line.text[..line.text.len().min(MAX_LINE_BYTES)]);
            let hits = marks.of(line.number, |range| Some((range.clone(), true)));
            let source = Source {
                number: line.number,
                text: &line.text,
            };
            source.shown(&tones, hits, &mut budget)
        })
        .collect()
}

/// The physical line on which the logical line begins that this physical line belongs to.
pub fn start_of(text: &[u8], number: usize) -> usize {
    logical_lines(text)
        .map(|line| line.number)
        .take_while(|&start| start <= number)
        .last()
        .unwrap_or(1)
}

/// The physical line on which a hit begins.
pub fn line_of(text: &[u8], hit: &Hit) -> usize {
    let mut at = 0;
    highlight(text, hit.line)
        .find(|line| {
            at += own_text(line).len();
            hit.range.start < at
        })
        .map_or(hit.line, |line| line.number)
}

fn is_continued(line: &HighlightedLine<'_>) -> bool {
    let first = line.parts.first();
    first.is_some_and(|part| part.tone == Tone::Continuation)
}

/// The bytes of a physical line that belong to its logical line.
fn own_text(line: &HighlightedLine<'_>) -> Range<usize> {
    let mut own = line
        .parts
        .iter()
        .filter(|part| part.tone != Tone::Continuation)
        .map(|part| part.range.clone());
    let first = own.next().unwrap_or(0..0);
    first.start..own.next_back().map_or(first.end, |last| last.end)
}

impl Marks<'_> {
    /// The hits of a logical line. `place` tells where one lies in the line as shown and whether
    /// it begins there; `None` when it is not in it.
    fn of(
        &self,
        logical: usize,
        place: impl Fn(&Range<usize>) -> Option<(Range<usize>, bool)>,
    ) -> Vec<Mark> {
        self.hits
            .of_line(logical)
            .filter_map(|(index, hit)| {
                let (range, is_begin) = place(&hit.range)?;
                Some(Mark {
                    range,
                    is_current: self.current == Some(index),
                    is_begin,
                })
            })
            .collect()
    }
}

/// A line before it is put in parts.
struct Source<'a> {
    number: usize,
    text: &'a [u8],
}

impl Source<'_> {
    /// The line in parts, its text taken off the budget of the page.
    fn shown(&self, tones: &[Highlighted], marks: Vec<Mark>, budget: &mut usize) -> Line {
        let end = self.text.len().min(MAX_LINE_BYTES).min(*budget);
        *budget -= end;
        let hidden = || marks.iter().filter(|mark| mark.range.end > end);
        Line {
            number: self.number,
            is_heading: self.text.starts_with(b"/"),
            hidden_bytes: self.text.len() - end,
            hidden_hits: hidden().count(),
            hides_current: hidden().any(|mark| mark.is_current && mark.is_begin),
            parts: parts(&self.text[..end], tones, &marks),
        }
    }
}

/// Cuts the text where a tone or a mark begins or ends. Marks that do not end in it are left out.
fn parts(text: &[u8], tones: &[Highlighted], marks: &[Mark]) -> Vec<Part> {
    let mut marks = marks.iter().take_while(|mark| mark.range.end <= text.len());
    let mut mark = marks.next();
    let mut parts = Vec::with_capacity(tones.len());
    for tone in tones {
        let end = tone.range.end.min(text.len());
        let mut at = tone.range.start;
        while at < end {
            while mark.is_some_and(|mark| mark.range.end <= at) {
                mark = marks.next();
            }
            let inside = mark.filter(|mark| mark.range.start <= at);
            let next = match (inside, mark) {
                (Some(mark), _) => mark.range.end,
                (None, Some(mark)) => mark.range.start,
                (None, None) => end,
            };
            let next = next.min(end);
            parts.push(Part {
                class: tones::class(tone.tone),
                text: visible::bytes(&text[at..next]),
                is_hit: inside.is_some(),
                is_current: inside.is_some_and(|mark| mark.is_current),
                is_target: inside
                    .is_some_and(|mark| mark.is_current && mark.is_begin && mark.range.start == at),
            });
            at = next;
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRAPPED: &[u8] = b"/ip address\r\nadd comment=\"up\\\r\n    link\" x=1\r\nset uplink\r\n";

    /// Each line with `[hits]` and `{the current one}` set apart.
    fn drawn(lines: &[Line]) -> Vec<String> {
        let draw = |part: &Part| match (part.is_hit, part.is_current) {
            (true, true) => format!("{{{}}}", part.text),
            (true, false) => format!("[{}]", part.text),
            _ => part.text.clone(),
        };
        let lines = lines.iter();
        lines
            .map(|line| line.parts.iter().map(draw).collect())
            .collect()
    }

    #[test]
    fn a_hit_is_marked_on_both_sides_of_a_wrap() {
        let hits = Hits::of(WRAPPED, "uplink");
        let marks = Marks {
            hits: &hits,
            current: Some(1),
        };
        let lines = [
            "/ip address",
            "add comment=\"[up]\\",
            "    [link]\" x=1",
            "set {uplink}",
        ];
        assert_eq!(drawn(&captured(WRAPPED, 1..9, &marks)), lines);
        assert_eq!(drawn(&captured(WRAPPED, 3..4, &marks)), lines[2..3]);
        let joined = joined(WRAPPED, 1..9, &marks);
        assert_eq!(drawn(&joined)[1], "add comment=\"[uplink]\" x=1");
        assert_eq!(joined[2].number, 4);
    }

    #[test]
    fn a_line_is_found_by_its_hit_and_its_start_by_any_of_its_lines() {
        let link = Hits::of(WRAPPED, "link");
        assert_eq!(line_of(WRAPPED, link.get(0).unwrap()), 3);
        let up = Hits::of(WRAPPED, "uplink");
        assert_eq!(line_of(WRAPPED, up.get(0).unwrap()), 2);
        assert_eq!((start_of(WRAPPED, 3), start_of(WRAPPED, 4)), (2, 4));
    }

    #[test]
    fn long_lines_and_large_pages_are_cut_and_say_by_how_much() {
        let line = [b"a".repeat(MAX_LINE_BYTES), b"bcab".to_vec()].concat();
        let hits = Hits::of(&line, "ab");
        let marks = Marks {
            hits: &hits,
            current: Some(1),
        };
        for lines in [captured(&line, 1..2, &marks), joined(&line, 1..2, &marks)] {
            assert_eq!(lines[0].hidden_bytes, 4);
            assert_eq!((lines[0].hidden_hits, lines[0].hides_current), (2, true));
        }
        let page = [line, b"\n".to_vec()].concat().repeat(200);
        let marks = Marks {
            hits: &Hits::default(),
            current: None,
        };
        let shown: usize = captured(&page, 1..201, &marks)
            .iter()
            .map(|line| MAX_LINE_BYTES + 4 - line.hidden_bytes)
            .sum();
        assert_eq!(shown, MAX_PAGE_BYTES);
    }
}
