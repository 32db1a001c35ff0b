//! Which words of two values differ.
//!
//! A value is mostly one word, but a script, a list of addresses or a comment is many. A secret
//! is one word here, whatever it is made of: what is marked around it, and whether anything is,
//! must not tell what stands in it or how long it is.

use std::ops::Range;

use similar::{Algorithm, DiffTag, capture_diff_slices};

/// How many words of a value are looked into, beyond those that begin and end both alike. A
/// value made of nothing but repetitions costs milliseconds with so many.
const MAX_WORDS: usize = 2_000;
/// What a secret weighs in bytes, when it is decided whether two values have much in common.
const SECRET_WEIGHT: usize = 8;

/// Parts of a line, as byte ranges in order.
pub(super) type Ranges = Vec<Range<usize>>;

/// A value within its line, with the secrets of that line.
#[derive(Clone, Copy)]
pub(super) struct Value<'a> {
    pub line: &'a [u8],
    pub start: usize,
    pub end: usize,
    pub secrets: &'a [Range<usize>],
}

/// The parts of `new` that `old` does not have, as ranges of its line; `left` is how many words
/// may still be looked at. All between what both begin and end with when that is too few. The
/// whole value when less than a third of either is common: then the parts say nothing.
pub(super) fn changed_parts(old: Value<'_>, new: Value<'_>, left: &mut usize) -> Ranges {
    let (old_words, new_words) = (words(old), words(new));
    let before = common(old_words.iter(), new_words.iter());
    let behind = common(
        old_words[before..].iter().rev(),
        new_words[before..].iter().rev(),
    );
    let old_middle = &old_words[before..old_words.len() - behind];
    let new_middle = &new_words[before..new_words.len() - behind];
    let cost = old_middle.len().max(new_middle.len());
    if cost > MAX_WORDS || cost > *left {
        return middle(new_middle);
    }
    *left -= cost;
    let ends = [&new_words[..before], &new_words[new_words.len() - behind..]];
    let mut common: usize = ends.iter().map(|words| weight(words)).sum();
    let mut changed = Ranges::new();
    for op in capture_diff_slices(Algorithm::Myers, old_middle, new_middle) {
        if op.tag() == DiffTag::Equal {
            common += weight(&new_middle[op.new_range()]);
        } else {
            push(&mut changed, &new_middle[op.new_range()]);
        }
    }
    if common * 3 < weight(&old_words).max(weight(&new_words)) {
        return middle(&new_words);
    }
    changed
}

fn weight(words: &[Word<'_>]) -> usize {
    words.iter().map(Word::weight).sum()
}

/// How many words both begin with.
fn common<'a, 'b: 'a>(
    old: impl Iterator<Item = &'a Word<'b>>,
    new: impl Iterator<Item = &'a Word<'b>>,
) -> usize {
    old.zip(new).take_while(|(old, new)| old == new).count()
}

/// All of these words as one range.
fn middle(words: &[Word<'_>]) -> Ranges {
    let ends = words.first().zip(words.last());
    ends.map(|(first, last)| first.start..last.start + last.text.len())
        .into_iter()
        .collect()
}

fn push(parts: &mut Ranges, words: &[Word<'_>]) {
    for word in words {
        let end = word.start + word.text.len();
        match parts.last_mut() {
            Some(last) if last.end == word.start => last.end = end,
            _ => parts.push(word.start..end),
        }
    }
}

/// A word of a value; equal when the text is, and when both are secret or both are not.
#[derive(Debug, Clone)]
struct Word<'a> {
    text: &'a [u8],
    start: usize,
    is_secret: bool,
}

impl Word<'_> {
    fn weight(&self) -> usize {
        if self.is_secret {
            SECRET_WEIGHT
        } else {
            self.text.len()
        }
    }

    fn key(&self) -> (&[u8], bool) {
        (self.text, self.is_secret)
    }
}

impl PartialEq for Word<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Word<'_> {}

impl std::hash::Hash for Word<'_> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

/// Cuts a value where its words do: runs of letters, digits and what binds them in addresses and
/// names, every other character alone, and secrets whole.
fn words(value: Value<'_>) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut at = value.start;
    let mut secrets = value
        .secrets
        .iter()
        .filter(|secret| secret.end > value.start)
        .peekable();
    while at < value.end {
        while secrets.next_if(|secret| secret.end <= at).is_some() {}
        let secret = secrets.peek().filter(|secret| secret.start < value.end);
        let inside = secret.is_some_and(|secret| secret.start <= at);
        let end = match secret {
            Some(secret) if inside => secret.end.min(value.end),
            Some(secret) => word_end(&value.line[..secret.start], at),
            None => word_end(&value.line[..value.end], at),
        };
        words.push(Word {
            text: &value.line[at..end],
            start: at,
            is_secret: inside,
        });
        at = end;
    }
    words
}

/// Where the word ends that begins at `start`; never inside a character.
fn word_end(line: &[u8], start: usize) -> usize {
    let run = line[start..]
        .iter()
        .take_while(|byte| is_word(**byte))
        .count();
    start + run.max(1)
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':' | 0x80..)
}
