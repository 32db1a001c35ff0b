//! Whether the last line of an export is a whole line.
//!
//! RouterOS has no end mark, so a cut export is told by a line that stops in the middle. Only
//! what is certain counts: values that hold brackets or quotes are quoted by the router, so an
//! open one outside a string is a cut `[ find ... ]`; a stray closing bracket proves nothing.

use super::error_menu::ERROR_EXPORTING;
use super::lines::{ends_continued, is_blank};

/// What some editors, and so some exports that were taken up again, begin with.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What the last logical line lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfinished {
    /// It ends in a backslash, and nothing continues it.
    Continuation,
    /// It stops inside a quoted string.
    Quote,
    /// A `[` is not closed.
    Bracket,
    /// A `{` is not closed.
    Brace,
    /// A `(` is not closed.
    Parenthesis,
    /// It does not begin as a line of configuration does: a cut word, or a prompt.
    NotConfiguration,
}

/// Looks at one logical line.
pub(super) fn unfinished(line: &[u8]) -> Option<Unfinished> {
    let is_remark = line.starts_with(b"#") && !line.starts_with(ERROR_EXPORTING);
    if is_remark || is_blank(line) {
        // A remark is free text: an SSID in it may hold any bracket, or end in a backslash.
        return None;
    }
    if ends_continued(line) {
        return Some(Unfinished::Continuation);
    }
    open_delimiter(line)
        .or_else(|| (!is_configuration(line)).then_some(Unfinished::NotConfiguration))
}

/// Whether a logical line begins as one of an export does: a menu, a remark, or a command.
pub(super) fn is_configuration(line: &[u8]) -> bool {
    let line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
    is_blank(line) || line.starts_with(b"/") || line.starts_with(b"#") || is_command(line)
}

/// Whether the line is an `add` or a `set`; no other command occurs in 1,400 public exports.
fn is_command(line: &[u8]) -> bool {
    let word = line.split(|&byte| byte == b' ').next();
    matches!(word, Some(b"add" | b"set"))
}

/// The string or bracket that the line leaves open.
fn open_delimiter(line: &[u8]) -> Option<Unfinished> {
    let (mut brackets, mut braces, mut parentheses) = (0_usize, 0_usize, 0_usize);
    let mut in_string = false;
    let mut bytes = line.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'[' => brackets += 1,
            b']' => brackets = brackets.saturating_sub(1),
            b'{' => braces += 1,
            b'}' => braces = braces.saturating_sub(1),
            b'(' => parentheses += 1,
            b')' => parentheses = parentheses.saturating_sub(1),
            _ => {}
        }
    }
    match (in_string, brackets, braces, parentheses) {
        (true, ..) => Some(Unfinished::Quote),
        (_, 1.., ..) => Some(Unfinished::Bracket),
        (_, _, 1.., _) => Some(Unfinished::Brace),
        (.., 1..) => Some(Unfinished::Parenthesis),
        _ => None,
    }
}
