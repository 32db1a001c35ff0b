//! Secrets inside a text: a script, a note, a comment, a URL.
//!
//! Redaction by name is never complete, for a script may call a password anything. What can be
//! told: `name=value` and `name="value"`, declarations of script variables, elements of arrays,
//! JSON, HTTP headers, and parameters of URLs; `urls` knows what else a URL gives away.
//! Only literals count: `password=$secret` and `password=[...]` show nothing.

use std::ops::Range;

use super::super::syntax::is_key_byte;
use super::names::{is_password_word, is_secret_word, is_switch};
use super::urls::{bot_token, in_path, user_information};

/// The secrets in a text without escapes: byte ranges, in order, never empty, each literal
/// without its quotes.
pub(super) fn secrets_inside(text: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if !text.iter().any(|byte| matches!(byte, b'=' | b':' | b'"')) {
        return found;
    }
    let mut at = 0;
    while at < text.len() {
        if is_key_byte(text[at]) {
            let name_end = end_while(text, at, is_key_byte);
            let secret = bot_token(text, at..name_end).or_else(|| named(text, at..name_end));
            at = secret.as_ref().map_or(name_end, |secret| secret.end);
            found.extend(secret);
        } else if text[at..].starts_with(b"//") {
            found.extend(user_information(text, at));
            found.extend(in_path(text, at));
            at += 2;
        } else {
            at += 1;
        }
        // User information is found from before its start; what it holds is not searched again.
        at = found
            .last()
            .map_or(at, |last: &Range<usize>| at.max(last.end));
    }
    found
}

/// The literal that the name at `name` gives away.
fn named(text: &[u8], name: Range<usize>) -> Option<Range<usize>> {
    let word = &text[name.clone()];
    let closed = name.end + usize::from(text.get(name.end) == Some(&b'"'));
    let blanks_end = end_while(text, closed, is_blank);
    match text.get(blanks_end)? {
        separator @ (b'=' | b':') if is_secret_word(word) => {
            let value = end_while(text, blanks_end + 1, is_blank);
            let is_joined = value == name.end + 1;
            string(text, value).or_else(|| match separator {
                b'=' => is_joined.then(|| bare_literal(text, value, b"")).flatten(),
                _ => header_value(text, word, value),
            })
        }
        b':' if is_cookie(word) => cookies(text, blanks_end + 1),
        b')' if is_element(&text[..name.start]) && is_secret_word(word) => {
            string(text, end_while(text, blanks_end + 1, is_blank))
        }
        b'"' | b'(' if blanks_end > closed => {
            let is_declared = is_declaration(&text[..name.start]) && is_secret_word(word);
            is_declared.then(|| string(text, blanks_end)).flatten()
        }
        _ if blanks_end > name.end && closed == name.end => {
            let is_declared = is_variable(&text[..name.start]) && is_secret_word(word);
            let value = is_declared
                .then(|| bare_literal(text, blanks_end, b""))
                .flatten();
            value.filter(|value| memchr::memchr(b'=', &text[value.clone()]).is_none())
        }
        _ => None,
    }
}

/// Whether an element of an array is named next, as in `($credentials->"password")`.
fn is_element(before: &[u8]) -> bool {
    let before = before.strip_suffix(b"\"").unwrap_or(before);
    before.ends_with(b"->")
}

fn is_cookie(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b"cookie") || name.eq_ignore_ascii_case(b"set-cookie")
}

/// All that stands in a header of cookies, for any of them may be a session.
fn cookies(text: &[u8], at: usize) -> Option<Range<usize>> {
    let start = end_while(text, at, is_blank);
    let end = end_while(text, start, |byte| {
        !matches!(byte, b'"' | b'\'' | b'\r' | b'\n' | b'\\' | b',' | b'$')
    });
    (end > start).then_some(start..end)
}

/// The inside of the string that begins at `at`, also as the first of an expression:
/// `("abc" . $serial)`.
fn string(text: &[u8], at: usize) -> Option<Range<usize>> {
    let inside = end_while(text, at, |byte| byte == b'(' || is_blank(byte));
    quoted_literal(text, inside)
}

/// Whether a variable is declared or set by the name that comes next.
fn is_declaration(before: &[u8]) -> bool {
    let before = before.strip_suffix(b"\"").unwrap_or(before);
    [&b"local "[..], b"global ", b"set "]
        .iter()
        .any(|command| before.ends_with(command))
}

/// Whether a script's variable is named next: unlike `set`, `:set` is followed by nothing else.
fn is_variable(before: &[u8]) -> bool {
    [&b":local "[..], b":global ", b":set "]
        .iter()
        .any(|command| before.ends_with(command))
}

/// What is secret in `Authorization: Bearer abc`, `X-Auth-Token: abc` and `password: abc`.
fn header_value(text: &[u8], name: &[u8], at: usize) -> Option<Range<usize>> {
    if !name.eq_ignore_ascii_case(b"authorization") {
        let is_secret = is_password_word(name) || ends_in_key(name);
        return is_secret.then(|| bare_literal(text, at, b",")).flatten();
    }
    let scheme = end_while(text, at, |byte| byte.is_ascii_alphabetic());
    let value = end_while(text, scheme, is_blank);
    let has_scheme = scheme > at && value > scheme;
    bare_literal(text, if has_scheme { value } else { at }, b",")
}

fn ends_in_key(name: &[u8]) -> bool {
    let end = &name[name.len().saturating_sub(b"-key".len())..];
    end.eq_ignore_ascii_case(b"-key")
}

/// The inside of the string that begins at `at`. `None` when there is none, when it is empty,
/// and when the quote ends a string and an expression goes on: `"password=" . $x . "..."`.
fn quoted_literal(text: &[u8], at: usize) -> Option<Range<usize>> {
    let quote = *text.get(at).filter(|byte| matches!(byte, b'"' | b'\''))?;
    let start = at + 1;
    let mut end = start;
    while end < text.len() && text[end] != quote {
        end += if text[end] == b'\\' { 2 } else { 1 };
    }
    let end = end.min(text.len());
    let is_joint = text[start..end].trim_ascii_start().starts_with(b". ");
    (end > start && !is_joint && !is_switch(&text[start..end])).then_some(start..end)
}

/// The word that begins at `at`, up to a blank, a quote, a bracket or one of `also`. `None` when
/// it is empty, an expression or a switch; a backslash begins an escape that the level below
/// reads.
fn bare_literal(text: &[u8], at: usize, also: &[u8]) -> Option<Range<usize>> {
    let rest = text.get(at..)?;
    if matches!(rest.first(), Some(b'$' | b'[' | b'(' | b'{')) {
        return None;
    }
    let length = rest
        .iter()
        .take_while(|byte| {
            !matches!(
                byte,
                0..=b' ' | b'"' | b'\'' | b';' | b'&' | b']' | b')' | b'}' | b'<' | b'>'
            ) && **byte != b'\\'
                && !also.contains(byte)
        })
        .count();
    (length > 0 && !is_switch(&rest[..length])).then_some(at..at + length)
}

/// Where the bytes from `at` on end that fulfil the condition.
pub(super) fn end_while(text: &[u8], at: usize, condition: impl Fn(u8) -> bool) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| condition(**byte)).count()
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}
