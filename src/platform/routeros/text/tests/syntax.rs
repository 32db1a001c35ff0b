//! The parts of a line.

use proptest::prelude::*;

use super::samples::{fixture, noise};
use crate::platform::routeros::text::{TokenKind, logical_lines, tokens};

/// The parts but the blanks, each with a letter for its kind.
fn parts(line: &str) -> Vec<String> {
    tokens(line.as_bytes())
        .filter(|token| token.kind != TokenKind::Space)
        .map(|token| format!("{:?} {}", token.kind, &line[token.range.clone()]))
        .collect()
}

#[test]
fn a_heading_is_one_menu() {
    assert_eq!(parts("/ip firewall filter  "), ["Menu /ip firewall filter"]);
    assert_eq!(parts("/ip/firewall/nat"), ["Menu /ip/firewall/nat"]);
    assert_eq!(parts("/"), ["Menu /"]);
}

#[test]
fn a_terse_line_has_its_menu_in_front() {
    let expected = [
        "Menu /ip dns",
        "Command set",
        "Key a",
        "Equals =",
        "Value b",
    ];
    assert_eq!(parts("/ip dns set a=b"), expected);
    let expected = ["Menu /system note", "Key note", "Equals =", "Value \"a b\""];
    assert_eq!(parts("/system note note=\"a b\""), expected);
}

#[test]
fn a_remark_is_one_part() {
    assert_eq!(parts("# a=b \"c"), ["Remark # a=b \"c"]);
    assert_eq!(parts("\u{FEFF}# a=b"), ["Remark \u{FEFF}# a=b"]);
}

#[test]
fn what_stands_before_the_first_attribute_is_the_target() {
    for target in [
        "[ find default-name=ether1 ]",
        "ether1",
        "0",
        "*1",
        "\"a b=c\"",
        "[ find name=\"]\" ]",
    ] {
        let line = format!("set {target} mtu=1514");
        let expected = [
            "Command set".to_owned(),
            format!("Target {target}"),
            "Key mtu".to_owned(),
            "Equals =".to_owned(),
            "Value 1514".to_owned(),
        ];
        assert_eq!(parts(&line), expected);
    }
}

#[test]
fn values_end_at_a_blank_outside_of_strings_and_brackets() {
    for value in [
        r#""a \" b\\""#,
        "!10.0.0.0/8",
        "{a=1; b={c d}}",
        "[ :len 3 ]",
        "(1 + 2)",
        "a,b",
        r"a\ b",
        "!\"a b\"",
    ] {
        let line = format!("add key={value} .as=65500 disabled");
        let expected = [
            "Command add".to_owned(),
            "Key key".to_owned(),
            "Equals =".to_owned(),
            format!("Value {value}"),
            "Key .as".to_owned(),
            "Equals =".to_owned(),
            "Value 65500".to_owned(),
            "Other disabled".to_owned(),
        ];
        assert_eq!(parts(&line), expected);
    }
}

#[test]
fn an_empty_value_is_no_part() {
    let expected = ["Command set", "Key a", "Equals =", "Key b", "Equals ="];
    assert_eq!(parts("set a= b="), expected);
}

#[test]
fn what_is_no_configuration_is_other() {
    assert_eq!(
        parts("[admin@MikroTik] >"),
        ["Other [admin@MikroTik]", "Target >"]
    );
    assert_eq!(parts("set !comment"), ["Command set", "Other !comment"]);
}

/// Checks that the parts cover the line whole and in order.
fn assert_whole(line: &[u8]) {
    let mut at = 0;
    for token in tokens(line) {
        assert_eq!(token.range.start, at);
        assert!(token.range.end > at);
        at = token.range.end;
    }
    assert_eq!(at, line.len());
}

#[test]
fn the_parts_of_the_fixtures_cover_them_whole_and_know_every_word() {
    for name in ["v7-routerboard.rsc", "v6-routerboard.rsc", "v7-terse.rsc"] {
        for line in logical_lines(&fixture(name)) {
            assert_whole(&line.text);
            let is_known = |kind| kind != TokenKind::Other;
            let shown = String::from_utf8_lossy(&line.text);
            let known = tokens(&line.text).all(|token| is_known(token.kind));
            assert!(known, "{name}: {shown}");
        }
    }
}

proptest! {
    #[test]
    fn the_parts_of_any_bytes_cover_them_whole(
        bytes in prop_oneof![noise(), prop::collection::vec(any::<u8>(), 0..500)],
    ) {
        assert_whole(&bytes);
        for line in logical_lines(&bytes) {
            assert_whole(&line.text);
        }
    }
}
