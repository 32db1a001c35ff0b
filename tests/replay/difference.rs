//! The difference between two exports, applied to the first one: what comes of it is the second.
//!
//! It is read from what the program shows, the table of a page and the unified diff, and applied
//! by a few lines that know of the second export only what these say of it.

use std::collections::{BTreeMap, BTreeSet};

use routervault::compare::table::{Change, ItemRow, Open, Options, Row, Table};
use routervault::compare::{Cell, table, unified};
use routervault::platform::routeros::text::{comparison_form, logical_lines};

/// The items of each menu, in order.
type Menus = BTreeMap<String, Vec<String>>;

/// Panics unless both forms of the difference, applied to `old`, give `new`.
pub fn assert_applies(old: &[u8], new: &[u8]) {
    let options = Options {
        mask: false,
        noise: true,
        open: Open::All,
        max_rows: usize::MAX,
    };
    let table = table(&[old, new], &options);
    let expected = items(new)
        .into_iter()
        .fold(Menus::new(), |mut menus, item| {
            menus.entry(item.menu).or_default().push(item.text);
            menus
        });
    assert_eq!(applied(&table, old), expected);
    let headings = table.rows.iter().filter_map(|row| match row {
        Row::Menu(menu) if menu.present[1] && menu.path.starts_with('/') => Some(menu.path.clone()),
        _ => None,
    });
    assert_eq!(headings.collect::<BTreeSet<_>>(), self::headings(new));
    let diff = unified("old", "new", old, new);
    assert_eq!(patched(&comparison_form(old), &diff), comparison_form(new));
}

/// A copy in which somebody removed items, doubled and changed some, and turned others round.
pub fn changed(export: &[u8]) -> Vec<u8> {
    let mut out: Vec<Vec<u8>> = Vec::new();
    let mut items = 0;
    for line in logical_lines(export) {
        let mut text = line.text.into_owned();
        let is_item = text.starts_with(b"add") || text.starts_with(b"set");
        items += usize::from(is_item);
        match if is_item { items % 6 } else { 0 } {
            1 => text.extend_from_slice(b" disabled=yes"),
            2 => out.push(text.clone()),
            3 => continue,
            4 => text.iter_mut().for_each(|byte| {
                *byte = if *byte == b'1' { b'2' } else { *byte };
            }),
            5 if out.last().is_some_and(|last| !last.starts_with(b"/")) => {
                let at = out.len() - 1;
                out.insert(at, text);
                continue;
            }
            _ => {}
        }
        out.push(text);
    }
    out.push(b"/ip pool\nadd name=new ranges=192.0.2.10-192.0.2.20\n".to_vec());
    out.join(&b"\n"[..])
}

/// An item or a remark, as a page shows it.
struct Item {
    menu: String,
    line: usize,
    text: String,
}

fn items(export: &[u8]) -> Vec<Item> {
    let mut menu = "header".to_owned();
    let mut items = Vec::new();
    for line in logical_lines(export) {
        let text = shown(&line.text);
        if text.starts_with('/') {
            menu = text.trim_end().to_owned();
            continue;
        }
        let is_remark_of_the_router =
            text.starts_with("#error exporting") || text.starts_with("#interrupted");
        items.push(Item {
            menu: if is_remark_of_the_router {
                "not exported".to_owned()
            } else {
                menu.clone()
            },
            line: line.number,
            text,
        });
    }
    items
}

fn headings(export: &[u8]) -> BTreeSet<String> {
    let lines = logical_lines(export).filter(|line| line.text.starts_with(b"/"));
    lines
        .map(|line| shown(&line.text).trim_end().to_owned())
        .collect()
}

/// Router text with everything visible.
fn shown(text: &[u8]) -> String {
    let mut shown = String::new();
    for chunk in text.utf8_chunks() {
        for character in chunk.valid().chars() {
            if character.is_control() {
                shown += &format!("<U+{:04X}>", u32::from(character));
            } else {
                shown.push(character);
            }
        }
        for byte in chunk.invalid() {
            shown += &format!("<{byte:02X}>");
        }
    }
    shown
}

/// The first column with the table's changes made to it. Panics unless the table has each of its
/// lines exactly once, and moves each that leaves its place to another.
fn applied(table: &Table, old: &[u8]) -> Menus {
    let texts: BTreeMap<usize, String> = items(old)
        .into_iter()
        .map(|item| (item.line, item.text))
        .collect();
    let mut menus = Menus::new();
    let mut menu = "";
    let (mut seen, mut left, mut arrived) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for row in &table.rows {
        let item = match row {
            Row::Menu(row) => {
                menu = &row.path;
                continue;
            }
            Row::Fold(_) => continue,
            Row::Item(item) => item,
        };
        let own = item.cells[0].text.as_ref().map(|text| text.line);
        if let Some(line) = own {
            assert_eq!(text_of(&item.cells[0]), texts[&line]);
            assert!(seen.insert(line), "line {line} is there twice");
        }
        let after = &item.cells[1];
        if after.change == Change::MovedAway {
            left.insert(own);
        } else if after.change == Change::Moved {
            arrived.insert(after.elsewhere);
        }
        if let Some(text) = item_after(item, &texts) {
            menus.entry(menu.to_owned()).or_default().push(text);
        }
    }
    assert!(seen.iter().eq(texts.keys()), "a line is missing");
    assert_eq!(left, arrived);
    menus
}

/// What a row makes of the old item. `None` when the item goes, or goes elsewhere.
fn item_after(row: &ItemRow, texts: &BTreeMap<usize, String>) -> Option<String> {
    let [before, after] = [&row.cells[0], &row.cells[1]];
    let line = match after.change {
        Change::Removed | Change::MovedAway | Change::Absent => return None,
        Change::Added => return Some(text_of(after)),
        Change::Equal | Change::Changed => before.text.as_ref().unwrap().line,
        Change::Moved => after.elsewhere.unwrap(),
    };
    Some(edited(&texts[&line], after))
}

/// The old text with what is marked as changed put in: everything else has to come from it.
fn edited(old: &str, cell: &Cell) -> String {
    let pieces = &cell.text.as_ref().unwrap().pieces;
    if !pieces.iter().any(|piece| piece.is_changed) && cell.change != Change::Changed {
        return old.to_owned();
    }
    let mut rest = old;
    for piece in pieces.iter().filter(|piece| !piece.is_changed) {
        let kept = piece.text.trim();
        let at = rest
            .find(kept)
            .unwrap_or_else(|| panic!("{kept:?} is not in {old:?}"));
        rest = &rest[at + kept.len()..];
    }
    text_of(cell)
}

fn text_of(cell: &Cell) -> String {
    let text = cell.text.as_ref().unwrap();
    assert_eq!(text.hidden_bytes, 0);
    text.pieces
        .iter()
        .map(|piece| piece.text.as_str())
        .collect()
}

/// What patch(1) makes of a text, without its tolerance: each line that stays or goes must fit.
fn patched(old: &[u8], diff: &[u8]) -> Vec<u8> {
    let old: Vec<&[u8]> = old.split_inclusive(|&byte| byte == b'\n').collect();
    let (mut out, mut at) = (Vec::new(), 0);
    for line in diff.split_inclusive(|&byte| byte == b'\n').skip(2) {
        match line[0] {
            b'@' => {
                let start = first_line(line);
                out.extend(old[at..start].concat());
                at = start;
            }
            b'+' => out.extend_from_slice(&line[1..]),
            sign => {
                assert_eq!(&line[1..], old[at]);
                if sign == b' ' {
                    out.extend_from_slice(old[at]);
                }
                at += 1;
            }
        }
    }
    out.extend(old[at..].concat());
    out
}

/// How many old lines stand before the hunk with this range, `@@ -first,count +… @@`.
fn first_line(range: &[u8]) -> usize {
    let range = String::from_utf8_lossy(range);
    let old = range.split(' ').nth(1).unwrap().trim_start_matches('-');
    let (first, count) = old.split_once(',').unwrap_or((old, "1"));
    let first: usize = first.parse().unwrap();
    if count == "0" { first } else { first - 1 }
}
