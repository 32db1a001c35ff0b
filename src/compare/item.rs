//! The parts of an item: its command, its target and its attributes, each with the blank before
//! it, so that the parts put together are the line again.

use std::ops::Range;

use crate::platform::routeros::text::{Token, TokenKind, tokens};

/// How many bytes a line of several parts has at most. The longest scripts have a tenth of it,
/// and a part takes more memory than a short attribute does.
const MAX_ITEM_BYTES: usize = 256 * 1024;

/// A part of a line. Lines that are no commands are one part, remarks with a value two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// Its bytes in the line, the blank before it included.
    pub range: Range<usize>,
    /// What it is.
    pub kind: PartKind,
}

/// What a part is, with the bytes that name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PartKind {
    /// `add`, `set`, or whatever word stands first.
    Command,
    /// What the command is for, `[ find default-name=ether1 ]`.
    Target,
    /// `key=value`: where the key stands, and where the value stands in the line.
    Attribute {
        key: Range<usize>,
        value: Range<usize>,
    },
    /// Anything else.
    Other,
}

impl Part {
    /// The name of an attribute. `None` for any other part.
    pub fn key<'a>(&self, line: &'a [u8]) -> Option<&'a [u8]> {
        match &self.kind {
            PartKind::Attribute { key, .. } => Some(&line[key.clone()]),
            _ => None,
        }
    }

    /// The value of an attribute; any other part's text.
    pub fn value(&self) -> Range<usize> {
        match &self.kind {
            PartKind::Attribute { value, .. } => value.clone(),
            _ => self.range.clone(),
        }
    }
}

/// The parts of a line, without gaps.
pub(super) fn parts(line: &[u8]) -> Vec<Part> {
    if line.starts_with(b"#") {
        return remark(line);
    }
    if line.len() > MAX_ITEM_BYTES {
        return vec![Part {
            range: 0..line.len(),
            kind: PartKind::Other,
        }];
    }
    let mut parts: Vec<Part> = Vec::new();
    let mut start = 0;
    let mut key = 0..0;
    for Token { kind, range } in tokens(line) {
        let part = match kind {
            TokenKind::Space => continue,
            TokenKind::Key => {
                key = range;
                continue;
            }
            TokenKind::Equals => Part {
                range: start..range.end,
                kind: PartKind::Attribute {
                    key: key.clone(),
                    value: range.end..range.end,
                },
            },
            TokenKind::Value => {
                extend_value(&mut parts, &range);
                start = range.end;
                continue;
            }
            _ => Part {
                range: start..range.end,
                kind: kind_of(kind),
            },
        };
        start = part.range.end;
        parts.push(part);
    }
    if start < line.len() {
        parts.push(Part {
            range: start..line.len(),
            kind: PartKind::Other,
        });
    }
    parts
}

const fn kind_of(kind: TokenKind) -> PartKind {
    match kind {
        TokenKind::Command => PartKind::Command,
        TokenKind::Target => PartKind::Target,
        _ => PartKind::Other,
    }
}

/// Gives the attribute that was begun its value.
fn extend_value(parts: &mut [Part], range: &Range<usize>) {
    if let Some(part) = parts.last_mut() {
        part.range.end = range.end;
        if let PartKind::Attribute { value, .. } = &mut part.kind {
            *value = range.clone();
        }
    }
}

/// `# model = X` as key and value, so that only the value is marked when it changes.
fn remark(line: &[u8]) -> Vec<Part> {
    let behind =
        |separator: &[u8]| memchr::memmem::find(line, separator).map(|at| at + separator.len());
    let value = behind(b" by RouterOS ").or_else(|| behind(b" = "));
    let Some(at) = value.filter(|&at| at < line.len()) else {
        return vec![Part {
            range: 0..line.len(),
            kind: PartKind::Other,
        }];
    };
    vec![Part {
        range: 0..line.len(),
        kind: PartKind::Attribute {
            key: 0..at,
            value: at..line.len(),
        },
    }]
}

/// Where the menu stands in a line that begins with a slash, and where the item does that a
/// terse export writes behind it.
pub(super) fn terse_split(line: &[u8]) -> (Range<usize>, Option<Range<usize>>) {
    let mut tokens = tokens(line);
    let menu = tokens.next().map_or(0..line.len(), |menu| menu.range);
    let item = tokens.find(|token| token.kind != TokenKind::Space);
    (menu, item.map(|first| first.range.start..line.len()))
}
