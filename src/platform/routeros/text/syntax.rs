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
/// covering it whole. Found one by one, so that a line of many megabytes takes no memory; linear
/// time, and never a panic, for any bytes.
#[must_use]
pub fn tokens(line: &[u8]) -> Tokens<'_> {
    Tokens {
        line,
        at: 0,
        place: Place::Start,
    }
}

/// Iterator of [`tokens`].
#[derive(Debug, Clone)]
pub struct Tokens<'a> {
    line: &'a [u8],
    at: usize,
    place: Place,
}

/// What may come where the iterator stands.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// A remark or a menu.
    Start,
    /// A command, or an attribute right away.
    Command,
    /// A target of the command, or the first attribute.
    Target,
    /// Attributes.
    Attributes,
    /// The `=` of a key.
    Equals,
    /// The value behind it.
    Value,
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        while self.at < self.line.len() {
            let (kind, end) = match self.place {
                Place::Start => self.start(),
                Place::Equals => {
                    self.place = Place::Value;
                    (TokenKind::Equals, self.at + 1)
                }
                Place::Value => {
                    self.place = Place::Attributes;
                    (TokenKind::Value, word_end(self.line, self.at))
                }
                place => self.step(place),
            };
            if end > self.at {
                let range = self.at..end;
                self.at = end;
                return Some(Token { kind, range });
            }
        }
        None
    }
}

impl Tokens<'_> {
    /// The remark that the line is, or the menu that it begins with; nothing for other lines.
    fn start(&mut self) -> (TokenKind, usize) {
        self.place = Place::Command;
        let start = self.line.len() - strip_bom(self.line).len();
        match self.line.get(start) {
            Some(b'#') => (TokenKind::Remark, self.line.len()),
            Some(b'/') => (TokenKind::Menu, menu_end(self.line, start)),
            _ => (TokenKind::Other, self.at),
        }
    }

    /// The next blanks, key or word.
    fn step(&mut self, place: Place) -> (TokenKind, usize) {
        let rest = &self.line[self.at..];
        let blanks = rest.iter().take_while(|byte| is_space(**byte)).count();
        if blanks > 0 {
            return (TokenKind::Space, self.at + blanks);
        }
        let name = rest.iter().take_while(|byte| is_key_byte(**byte)).count();
        if name > 0 && rest.get(name) == Some(&b'=') {
            self.place = Place::Equals;
            return (TokenKind::Key, self.at + name);
        }
        self.word(place)
    }

    fn word(&mut self, place: Place) -> (TokenKind, usize) {
        let end = word_end(self.line, self.at);
        let word = &self.line[self.at..end];
        let kind = match place {
            Place::Command if word[0].is_ascii_alphanumeric() => TokenKind::Command,
            Place::Target if word[0] != b'!' => TokenKind::Target,
            _ => TokenKind::Other,
        };
        if let Place::Command = place {
            // What `add` makes has no name to be called by yet.
            self.place = if word == b"add" {
                Place::Attributes
            } else {
                Place::Target
            };
        }
        (kind, end)
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
