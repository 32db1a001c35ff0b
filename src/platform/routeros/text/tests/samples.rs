//! Fixtures by name, and exports made up for the property tests.

use std::path::PathBuf;

use proptest::prelude::*;

/// The folder of the fixtures.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/routeros")
}

/// A fixture's exact bytes.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).unwrap_or_else(|error| panic!("fixture {name}: {error}"))
}

/// Breaks a logical line at `width` columns as RouterOS does: never inside an escape.
pub(crate) fn wrap(line: &[u8], width: usize, line_end: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut column = 0;
    let mut rest = line;
    while !rest.is_empty() {
        let (unit, after) = rest.split_at(unit_length(rest));
        if column + unit.len() >= width && column > 4 {
            out.push(b'\\');
            out.extend_from_slice(line_end);
            out.extend_from_slice(b"    ");
            column = 4;
        }
        out.extend_from_slice(unit);
        column += unit.len();
        rest = after;
    }
    out.extend_from_slice(line_end);
    out
}

/// How many bytes stay together: `\"`, `\E9`, or one byte.
fn unit_length(text: &[u8]) -> usize {
    match text {
        [b'\\', first, second, ..] if first.is_ascii_hexdigit() && second.is_ascii_hexdigit() => 3,
        [b'\\', _, ..] => 2,
        _ => 1,
    }
}

/// How an export is written: what may differ although nobody changed anything.
#[derive(Debug, Clone)]
pub(crate) struct Style {
    pub width: usize,
    pub crlf: bool,
    pub time: &'static str,
    /// Behind which lines a status remark stands, and which.
    pub remarks: Vec<(usize, &'static str)>,
}

/// The plainest style.
pub(crate) fn plain() -> Style {
    Style {
        width: 80,
        crlf: false,
        time: "2026-03-14 02:00:07",
        remarks: Vec::new(),
    }
}

/// Writes logical lines as an export with a header.
pub(crate) fn render(lines: &[String], style: &Style) -> Vec<u8> {
    let line_end: &[u8] = if style.crlf { b"\r\n" } else { b"\n" };
    let mut out = Vec::new();
    let mut write = |line: &str| {
        out.extend_from_slice(line.as_bytes());
        out.extend_from_slice(line_end);
    };
    write(&format!("# {} by RouterOS 7.16.2", style.time));
    write("# software id = 0TST-7AAA");
    write("#");
    write("# model = RB5009UG+S+");
    write("# serial number = TEST0A1B2C3");
    for (at, line) in lines.iter().enumerate() {
        out.extend_from_slice(&wrap(line.as_bytes(), style.width, line_end));
        for (_, remark) in style.remarks.iter().filter(|(behind, _)| *behind == at) {
            out.extend_from_slice(remark.as_bytes());
            out.extend_from_slice(line_end);
        }
    }
    out
}

/// The inside of a quoted string: plain characters and whole escapes.
pub(crate) fn quoted_text() -> impl Strategy<Value = String> {
    let unit = prop_oneof![
        6 => "[a-zA-Z0-9 #/:;=\\[\\](){}.,-]",
        1 => "\\\\[\"\\\\$?rnt_]",
        1 => "\\\\[0-9A-F]{2}",
    ];
    prop::collection::vec(unit, 0..150).prop_map(|units| units.concat())
}

fn item() -> impl Strategy<Value = String> {
    prop_oneof![
        quoted_text().prop_map(|text| format!("add comment=\"{text}\" disabled=no")),
        ("[a-z]{1,8}", 0..255_u8)
            .prop_map(|(name, end)| format!("add address=192.0.2.{end} name={name}")),
        (1..9_u8).prop_map(|port| format!("set [ find default-name=ether{port} ] mtu=1400")),
    ]
}

/// The logical lines of a configuration: menus, each with its items. No menu has a last word of
/// three letters, for behind `add` and `set` an item stands on the line.
pub(crate) fn configuration() -> impl Strategy<Value = Vec<String>> {
    let menu = (
        "/(ip|ipv6|system|interface) [a-z]{4,9}",
        prop::collection::vec(item(), 1..6),
    );
    prop::collection::vec(menu, 1..6).prop_map(|menus| {
        menus
            .into_iter()
            .flat_map(|(menu, items)| std::iter::once(menu).chain(items))
            .collect()
    })
}

/// Any style of writing an export.
pub(crate) fn style() -> impl Strategy<Value = Style> {
    let remark = prop::sample::select(vec![
        "# pppoe-out1 not ready",
        "# ",
        "# channel: 5180/20-Ce/ac/P(15dBm), SSID: \"Guest\\, local forwarding",
        "# Warning: probe waiting startup-delay=5m; 4m3s remaining",
        "# *1F not found\\",
    ]);
    let time = prop::sample::select(vec!["1970-01-02 00:00:11", "mar/14/2026 02:00:07"]);
    let remarks = prop::collection::vec((0..30_usize, remark), 0..8);
    (20..300_usize, any::<bool>(), time, remarks).prop_map(|(width, crlf, time, remarks)| Style {
        width,
        crlf,
        time,
        remarks,
    })
}

/// Bytes that are no export, but rich in what the rules look at.
pub(crate) fn noise() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            &b"\n"[..],
            b"\r\n",
            b"\r",
            b"\\",
            b"    ",
            b" ",
            b"#",
            b"/ip",
            b"\"",
            b"[",
            b"add ",
            b"\xEF\xBB\xBF",
            b"# by RouterOS 7.1",
            b"# model =",
            b"#error exporting \"",
            b"\\\n    ",
            b"#interrupted",
            b"a",
            b"\t",
            b"12:00:00 echo: ",
        ])
        .prop_map(<[u8]>::to_vec),
        prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}
