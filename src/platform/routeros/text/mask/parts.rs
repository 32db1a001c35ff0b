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
pub(super) fn parts_of(menu: &[u8], line: &[u8]) -> Vec<Part> {
    let tokens = tokens(line);
    let menu = match tokens.first() {
        Some(Token { kind, range }) if *kind == TokenKind::Menu => &line[range.clone()],
        _ => menu,
    };
    let is_variable = holds_variables(menu) && names_a_secret(line, &tokens);
    let mut key: &[u8] = b"";
    let mut parts = Vec::new();
    for Token { kind, range } in tokens {
        match kind {
            TokenKind::Key => key = &line[range],
            TokenKind::Value => {
                let value = &line[range.clone()];
                let is_secret =
                    is_secret_attribute(menu, key, value) || (is_variable && key == b"value");
                if !is_secret {
                    parts.push(Part::Text(range));
                } else if value != b"\"\"" {
                    parts.push(Part::Secret(range));
                }
            }
            TokenKind::Remark if is_header(line) => {}
            TokenKind::Target | TokenKind::Other | TokenKind::Remark => {
                parts.push(Part::Text(range));
            }
            TokenKind::Menu | TokenKind::Command | TokenKind::Equals | TokenKind::Space => {}
        }
    }
    parts
}

/// Whether one of the attributes `key` and `name` has the name of a secret for its value.
fn names_a_secret(line: &[u8], tokens: &[Token]) -> bool {
    tokens.windows(3).any(|three| {
        let [key, equals, value] = [0, 1, 2].map(|at| &line[three[at].range.clone()]);
        equals == b"=" && matches!(key, b"key" | b"name") && is_secret_word(unquoted(value))
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
