//! The menus of an export, in the order in which they stand.

use super::lines::physical_lines;

/// A menu heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The menu as written, for example `/ip firewall filter`; bytes that are not UTF-8 are
    /// replaced.
    pub menu: String,
    /// Physical line of the heading, from 1.
    pub line: usize,
}

/// The headings: every line that begins with `/`. A menu may come more than once.
#[must_use]
pub fn sections(export: &[u8]) -> Vec<Section> {
    physical_lines(export)
        .zip(1..)
        .filter_map(|(text, line)| {
            heading(text).map(|menu| Section {
                menu: String::from_utf8_lossy(menu).into_owned(),
                line,
            })
        })
        .collect()
}

/// The menu that a physical line opens, without trailing blanks. `None` when it is no heading.
pub(super) fn heading(line: &[u8]) -> Option<&[u8]> {
    line.starts_with(b"/").then(|| line.trim_ascii_end())
}
