//! A line as a result shows it: what was searched for is marked, and of an endless line only the
//! surroundings are shown.

use aho_corasick::AhoCorasick;

/// How many bytes of a line are shown in a list.
const EXCERPT_BYTES: usize = 600;

/// How many bytes before the first match are shown of a line that is too long.
const LEAD_BYTES: usize = 120;

/// How many matches are marked in a line.
const MAX_MARKS: usize = 100;

/// What stands for the rest of a line.
const CUT: &str = "…";

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub text: String,
    /// Whether it is what was searched for.
    pub is_match: bool,
}

/// The line with each place marked where `wanted` stands in any case of its ASCII letters;
/// nothing is marked without one. With `cut`, at most some hundred bytes of it.
pub fn parts(line: &str, wanted: Option<&str>, cut: bool) -> Vec<Part> {
    let found = wanted.map_or_else(Vec::new, |wanted| places(line, wanted));
    let (start, end) = if cut {
        window(line, found.first().map_or(0, |range| range.0))
    } else {
        (0, line.len())
    };
    let mut parts = Vec::new();
    let mut push = |text: &str, is_match: bool| {
        if !text.is_empty() {
            parts.push(Part {
                text: text.to_owned(),
                is_match,
            });
        }
    };
    if start > 0 {
        push(CUT, false);
    }
    let mut shown_to = start;
    for (from, to) in found {
        if from < shown_to || to > end {
            continue;
        }
        push(&line[shown_to..from], false);
        push(&line[from..to], true);
        shown_to = to;
    }
    push(&line[shown_to..end], false);
    if end < line.len() {
        push(CUT, false);
    }
    parts
}

/// Where `wanted` stands, as byte ranges in order, without overlaps.
fn places(line: &str, wanted: &str) -> Vec<(usize, usize)> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let search = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build([wanted]);
    search.map_or_else(
        |_| Vec::new(),
        |search| {
            search
                .find_iter(line)
                .take(MAX_MARKS)
                .map(|found| (found.start(), found.end()))
                .collect()
        },
    )
}

/// The part of a line that is shown when it is too long, around `at`.
fn window(line: &str, at: usize) -> (usize, usize) {
    if line.len() <= EXCERPT_BYTES {
        return (0, line.len());
    }
    let latest = line.len() - EXCERPT_BYTES;
    let start = line.floor_char_boundary(at.saturating_sub(LEAD_BYTES).min(latest));
    (start, line.floor_char_boundary(start + EXCERPT_BYTES))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &str, wanted: &str, cut: bool) -> String {
        let mark = |part: Part| match part.is_match {
            true => format!("[{}]", part.text),
            false => part.text,
        };
        parts(line, Some(wanted), cut)
            .into_iter()
            .map(mark)
            .collect()
    }

    #[test]
    fn what_was_searched_for_is_marked_in_any_case() {
        assert_eq!(
            shown("chain=Forward forward", "FORWARD", true),
            "chain=[Forward] [forward]"
        );
        assert_eq!(shown("çäß ü", "ß", true), "çä[ß] ü");
        assert_eq!(shown("aaaa", "b", true), "aaaa");
    }

    #[test]
    fn an_endless_line_is_cut_around_the_match() {
        let line = format!("{}needle{}", "ü".repeat(5_000), "ü".repeat(5_000));
        let cut = shown(&line, "needle", true);
        assert!(cut.starts_with('…') && cut.ends_with('…') && cut.contains("[needle]"));
        assert!(cut.len() < EXCERPT_BYTES + 20);
        assert_eq!(shown(&line, "needle", false).len(), line.len() + 2);
    }
}
