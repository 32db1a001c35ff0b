//! What of an export goes into the index: its masked logical lines, each once, with its menu.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::db::search::Lines;
use crate::platform::routeros::text::comparison_form;
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

/// The lines of an export as the index keeps them, and whether some were left out because there
/// are too many.
#[must_use]
pub fn lines(export: &[u8]) -> (Lines, bool) {
    let form = comparison_form(&masked(export));
    let mut menu = String::new();
    let mut distinct = BTreeMap::new();
    let mut left_out = false;
    for line in form.split(|&byte| byte == b'\n') {
        if line.is_empty() {
            continue;
        }
        if line.starts_with(b"/") {
            menu = visible_line(line.trim_ascii_end());
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
    (columns(distinct), left_out)
}

fn masked(export: &[u8]) -> Vec<u8> {
    export.to_vec()
}

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
