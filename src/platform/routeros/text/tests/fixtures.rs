//! What each fixture yields, in one line; and which fixtures are the same configuration.

use std::collections::BTreeSet;

use super::samples::{fixture, folder};
use crate::platform::routeros::text::{Marks, fingerprint, header, marks};

/// Every fixture, and what is read from it: `version, id, model, serial | menus, last menu | marks`.
#[rustfmt::skip]
const FIXTURES: &[(&str, &str)] = &[
    ("cut-after-a-line.rsc",            "7.16.2, 0TST-7AAA, RB5009UG+S+, TEST0A1B2C3 | 5, /system identity | whole"),
    ("cut-after-backslash.rsc",         "7.16.2, 0TST-7AAA, RB5009UG+S+, TEST0A1B2C3 | 4, /ip firewall filter | Continuation"),
    ("cut-in-brace.rsc",                "7.16.2, 0TST-7AAA, RB5009UG+S+, TEST0A1B2C3 | 1, /system scheduler | Brace"),
    ("cut-in-bracket.rsc",              "7.16.2, 0TST-7AAA, RB5009UG+S+, TEST0A1B2C3 | 1, /interface ethernet | Bracket"),
    ("cut-in-error-exporting.rsc",      "7.16.2, 0TST-7AAA, RB5009UG+S+, TEST0A1B2C3 | 1, /ip dhcp-client | Quote; lacks /system rou"),
    ("cut-in-header.rsc",               "7.16.2, 0TS, -, - | 0, - | whole"),
    ("cut-in-parenthesis.rsc",          "7.16.2, 0TST-7AAA, RB5009UG+S+, TEST0A1B2C3 | 1, /system scheduler | Parenthesis"),
    ("cut-in-quote.rsc",                "7.16.2, 0TST-7AAA, RB5009UG+S+, TEST0A1B2C3 | 4, /ip firewall filter | Quote"),
    ("cut-in-word.rsc",                 "7.16.2, 0TST-7AAA, RB5009UG+S+, TEST0A1B2C3 | 4, /ip firewall filter | NotConfiguration"),
    ("empty.rsc",                       "- | 0, - | whole"),
    ("error-behind-export.rsc",         "7.16.2, 0TST-7AAA, RB5009UG+S+, TEST0A1B2C3 | 6, /tool mac-server | NotConfiguration; said script error: action failed (6)"),
    ("header-too-late.rsc",             "- | 2, /ip address | whole"),
    ("header-without-menus.rsc",        "7.16.2, 0TST-7AAA, RB5009UG+S+, TEST0A1B2C3 | 0, - | whole"),
    ("log-echo.rsc",                    "7.16.2, 0TST-7AAA, RB5009UG+S+, TEST0A1B2C3 | 6, /tool mac-server | NotConfiguration; log"),
    ("not-an-export.rsc",               "- | 0, - | Quote"),
    ("only-blank-lines.rsc",            "- | 0, - | whole"),
    ("refused-flag.rsc",                "- | 0, - | NotConfiguration; said expected end of command (line 1 column 9)"),
    ("refused-permission.rsc",          "- | 0, - | NotConfiguration; said not enough permissions (9)"),
    ("trailing-prompt.rsc",             "7.16.2, 0TST-7AAA, RB5009UG+S+, TEST0A1B2C3 | 6, /tool mac-server | NotConfiguration"),
    ("v6-chr.rsc",                      "6.48.6, -, -, - | 2, /system identity | whole"),
    ("v6-error-exporting.rsc",          "6.49.10, 0TST-6AAA, RouterBOARD 3011UiAS, TEST0D4E5F6 | 6, /tool mac-server | lacks /interface bridge calea; lacks /ip firewall calea"),
    ("v6-header-without-separator.rsc", "6.49.2, -, 960PGS, - | 1, /ip dhcp-client | whole"),
    ("v6-interrupted.rsc",              "6.49.10, 0TST-6AAA, RouterBOARD 3011UiAS, TEST0D4E5F6 | 4, /ip firewall filter | interrupted; lacks /ip socks"),
    ("v6-routerboard.rsc",              "6.49.10, 0TST-6AAA, RouterBOARD 3011UiAS, TEST0D4E5F6 | 6, /tool mac-server | whole"),
    ("v7-backslash-before-wrap.rsc",    "7.16.2, 0TST-7AAA, RB5009UG+S+, TEST0A1B2C3 | 1, /system note | whole"),
    ("v7-blank-lines-at-the-end.rsc",   "7.16.2, 0TST-7AAA, RB5009UG+S+, TEST0A1B2C3 | 6, /tool mac-server | whole"),
    ("v7-bom-and-blank-lines.rsc",      "7.16.2, 0TST-7AAA, RB5009UG+S+, TEST0A1B2C3 | 6, /tool mac-server | whole"),
    ("v7-break-after-equals.rsc",       "7.16.2, 0TST-7AAA, RB5009UG+S+, TEST0A1B2C3 | 1, /routing bgp connection | whole"),
    ("v7-chr-software-id.rsc",          "7.14.3, -, -, - | 2, /system note | lacks /system routerboard mode-button; lacks /system routerboard reset-button"),
    ("v7-chr-system-id.rsc",            "7.20.8, Tst0AbCdEfG, -, - | 1, /ip dhcp-client | whole"),
    ("v7-double-cr.rsc",                "7.16.2, 0TST-7AAA, RB5009UG+S+, TEST0A1B2C3 | 6, /tool mac-server | whole"),
    ("v7-error-exporting-quoted.rsc",   "7.16.2, 0TST-7AAA, RB5009UG+S+, TEST0A1B2C3 | 6, /tool mac-server | lacks /interface bridge calea; lacks /ip firewall calea"),
    ("v7-error-exporting-slashes.rsc",  "7.16.2, 0TST-7AAA, RB5009UG+S+, TEST0A1B2C3 | 6, /tool mac-server | lacks /interface bridge calea; lacks /ip firewall calea"),
    ("v7-header-without-id.rsc",        "7.22.3, -, hAP ax lite, - | 1, /ip dhcp-client | whole"),
    ("v7-later-time.rsc",               "7.16.2, 0TST-7AAA, RB5009UG+S+, TEST0A1B2C3 | 6, /tool mac-server | whole"),
    ("v7-latin1.rsc",                   "7.16.2, 0TST-7AAA, RB5009UG+S+, TEST0A1B2C3 | 2, /snmp | whole"),
    ("v7-lf.rsc",                       "7.16.2, 0TST-7AAA, RB5009UG+S+, TEST0A1B2C3 | 6, /tool mac-server | whole"),
    ("v7-long-line.rsc",                "7.16.2, 0TST-7AAA, RB5009UG+S+, TEST0A1B2C3 | 1, /ip firewall address-list | whole"),
    ("v7-no-final-newline.rsc",         "7.16.2, 0TST-7AAA, RB5009UG+S+, TEST0A1B2C3 | 6, /tool mac-server | whole"),
    ("v7-redacted-time.rsc",            "7.16.2, 0TST-7AAA, RB5009UG+S+, TEST0A1B2C3 | 6, /tool mac-server | whole"),
    ("v7-release-candidate.rsc",        "7.9rc3, 0TST-9RC3, 962UiGS, TEST0000RC3 | 1, /ip dhcp-client | whole"),
    ("v7-routerboard.rsc",              "7.16.2, 0TST-7AAA, RB5009UG+S+, TEST0A1B2C3 | 6, /tool mac-server | whole"),
    ("v7-script.rsc",                   "7.16.2, 0TST-7AAA, RB5009UG+S+, TEST0A1B2C3 | 2, /system script | whole"),
    ("v7-status-remarks.rsc",           "7.16.2, 0TST-7AAA, RB5009UG+S+, TEST0A1B2C3 | 6, /tool mac-server | whole"),
    ("v7-terse.rsc",                    "7.16.2, 0TST-7AAA, RB5009UG+S+, TEST0A1B2C3 | 3, /system identity set name=\"Branch office 1\" | whole"),
    ("v7-text-begins-with-blanks.rsc",  "7.16.2, 0TST-7AAA, RB5009UG+S+, TEST0A1B2C3 | 1, /system note | whole"),
    ("v7-timeout.rsc",                  "7.16.2, 0TST-7AAA, RB5009UG+S+, TEST0A1B2C3 | 6, /tool mac-server | timeout /interface wifi; timeout /ip dns static"),
    ("v7-unwrapped.rsc",                "7.16.2, 0TST-7AAA, RB5009UG+S+, TEST0A1B2C3 | 6, /tool mac-server | whole"),
    ("v7-wrapped-at-40.rsc",            "7.16.2, 0TST-7AAA, RB5009UG+S+, TEST0A1B2C3 | 6, /tool mac-server | whole"),
];

/// Fixtures that are one configuration, differing only in what changes from run to run.
const SAME: &[&[&str]] = &[&[
    "v7-routerboard.rsc",
    "v7-lf.rsc",
    "v7-unwrapped.rsc",
    "v7-wrapped-at-40.rsc",
    "v7-later-time.rsc",
    "v7-redacted-time.rsc",
    "v7-no-final-newline.rsc",
    "v7-blank-lines-at-the-end.rsc",
    "v7-bom-and-blank-lines.rsc",
    "v7-double-cr.rsc",
    "v7-status-remarks.rsc",
]];

/// A fixture's reading in one line.
fn summary(export: &[u8]) -> String {
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let header = header(export).map(|header| {
        let ids = [header.software_id, header.model, header.serial].map(or_dash);
        format!("{}, {}", header.version, ids.join(", "))
    });
    let marks = marks(export);
    let menus = format!("{}, {}", marks.menus, or_dash(marks.last_menu.clone()));
    format!("{} | {menus} | {}", or_dash(header), signs(&marks))
}

/// What the marks say of damage, or `whole`.
fn signs(marks: &Marks) -> String {
    let mut signs = Vec::new();
    signs.extend(marks.unfinished.map(|unfinished| format!("{unfinished:?}")));
    signs.extend(marks.cli_error.iter().map(|words| format!("said {words}")));
    signs.extend(marks.interrupted.then(|| "interrupted".to_owned()));
    signs.extend(marks.injected_log.then(|| "log".to_owned()));
    signs.extend(marks.error_menus.iter().map(|menu| format!("lacks {menu}")));
    signs.extend(marks.timeouts.iter().map(|menu| format!("timeout {menu}")));
    if signs.is_empty() {
        return "whole".to_owned();
    }
    signs.join("; ")
}

#[test]
fn each_fixture_yields_what_the_table_says() {
    for (name, expected) in FIXTURES {
        assert_eq!(summary(&fixture(name)), *expected, "{name}");
    }
}

#[test]
fn the_table_names_every_fixture() {
    let named: BTreeSet<String> = FIXTURES
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    let found: BTreeSet<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".rsc"))
        .collect();
    assert_eq!(named, found);
}

#[test]
fn fixtures_of_one_configuration_have_one_fingerprint_and_no_other_has_it() {
    for group in SAME {
        let expected = fingerprint(&fixture(group[0]));
        for (name, _) in FIXTURES {
            let is_same = fingerprint(&fixture(name)) == expected;
            assert_eq!(is_same, group.contains(name), "{name} and {}", group[0]);
        }
    }
}

#[test]
fn every_error_text_of_the_command_line_is_seen_at_the_start_of_a_line_only() {
    let whole = fixture("v7-lf.rsc");
    let errors = String::from_utf8(fixture("cli-errors.txt")).unwrap();
    for error in errors.lines() {
        let after = [&whole[..], error.as_bytes(), b"\n"].concat();
        let shown: String = error.chars().take(120).collect();
        assert_eq!(marks(&after).cli_error, Some(shown), "{error}");
        let inside = [&whole[..], b"set comment=\\\n    ", error.as_bytes(), b"\n"].concat();
        assert_eq!(marks(&inside).cli_error, None, "{error}");
    }
    assert_eq!(errors.lines().count(), 19);
}

#[test]
fn what_the_router_says_is_shortened_and_made_printable() {
    let line = [b"failure: \x1B[31m\xE9 ".as_slice(), &[b'x'; 5_000]].concat();
    let said = marks(&line).cli_error.unwrap();
    assert!(said.starts_with("failure: ?[31m? xx"), "{said}");
    assert_eq!(said.len(), 120);
}
