//! Text from outside, every character of it visible and none able to act: control bytes, marks
//! that turn the direction of text, characters without width, and bytes that are no UTF-8. Two
//! texts that differ look different, and what is shown is what is there. Pages and comparisons
//! share it, so it stands above both. Escaping for HTML is askama's business and comes after.

use std::fmt::Write as _;

/// Router text as a page shows it. Bytes that are no UTF-8 become `<E7>`; control characters,
/// tabs included, invisible characters and direction marks their code points (`<U+202E>`).
#[must_use]
pub fn bytes(text: &[u8]) -> String {
    let mut shown = String::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        chunk.valid().chars().for_each(|c| push(&mut shown, c));
        for byte in chunk.invalid() {
            push_formatted(&mut shown, format_args!("<{byte:02X}>"));
        }
    }
    shown
}

/// The same for a name, an address or a sentence that holds one.
#[must_use]
pub fn text(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    text.chars().for_each(|c| push(&mut shown, c));
    shown
}

fn push(shown: &mut String, c: char) {
    if is_hidden(c) {
        push_formatted(shown, format_args!("<U+{:04X}>", u32::from(c)));
    } else {
        shown.push(c);
    }
}

/// Controls, what Unicode calls default ignorable (soft hyphen, joiners, fillers, zero-width and
/// direction marks, variation selectors, tags: `Default_Ignorable_Code_Point` of
/// DerivedCoreProperties.txt), line and paragraph separators, and the empty Braille pattern.
const fn is_hidden(c: char) -> bool {
    matches!(c,
        '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}'
        | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

fn push_formatted(shown: &mut String, text: std::fmt::Arguments<'_>) {
    shown
        .write_fmt(text)
        .expect("writing to a String can not fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_stays_as_it_is() {
        let line = "add name=\"Büro — 東京\" comment=ok";
        assert_eq!(text(line), line);
        assert_eq!(bytes(line.as_bytes()), line);
    }

    #[test]
    fn controls_and_direction_marks_are_shown() {
        assert_eq!(
            text("a\x1b[31m\u{202e}b\t\r"),
            "a<U+001B>[31m<U+202E>b<U+0009><U+000D>"
        );
        assert_eq!(
            text("\0\x7f\u{85}\u{200b}"),
            "<U+0000><U+007F><U+0085><U+200B>"
        );
    }

    #[test]
    fn characters_that_leave_no_mark_are_shown() {
        assert_eq!(
            text("\u{3164}\u{34f}\u{115f}\u{ffa0}\u{2800}\u{e0001}"),
            "<U+3164><U+034F><U+115F><U+FFA0><U+2800><U+E0001>"
        );
    }

    #[test]
    fn bytes_that_are_no_utf8_are_shown_one_by_one() {
        assert_eq!(bytes(b"caf\xe9 \xff\xfe"), "caf<E9> <FF><FE>");
    }
}
