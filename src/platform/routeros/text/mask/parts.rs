//! The parts of a line that masking looks at: which are secret by name, which may hold a secret.

use std::ops::Range;

use super::super::error_menu::{ERROR_EXPORTING, INTERRUPTED};
use super::super::header::{field_of, version_tail};
use super::super::syntax::{Token, TokenKind, tokens};
use super::names::{holds_variables, is_secret_attribute, is_secret_word};

/// A part of a logical line that is looked at.
pub(super) enum Part {
    /// Secret by its attribute.
    Secret(Range<usize>),
    /// Text that may hold a secret.
    Text(Range<usize>),
}

/// The parts of a line that may have to be hidden, in order.
pub(super) fn parts_of<'a>(menu: &'a [u8], line: &'a [u8]) -> impl Iterator<Item = Part> + 'a {
    let menu = match tokens(line).next() {
        Some(Token {
            kind: TokenKind::Menu,
            range,
        }) => &line[range],
        _ => menu,
    };
    let is_variable = holds_variables(menu) && names_a_secret(line);
    let mut key: &[u8] = b"";
    tokens(line).filter_map(move |Token { kind, range }| match kind {
        TokenKind::Key => {
            key = &line[range];
            None
        }
        TokenKind::Value => {
            let value = &line[range.clone()];
            if is_secret_attribute(menu, key, value) || (is_variable && key == b"value") {
                (value != b"\"\"").then_some(Part::Secret(range))
            } else {
                Some(Part::Text(range))
            }
        }
        TokenKind::Remark if is_header(line) => None,
        TokenKind::Target | TokenKind::Other | TokenKind::Remark => Some(Part::Text(range)),
        TokenKind::Menu | TokenKind::Command | TokenKind::Equals | TokenKind::Space => None,
    })
}

/// Whether one of the attributes `key` and `name` has the name of a secret for its value.
fn names_a_secret(line: &[u8]) -> bool {
    let mut key: &[u8] = b"";
    tokens(line).any(|Token { kind, range }| {
        let text = &line[range];
        if kind == TokenKind::Key {
            key = text;
        }
        let is_name = kind == TokenKind::Value && matches!(key, b"key" | b"name");
        is_name && is_secret_word(unquoted(text))
    })
}

/// Whether a remark says what the router is, or what the export lacks.
fn is_header(line: &[u8]) -> bool {
    line.starts_with(ERROR_EXPORTING)
        || line.starts_with(INTERRUPTED)
        || field_of(line).is_some()
        || version_tail(line).is_some()
}

/// A value without its quotes.
pub(super) fn unquoted(value: &[u8]) -> &[u8] {
    match value {
        [b'"', inside @ .., b'"'] | [b'"', inside @ ..] => inside,
        bare => bare,
    }
}
