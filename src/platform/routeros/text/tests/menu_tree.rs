//! The tree of menus, and one menu alone.

use proptest::prelude::*;

use super::samples::{fixture, noise};
use crate::platform::routeros::text::{line_count, menu_tree, physical_lines, section_text};

/// The tree, one line a node, indented; sections with line, lines and items.
fn drawn(export: &[u8]) -> Vec<String> {
    let nodes = menu_tree(export);
    let draw = |section| match section {
        Some(crate::platform::routeros::text::SectionSpan { line, lines, items }) => {
            format!(" {line}+{lines}: {items}")
        }
        None => String::new(),
    };
    nodes
        .iter()
        .map(|node| {
            format!(
                "{}{}{}",
                "  ".repeat(node.depth),
                node.name,
                draw(node.section)
            )
        })
        .collect()
}

#[test]
fn menus_are_nested_by_their_words() {
    let expected = [
        "interface",
        "  bridge 6+2: 1",
        "  list 8+3: 2",
        "ip",
        "  address 11+2: 1",
        "  firewall",
        "    filter 13+6: 2",
        "system",
        "  identity 19+2: 1",
        "tool",
        "  mac-server 21+2: 1",
    ];
    assert_eq!(drawn(&fixture("v7-routerboard.rsc")), expected);
}

#[test]
fn a_menu_above_others_is_a_section_and_a_word_at_once() {
    let export = b"/ip/dns\nset a=b\n/ip dns static\n# off\nadd a=\\\n    b\n\n/ip\n/ip dns\n";
    let expected = [
        "ip",
        "  dns 1+2: 1",
        "    static 3+5: 1",
        "ip 8+1: 0",
        "  dns 9+1: 0",
    ];
    assert_eq!(drawn(export), expected);
    let menus: Vec<_> = menu_tree(export)
        .into_iter()
        .map(|node| node.menu)
        .collect();
    assert_eq!(menus[..3], ["/ip", "/ip dns", "/ip dns static"]);
}

#[test]
fn the_lines_of_a_terse_export_are_gathered_by_menu() {
    let export = b"/ip dns set a=b\n/ip address add a=b\n/ip address add a=c\n";
    assert_eq!(drawn(export), ["ip", "  dns 1+1: 1", "  address 2+2: 2"]);
}

#[test]
fn one_menu_alone_has_the_header_and_its_sections_as_captured() {
    let export =
        b"\xEF\xBB\xBF# 2026-03-14 02:00:07 by RouterOS 7.16.2\r\n#\r\n\r\n/ip address\r\n\
        add a=\\\r\n    /b\r\n/ip dns\r\nset c=\xFF\r\n/ip address\r\n# x\r\nadd d=e";
    let text = section_text(export, "/ip address").unwrap();
    let expected =
        b"\xEF\xBB\xBF# 2026-03-14 02:00:07 by RouterOS 7.16.2\r\n#\r\n\r\n/ip address\r\n\
        add a=\\\r\n    /b\r\n/ip address\r\n# x\r\nadd d=e";
    assert_eq!(text, expected);
    assert_eq!(section_text(export, "/ip/address"), Some(text));
    assert_eq!(section_text(export, "/ip"), None);
    assert_eq!(section_text(b"", "/"), None);
}

#[test]
fn a_hostile_heading_makes_no_deep_tree() {
    let export = format!("{}\n", "/a".repeat(10_000));
    let depths = menu_tree(export.as_bytes())
        .into_iter()
        .map(|node| node.depth);
    assert_eq!(depths.max(), Some(11));
    let many: String = (0..20_000).map(|number| format!("/m{number}\n")).collect();
    assert_eq!(menu_tree(many.as_bytes()).len(), 5_000);
}

proptest! {
    #[test]
    fn sections_lie_where_their_headings_are(bytes in noise()) {
        let lines = (1..).zip(physical_lines(&bytes));
        let headings: Vec<usize> =
            lines.filter(|(_, line)| line.starts_with(b"/")).map(|(number, _)| number).collect();
        let mut from = 0;
        for node in menu_tree(&bytes) {
            if let Some(section) = node.section {
                prop_assert!(headings.contains(&section.line));
                prop_assert!(section.line > from);
                from = section.line + section.lines - 1;
                prop_assert!(section.items <= section.lines);
            }
        }
        prop_assert!(from == 0 || from == line_count(&bytes));
    }
}
