//! Router text for a page: every byte visible, none able to act.

use std::fmt::Write;

/// The bytes as text. What is not UTF-8 becomes `<E9>`; control characters, and those that are
/// invisible or turn the direction of writing, become `<U+202E>`: two lines that differ look
/// different, and what is shown is what is there.
pub(super) fn visible(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if is_hidden(character) {
                push(&mut text, format_args!("<U+{:04X}>", u32::from(character)));
            } else {
                text.push(character);
            }
        }
        for byte in chunk.invalid() {
            push(&mut text, format_args!("<{byte:02X}>"));
        }
    }
    text
}

fn push(text: &mut String, what: std::fmt::Arguments<'_>) {
    text.write_fmt(what)
        .expect("writing to a String can not fail");
}

/// Control characters, zero-width characters and the marks of Unicode's bidirectional text.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{00AD}' | '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn plain_text_stays_as_it_is() {
        assert_eq!(visible(b"add comment=\"a b\""), "add comment=\"a b\"");
        assert_eq!(visible("name=Zürich".as_bytes()), "name=Zürich");
    }

    #[test]
    fn bytes_that_are_not_utf8_stay_distinct() {
        assert_eq!(visible(b"a\xE9b\xE8"), "a<E9>b<E8>");
    }

    #[test]
    fn characters_that_hide_or_turn_text_are_spelled_out() {
        assert_eq!(
            visible("a\u{202E}b\u{7}\tc".as_bytes()),
            "a<U+202E>b<U+0007><U+0009>c"
        );
    }
}
