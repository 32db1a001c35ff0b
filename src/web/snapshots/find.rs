//! Search inside a configuration: over whole commands, so that a word is found wherever the
//! router wrapped its line. What is searched is what is shown, so a masked value is never found.

use std::ops::Range;

use aho_corasick::AhoCorasick;

use crate::platform::routeros::text::logical_lines;

/// How many hits are kept; a search with more wants another word.
const MAX_HITS: usize = 10_000;

/// One hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Physical line on which its logical line begins, from 1.
    pub line: usize,
    /// Its bytes within the logical line.
    pub range: Range<usize>,
}

/// All hits of a search, in the order of the text.
#[derive(Debug, Default)]
pub struct Hits {
    hits: Vec<Hit>,
    /// Whether there are more than are kept.
    pub is_cut: bool,
}

impl Hits {
    /// Searches for `needle`, capital and small letters of ASCII alike. Nothing is found for an
    /// empty one.
    pub fn of(text: &[u8], needle: &str) -> Self {
        let mut found = Self::default();
        let searcher = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build([needle])
            .ok()
            .filter(|_| !needle.is_empty());
        let Some(searcher) = searcher else {
            return found;
        };
        for line in logical_lines(text) {
            for hit in searcher.find_iter(line.text.as_ref()) {
                if found.hits.len() == MAX_HITS {
                    found.is_cut = true;
                    return found;
                }
                found.hits.push(Hit {
                    line: line.number,
                    range: hit.range(),
                });
            }
        }
        found
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.hits.len()
    }

    /// The hit of this index, from 0.
    pub fn get(&self, index: usize) -> Option<&Hit> {
        self.hits.get(index)
    }

    /// The index of the first hit on this logical line or after it.
    pub fn index_from(&self, line: usize) -> usize {
        self.hits.partition_point(|hit| hit.line < line)
    }

    /// The hits of one logical line, each with its index.
    pub fn of_line(&self, line: usize) -> impl Iterator<Item = (usize, &Hit)> {
        let from = self.index_from(line);
        let hits = self.hits[from..].iter();
        (from..).zip(hits.take_while(move |hit| hit.line == line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_across_the_wrap_of_its_line() {
        let text = b"/ip address\r\nadd comment=\"up\\\r\n    link\" x=UPLINK\r\nset uplink\r\n";
        let hits = Hits::of(text, "Uplink");
        let places: Vec<_> = hits
            .hits
            .iter()
            .map(|hit| (hit.line, hit.range.start))
            .collect();
        assert_eq!(places, [(2, 13), (2, 23), (4, 4)]);
        let of_line: Vec<usize> = hits.of_line(2).map(|(index, _)| index).collect();
        assert_eq!((of_line, hits.index_from(3)), (vec![0, 1], 2));
    }

    #[test]
    fn nothing_is_found_for_nothing_and_too_many_hits_are_cut() {
        assert_eq!(Hits::of(b"abc", "").len(), 0);
        let hits = Hits::of(&b"x".repeat(MAX_HITS + 1), "x");
        assert_eq!((hits.len(), hits.is_cut), (MAX_HITS, true));
        assert!(!Hits::of(&b"x".repeat(MAX_HITS), "x").is_cut);
    }
}
