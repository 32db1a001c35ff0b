//! The router's own remarks on what an export lacks.
//!
//! Spellings seen: v6 `#error exporting /ip firewall calea`, v7 `#error exporting
//! /ip/firewall/calea`, newer v7 `#error exporting "/system/routerboard/mode-button"`, and with
//! ` (timeout)` behind it since 7.11, for a menu that did not answer.

use super::quoted;

/// How a line begins that names a menu the router could not export.
pub(super) const ERROR_EXPORTING: &[u8] = b"#error exporting";
/// How the line begins that a cut session leaves behind.
pub(super) const INTERRUPTED: &[u8] = b"#interrupted";

/// A menu that the export lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ErrorMenu {
    /// In the spaced form, `/ip firewall calea`, whatever the spelling. `/` when not named.
    pub menu: String,
    /// Whether the router gave up waiting for it.
    pub timed_out: bool,
}

/// Reads an `#error exporting` line. `None` for any other line.
pub(super) fn error_menu(line: &[u8]) -> Option<ErrorMenu> {
    let rest = line.strip_prefix(ERROR_EXPORTING)?.trim_ascii();
    let (rest, timed_out) = match rest.strip_suffix(b"(timeout)") {
        Some(path) => (path.trim_ascii(), true),
        None => (rest, false),
    };
    let path = rest.strip_prefix(b"\"").map_or(rest, |open| {
        open.split(|&byte| byte == b'"').next().unwrap_or(open)
    });
    Some(ErrorMenu {
        menu: spaced(path),
        timed_out,
    })
}

/// `/ip/firewall/calea` as `/ip firewall calea`.
fn spaced(path: &[u8]) -> String {
    let text = quoted(path);
    let words: Vec<&str> = text
        .split(['/', ' '])
        .filter(|word| !word.is_empty())
        .collect();
    format!("/{}", words.join(" "))
}
