//! The parts of one logical line: menu, command, target, keys and values.
//!
//! Comparison, masking and highlighting all need the same parts, so they are told apart here
//! once. The grammar is that of exports and not of scripts: a heading, a remark, or a command
//! with its attributes. Whatever else stands in a line is [`TokenKind::Other`]; no byte is ever
//! left out, so that what is shown is what was received.

use std::ops::Range;

use super::header::strip_bom;

/// What a part of a logical line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A heading, `/ip firewall filter`, without what follows it in a terse export.
    Menu,
    /// A whole line that begins with `#`.
    Remark,
    /// `add`, `set`, or whatever word stands first.
    Command,
    /// What the command is for: `[ find default-name=ether1 ]`, `ether1`, `*1`, `"a b"`.
    Target,
    /// The name of an attribute.
    Key,
    /// The `=` behind a key.
    Equals,
    /// The value of an attribute with its quotes; missing when there is none.
    Value,
    /// Blanks between the others.
    Space,
    /// Anything else, such as a flag word behind the first attribute.
    Other,
}

/// A part of a logical line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Its bytes within the line; never empty.
    pub range: Range<usize>,
}

/// The tokens of one logical line (no line end, continuations joined): in order, without gaps,
/// covering it whole. Takes linear time and never panics, for any bytes.
#[must_use]
pub fn tokens(line: &[u8]) -> Vec<Token> {
    let start = line.len() - strip_bom(line).len();
    if line[start..].starts_with(b"#") {
        return vec![Token {
            kind: TokenKind::Remark,
            range: 0..line.len(),
        }];
    }
    let mut scanner = Scanner {
        line,
        at: 0,
        tokens: Vec::new(),
        place: Place::Command,
    };
    if line[start..].starts_with(b"/") {
        scanner.push(TokenKind::Menu, menu_end(line, start));
    }
    while scanner.at < line.len() {
        scanner.step();
    }
    scanner.tokens
}

/// What a bare word would be where the scanner stands.
#[derive(Clone, Copy)]
enum Place {
    /// No command came yet.
    Command,
    /// A command came that takes a target, and no attribute yet.
    Target,
    /// Among the attributes.
    Attributes,
}

struct Scanner<'a> {
    line: &'a [u8],
    at: usize,
    tokens: Vec<Token>,
    place: Place,
}

impl Scanner<'_> {
    /// Takes the next blanks, attribute or word.
    fn step(&mut self) {
        let rest = &self.line[self.at..];
        let blanks = rest.iter().take_while(|byte| is_space(**byte)).count();
        if blanks > 0 {
            self.push(TokenKind::Space, self.at + blanks);
            return;
        }
        let name = rest.iter().take_while(|byte| is_key_byte(**byte)).count();
        if name > 0 && rest.get(name) == Some(&b'=') {
            self.push(TokenKind::Key, self.at + name);
            self.push(TokenKind::Equals, self.at + 1);
            self.push(TokenKind::Value, word_end(self.line, self.at));
            self.place = Place::Attributes;
            return;
        }
        self.word();
    }

    fn word(&mut self) {
        let end = word_end(self.line, self.at);
        let word = &self.line[self.at..end];
        let kind = match self.place {
            Place::Command if word[0].is_ascii_alphanumeric() => TokenKind::Command,
            Place::Target if word[0] != b'!' => TokenKind::Target,
            _ => TokenKind::Other,
        };
        if let Place::Command = self.place {
            // What `add` makes has no name to be called by yet.
            self.place = if word == b"add" {
                Place::Attributes
            } else {
                Place::Target
            };
        }
        self.push(kind, end);
    }

    fn push(&mut self, kind: TokenKind, end: usize) {
        if end > self.at {
            let range = self.at..end;
            self.tokens.push(Token { kind, range });
            self.at = end;
        }
    }
}

/// Where the menu ends that begins at `start`: before the command or the attributes that stand
/// on the same line in a terse export.
fn menu_end(line: &[u8], start: usize) -> usize {
    let mut end = start;
    let mut at = start;
    loop {
        let word = at
            + line[at..]
                .iter()
                .take_while(|&&byte| byte == b'/' || (is_key_byte(byte) && byte != b'.'))
                .count();
        let is_name = word > at && line.get(word).is_none_or(|&byte| is_space(byte));
        if end > start && (!is_name || matches!(&line[at..word], b"add" | b"set")) {
            return end;
        }
        if !is_name {
            return word_end(line, start);
        }
        end = word;
        at = word
            + line[word..]
                .iter()
                .take_while(|byte| is_space(**byte))
                .count();
    }
}

/// Where the word at `start` ends: at a blank outside of strings and brackets, or at the end.
/// An escape is never split.
fn word_end(line: &[u8], start: usize) -> usize {
    let (mut at, mut depth, mut in_string) = (start, 0_usize, false);
    while let Some(&byte) = line.get(at) {
        match byte {
            b'\\' => at += 1,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'[' | b'{' | b'(' => depth += 1,
            b']' | b'}' | b')' => depth = depth.saturating_sub(1),
            _ if depth == 0 && is_space(byte) => return at,
            _ => {}
        }
        at += 1;
    }
    at.min(line.len())
}

/// Whether the byte separates words.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r')
}

/// Whether the byte may stand in the name of an attribute, such as `.as` or `input.filter`.
pub(super) fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}
