//! The menus of an export as a tree, and the part of an export that belongs to one menu.

use std::ops::Range;

use super::header::strip_bom;
use super::lines::is_blank;
use super::pieces::{Piece, pieces};
use super::syntax::{TokenKind, tokens};

/// How deep the tree is at most; RouterOS has five levels, and a hostile heading could have any.
const MAX_DEPTH: usize = 12;

/// About how many nodes the tree has at most; large real exports have 100 sections.
const MAX_NODES: usize = 5_000;

/// A node of the tree: a section, or a word that sections have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuNode {
    /// The menu down to here, in the spaced form: `/ip firewall`. Bytes that are not UTF-8 are
    /// replaced.
    pub menu: String,
    /// Its last word.
    pub name: String,
    /// How many words are above it.
    pub depth: usize,
    /// The section, when there is one of just this menu here.
    pub section: Option<SectionSpan>,
}

/// Where a section lies and how much it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SectionSpan {
    /// Physical line of the heading, from 1.
    pub line: usize,
    /// How many physical lines it has with its heading.
    pub lines: usize,
    /// How many items: logical lines that are neither heading, remark nor blank.
    pub items: usize,
}

/// The menus in the order in which they stand, each word above its sections: flat, with the
/// depth in each node. A word comes again when another menu stood between, for the order of an
/// export is kept; what lies beyond 5,000 nodes is left out.
#[must_use]
pub fn menu_tree(export: &[u8]) -> Vec<MenuNode> {
    let mut nodes: Vec<MenuNode> = Vec::new();
    let mut above: Vec<String> = Vec::new();
    for section in raw_sections(export) {
        let words = words_of(&section.menu);
        if words == above {
            if let Some(span) = nodes.last_mut().and_then(|node| node.section.as_mut()) {
                span.lines += section.span.lines;
                span.items += section.span.items;
            }
            continue;
        }
        if nodes.len() >= MAX_NODES {
            break;
        }
        let common = above.iter().zip(&words).take_while(|(a, b)| a == b).count();
        let last = words.len() - 1;
        for depth in common.min(last)..=last {
            nodes.push(MenuNode {
                menu: format!("/{}", words[..=depth].join(" ")),
                name: words[depth].clone(),
                depth,
                section: (depth == last).then_some(section.span),
            });
        }
        above = words;
    }
    nodes
}

/// The remarks at the top of the export and every section of `menu` (words divided by blanks or
/// slashes), byte for byte. `None` when the export has no such section. Secrets are told by the
/// whole export, so mask first and take the section then.
#[must_use]
pub fn section_text(export: &[u8], menu: &str) -> Option<Vec<u8>> {
    let wanted = words_of(menu.as_bytes());
    let found: Vec<Range<usize>> = raw_sections(export)
        .filter(|section| words_of(&section.menu) == wanted)
        .map(|section| section.bytes)
        .collect();
    if found.is_empty() {
        return None;
    }
    let mut text = export[..top_end(export)].to_vec();
    for bytes in found {
        text.extend_from_slice(&export[bytes]);
    }
    Some(text)
}

/// A section as it lies in the export.
struct RawSection {
    /// The menu of the heading, without the command that a terse export puts behind it.
    menu: Vec<u8>,
    bytes: Range<usize>,
    span: SectionSpan,
}

/// The sections, in order.
fn raw_sections(export: &[u8]) -> impl Iterator<Item = RawSection> {
    let mut lines = pieces(export).zip(1..).peekable();
    std::iter::from_fn(move || {
        let is_heading = |piece: &Piece| export[piece.whole.clone()].starts_with(b"/");
        let (first, line) = lines.by_ref().find(|(piece, _)| is_heading(piece))?;
        let text = &export[first.whole.start..first.end];
        let menu = tokens(text).next()?.range;
        let is_terse = tokens(text).any(|part| part.kind == TokenKind::Command);
        let mut section = RawSection {
            menu: text[menu].to_vec(),
            bytes: first.whole.clone(),
            span: SectionSpan {
                line,
                lines: 1,
                items: usize::from(is_terse),
            },
        };
        let mut continued = first.continues;
        while let Some((piece, _)) = lines.next_if(|(piece, _)| !is_heading(piece)) {
            let text = &export[piece.whole.start..piece.end];
            let is_item = !continued && !text.starts_with(b"#") && !is_blank(text);
            section.span.items += usize::from(is_item);
            section.span.lines += 1;
            section.bytes.end = piece.whole.end;
            continued = piece.continues;
        }
        Some(section)
    })
}

/// The words of a menu; beyond [`MAX_DEPTH`] the rest is one. A heading without words is `/`.
fn words_of(menu: &[u8]) -> Vec<String> {
    let menu = String::from_utf8_lossy(menu);
    let mut words: Vec<String> = Vec::new();
    for word in menu.split(['/', ' ']).filter(|word| !word.is_empty()) {
        let is_full = words.len() == MAX_DEPTH;
        match words.last_mut().filter(|_| is_full) {
            Some(last) => last.extend([" ", word]),
            None => words.push(word.to_owned()),
        }
    }
    if words.is_empty() {
        words.push(String::new());
    }
    words
}

/// Where the remarks and blank lines at the top end.
fn top_end(export: &[u8]) -> usize {
    pieces(export)
        .map(|piece| {
            let line = strip_bom(&export[piece.whole.start..piece.end]);
            let is_top = line.starts_with(b"#") || is_blank(line);
            (is_top, piece.whole)
        })
        .take_while(|(is_top, _)| *is_top)
        .last()
        .map_or(0, |(_, whole)| whole.end)
}
