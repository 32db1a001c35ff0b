//! The text of a RouterOS export, read without I/O: its lines, header, menus, secrets, tones,
//! signs of damage and the form in which two exports are compared.
//!
//! It stands apart from the session because everything here is a pure function over bytes: the
//! judgement, the comparison, the indexer and the pages use it alike. Router text is bytes, never
//! assumed to be UTF-8, and may be hostile: each function takes linear time and none panics.
//! The facts behind the rules (counts over about 1,400 public exports, MikroTik's pages,
//! recorded sessions) are named where a rule is written down.

mod cli_error;
mod comparison;
mod error_menu;
mod header;
mod highlight;
mod lines;
mod marks;
mod mask;
mod menu_tree;
mod pieces;
mod syntax;
#[cfg(test)]
pub(crate) mod tests;
mod unfinished;

pub use comparison::{comparison_form, fingerprint};
pub use header::{Header, header, major};
pub use highlight::{
    Highlighted, HighlightedLine, HighlightedLines, Tone, highlight, highlight_logical,
    tone_of_value,
};
pub use lines::{
    LogicalLine, LogicalLines, PhysicalLines, line_count, logical_lines, physical_lines,
};
pub use marks::{Marks, marks};
pub use mask::{MASK, Secrets, masked};
pub use menu_tree::{MenuNode, SectionSpan, menu_tree, section_text};
pub use syntax::{Token, TokenKind, Tokens, tokens};
pub use unfinished::Unfinished;

/// How many characters of the router's own words are repeated in marks and messages.
const MAX_QUOTED_CHARS: usize = 120;

/// The bytes as printable ASCII of at most [`MAX_QUOTED_CHARS`] characters, everything else as
/// `?`: what a router says ends up in messages and on pages, so nothing in it may act there.
pub(super) fn quoted(bytes: &[u8]) -> String {
    bytes
        .trim_ascii()
        .iter()
        .take(MAX_QUOTED_CHARS)
        .map(|&byte| match byte {
            b' '..=b'~' => char::from(byte),
            _ => '?',
        })
        .collect()
}
