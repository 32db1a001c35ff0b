//! Sentences for a technician, with what is to be typed between backticks: on a terminal they
//! stand as they are, on a page they become `<code>`. A sentence may repeat words of a router,
//! so it stays text until the template has escaped it.

/// A part of a sentence.
#[derive(Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// Without the backticks.
    pub text: &'a str,
    /// Whether it stood between backticks.
    pub is_code: bool,
}

/// The parts in order, none empty. A backtick without a partner is a character like any other.
pub fn parts(sentence: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = sentence;
    while let Some((before, code, after)) = next_code(rest) {
        push(&mut parts, before, false);
        push(&mut parts, code, true);
        rest = after;
    }
    push(&mut parts, rest, false);
    parts
}

/// What stands before, between and after the next pair of backticks.
fn next_code(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('`')?;
    let (code, after) = rest.split_once('`')?;
    Some((before, code, after))
}

fn push<'a>(parts: &mut Vec<Part<'a>>, text: &'a str, is_code: bool) {
    if !text.is_empty() {
        parts.push(Part { text, is_code });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(sentence: &str) -> Vec<(&str, bool)> {
        let parts = parts(sentence).into_iter();
        parts.map(|part| (part.text, part.is_code)).collect()
    }

    #[test]
    fn what_stands_between_backticks_is_code() {
        assert_eq!(
            told("Give `ssh` and `read`."),
            [
                ("Give ", false),
                ("ssh", true),
                (" and ", false),
                ("read", true),
                (".", false)
            ]
        );
        assert_eq!(told("Nothing to type."), [("Nothing to type.", false)]);
    }

    #[test]
    fn a_backtick_without_a_partner_stays() {
        assert_eq!(told("a`b"), [("a`b", false)]);
        assert_eq!(told("``x`"), [("x`", false)]);
        assert_eq!(told(""), []);
    }
}
