//! "Did you mean": the known word that is nearest to the one written, and how to quote words
//! that somebody else wrote.

use std::collections::BTreeSet;

/// How many characters of a word are shown, or compared at all.
const LONGEST_WORD: usize = 60;

/// How many words a list shows.
const LONGEST_LIST: usize = 12;

/// The candidate that `word` was most likely meant to be; `None` when none is near.
pub(crate) fn nearest<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let length = word.chars().take(LONGEST_WORD + 1).count();
    if length > LONGEST_WORD {
        return None;
    }
    let word = word.to_lowercase();
    let allowed = (length / 3).max(1);
    candidates
        .into_iter()
        // Bytes bound the edit distance from below only for ASCII, and candidates are.
        .filter(|candidate| candidate.len().abs_diff(length) <= allowed)
        .map(|candidate| {
            (
                strsim::osa_distance(&word, &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|&(distance, _)| distance <= allowed)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// A word of the file for a message: in backticks, shortened, control characters escaped.
pub(crate) fn quote(word: &str) -> String {
    let mut chars = word.chars();
    let start: String = chars.by_ref().take(LONGEST_WORD).collect();
    let rest = if chars.next().is_some() { "..." } else { "" };
    format!("`{}{rest}`", start.escape_debug())
}

/// Words for a message: each quoted, the first dozen of them.
pub(crate) fn quote_list<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    let mut words = words.into_iter();
    let shown: Vec<String> = words.by_ref().take(LONGEST_LIST).map(quote).collect();
    match words.count() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// What to write instead of a name that nothing has: the one that was meant, else what there is;
/// `None` when there is nothing.
pub(crate) fn near_or_all(name: &str, existing: &BTreeSet<String>) -> Option<String> {
    let names = || existing.iter().map(String::as_str);
    match nearest(name, names()) {
        Some(meant) => Some(format!("did you mean {}?", quote(meant))),
        None if existing.is_empty() => None,
        None => Some(format!("there are {}", quote_list(names()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_found_despite_slips() {
        let known = ["address", "name", "port", "Europe/London"];
        for (written, meant) in [
            ("adress", Some("address")),
            ("Address", Some("address")),
            ("naem", Some("name")),
            ("prt", Some("port")),
            ("europe/lodnon", Some("Europe/London")),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(nearest(written, known), meant, "{written}");
        }
        assert_eq!(nearest(&"a".repeat(1_000_000), known), None);
    }

    #[test]
    fn quoted_words_are_short_and_harmless() {
        assert_eq!(quote("a\u{1b}[2J\n"), "`a\\u{1b}[2J\\n`");
        assert_eq!(quote(&"é".repeat(61)), format!("`{}...`", "é".repeat(60)));
    }

    #[test]
    fn long_lists_end_in_a_number() {
        assert_eq!(quote_list(["a", "b"]), "`a`, `b`");
        assert!(quote_list(["a"; 15]).ends_with(" and 3 more"));
    }
}
