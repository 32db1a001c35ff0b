//! What of an export goes into the index: its masked logical lines, each once, with its menu.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::db::search::Lines;
use crate::platform::routeros::text::{TokenKind, comparison_form, masked, tokens};
use crate::visible;

/// How many bytes of a line are kept: beyond it stand pasted scripts and certificates.
pub const MAX_LINE_BYTES: usize = 16 * 1024;

/// How a cut line ends.
const CUT_MARK: &str = " […]";

/// How many distinct lines of an export are kept: as many as the largest export has when it is
/// configuration, and a bound for the memory when it is not.
const MAX_LINES: usize = 200_000;

/// How many bytes of a digest are kept.
const DIGEST_BYTES: usize = 16;

/// The lines of an export as the index keeps them. Headings are lines, too, and so is what the header says of the router.
#[must_use]
pub fn lines(export: &[u8]) -> Lines {
    let form = comparison_form(&masked(export));
    let mut menu = String::new();
    let mut distinct = BTreeMap::new();
    let mut left_out = false;
    for line in form.split(|&byte| byte == b'\n') {
        if line.is_empty() {
            continue;
        }
        if let Some(next) = menu_of(line) {
            menu = next;
        }
        if distinct.len() == MAX_LINES {
            left_out = true;
            break;
        }
        let text = visible_line(line);
        let digest = Sha256::new()
            .chain_update(&menu)
            .chain_update("\n")
            .chain_update(&text)
            .finalize();
        distinct.insert(digest[..DIGEST_BYTES].to_vec(), (menu.clone(), text));
    }
    Lines {
        left_out,
        ..columns(distinct)
    }
}

/// The menu that a line opens; in a terse export each line names its own. `None` when it opens
/// none.
fn menu_of(line: &[u8]) -> Option<String> {
    if !line.starts_with(b"/") {
        return None;
    }
    let first = tokens(line).next()?;
    let menu = line[first.range].trim_ascii_end();
    (first.kind == TokenKind::Menu).then(|| visible_line(menu))
}

/// A line in which every character is visible, cut when it is endless.
fn visible_line(line: &[u8]) -> String {
    let mut text = visible::bytes(&line[..line.len().min(MAX_LINE_BYTES)]);
    if text.len() > MAX_LINE_BYTES || line.len() > MAX_LINE_BYTES {
        text.truncate(text.floor_char_boundary(MAX_LINE_BYTES));
        text.push_str(CUT_MARK);
    }
    text
}

fn columns(distinct: BTreeMap<Vec<u8>, (String, String)>) -> Lines {
    let mut lines = Lines::default();
    for (digest, (menu, text)) in distinct {
        lines.digests.push(digest);
        lines.menus.push(menu);
        lines.texts.push(text);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(export: &[u8]) -> Vec<(String, String)> {
        let lines = lines(export);
        assert!(!lines.left_out);
        assert!(lines.digests.is_sorted());
        let mut pairs: Vec<_> = lines.menus.into_iter().zip(lines.texts).collect();
        pairs.sort();
        pairs
    }

    fn pair(menu: &str, text: &str) -> (String, String) {
        (menu.to_owned(), text.to_owned())
    }

    #[test]
    fn wrapped_lines_are_joined_and_stand_once_under_their_menu() {
        let export = b"# 2026-05-01 02:00:11 by RouterOS 7.16.2\r\n/ip address\r\nadd address=192.0.2.1/24 \\\r\n    interface=a\r\nadd address=192.0.2.1/24 interface=a\r\n/ip route\r\nadd gateway=192.0.2.9\r\n";
        assert_eq!(
            of(export),
            [
                pair("", "# by RouterOS 7.16.2"),
                pair("/ip address", "/ip address"),
                pair("/ip address", "add address=192.0.2.1/24 interface=a"),
                pair("/ip route", "/ip route"),
                pair("/ip route", "add gateway=192.0.2.9"),
            ]
        );
    }

    #[test]
    fn secrets_are_masked_before_anything_else() {
        let export = b"/ppp secret\nadd name=anna password=\"Tulip and\\\n     Rose 77\"\n/system script\nadd name=s source=\"# Tulip and Rose 77\"\n";
        let all = format!("{:?}", of(export));
        assert!(!all.contains("Rose") && !all.contains("Tulip"), "{all}");
        assert!(all.contains("name=anna password=*****"), "{all}");
    }

    #[test]
    fn what_is_invisible_is_made_visible_and_nul_never_stays() {
        let lines = of(b"/system note\nset note=\"a\x00b\xe9\"\n");
        assert_eq!(lines[1].1, "set note=\"a<U+0000>b<E9>\"");
    }

    #[test]
    fn an_endless_line_is_cut_with_a_mark() {
        let mut export = b"/system script\nadd source=\"".to_vec();
        export.extend("ü".repeat(MAX_LINE_BYTES).as_bytes());
        let lines = of(&export);
        assert!(lines[1].1.ends_with("[…]"));
        assert!(lines[1].1.len() <= MAX_LINE_BYTES + CUT_MARK.len());
    }

    #[test]
    fn more_lines_than_any_router_has_are_left_out_and_said() {
        let mut export = String::from("/ip route\n");
        for number in 0..=MAX_LINES {
            export.push_str(&format!("add gateway={number}\n"));
        }
        let lines = lines(export.as_bytes());
        assert!(lines.left_out);
        assert_eq!(lines.digests.len(), MAX_LINES);
    }
}
