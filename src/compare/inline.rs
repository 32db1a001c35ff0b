//! Which parts of two lines differ.

use std::ops::Range;

use similar::{Algorithm, DiffTag, capture_diff_slices};

/// How long a line may be, in bytes, to be looked into. Longer ones are scripts on one line:
/// looking into them costs milliseconds each when a router makes them repeat themselves.
const MAX_LINE_BYTES: usize = 2_048;

/// Parts of a line, as byte ranges.
pub(super) type Parts = Vec<Range<usize>>;

/// The parts of each line that the other does not have. Both empty when less than a third of
/// the longer line is common: then one does not stand for the other.
pub(super) fn changed_parts(old: &str, new: &str) -> (Parts, Parts) {
    if old.len().max(new.len()) > MAX_LINE_BYTES {
        return (Parts::new(), Parts::new());
    }
    let (old_words, new_words) = (words(old), words(new));
    let ops = capture_diff_slices(Algorithm::Myers, &old_words, &new_words);
    let (mut old_parts, mut new_parts) = (Parts::new(), Parts::new());
    let (mut old_at, mut new_at, mut common) = (0, 0, 0);
    for op in ops {
        let old_len = bytes(&old_words[op.old_range()]);
        let new_len = bytes(&new_words[op.new_range()]);
        if op.tag() == DiffTag::Equal {
            common += old_len;
        } else {
            push(&mut old_parts, old_at..old_at + old_len);
            push(&mut new_parts, new_at..new_at + new_len);
        }
        old_at += old_len;
        new_at += new_len;
    }
    if common * 3 < old.len().max(new.len()) {
        return (Parts::new(), Parts::new());
    }
    (old_parts, new_parts)
}

fn push(parts: &mut Parts, part: Range<usize>) {
    match parts.last_mut() {
        Some(last) if last.end == part.start => last.end = part.end,
        _ if part.is_empty() => {}
        _ => parts.push(part),
    }
}

fn bytes(words: &[&str]) -> usize {
    words.iter().map(|word| word.len()).sum()
}

/// Cuts a line of configuration where its values do: runs of letters, digits and what binds them
/// in addresses and names, and every other character alone.
fn words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let end = if is_word(first) {
            rest.find(|character| !is_word(character))
                .unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (word, after) = rest.split_at(end);
        words.push(word);
        rest = after;
    }
    words
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '-' | '_' | '.' | ':')
}

#[cfg(test)]
mod tests {
    use super::{Range, changed_parts};

    #[test]
    fn only_the_value_that_changed_is_marked() {
        let old = "add address=192.0.2.1/24 interface=ether1";
        let new = "add address=192.0.2.9/24 interface=ether1";
        let (old_parts, new_parts) = changed_parts(old, new);
        let cut = |line: &'static str, parts: &[Range<usize>]| -> Vec<&str> {
            parts.iter().map(|part| &line[part.clone()]).collect()
        };
        assert_eq!(cut(old, &old_parts), ["192.0.2.1"]);
        assert_eq!(cut(new, &new_parts), ["192.0.2.9"]);
    }

    #[test]
    fn an_added_setting_marks_one_side_only() {
        let (old_parts, new_parts) = changed_parts("set a=1 c=3", "set a=1 b=2 c=3");
        assert!(old_parts.is_empty());
        assert_eq!(new_parts.len(), 1);
    }

    #[test]
    fn lines_with_nothing_in_common_are_not_marked_in_parts() {
        let (old_parts, new_parts) = changed_parts("/ip address", "add chain=forward action=drop");
        assert!(old_parts.is_empty() && new_parts.is_empty());
    }
}
