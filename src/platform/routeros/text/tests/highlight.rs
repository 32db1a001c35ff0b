//! Tones of lines.

use proptest::prelude::*;

use super::samples::{configuration, fixture, noise, render, style};
use crate::platform::routeros::text::{
    Highlighted, Tone, highlight, highlight_logical, line_count, masked, physical_lines,
};

/// Each physical line with its parts as `Tone text`, without the plain ones.
fn shown(export: &[u8]) -> Vec<Vec<String>> {
    let part = |text: &[u8], part: &Highlighted| {
        let text = String::from_utf8_lossy(&text[part.range.clone()]).into_owned();
        format!("{:?} {text}", part.tone)
    };
    highlight(export, 1)
        .map(|line| {
            let parts = line.parts.iter().filter(|part| part.tone != Tone::Plain);
            parts.map(|found| part(line.text, found)).collect()
        })
        .collect()
}

#[test]
fn a_wrapped_string_keeps_its_tone_over_the_line_break() {
    let export = b"/system note\r\nset 0 note=\"a b=c\\\r\n    # d=1\" mtu=5m on=yes\r\n";
    let expected: [&[&str]; 3] = [
        &["Menu /system note"],
        &[
            "Command set",
            "Target 0",
            "Key note",
            "Text \"a b=c",
            "Continuation \\",
        ],
        &[
            "Continuation     ",
            "Text # d=1\"",
            "Key mtu",
            "Number 5m",
            "Key on",
            "Value yes",
        ],
    ];
    assert_eq!(shown(export), expected);
}

#[test]
fn what_stands_for_a_secret_has_a_tone_of_its_own() {
    let export = masked(
        b"/ppp secret\nadd name=hunter22x password=hunter22 comment=\"a hunter22\"\n# hunter22\n",
    );
    let expected: [&[&str]; 3] = [
        &["Menu /ppp secret"],
        &[
            "Command add",
            "Key name",
            "Secret *****",
            "Value x",
            "Key password",
            "Secret *****",
            "Key comment",
            "Text \"a ",
            "Secret *****",
            "Text \"",
        ],
        &["Remark # ", "Secret *****"],
    ];
    assert_eq!(shown(&export), expected);
}

/// Checks that the parts cover `length` bytes whole and in order.
fn assert_whole(parts: &[Highlighted], length: usize) {
    let mut at = 0;
    for part in parts {
        assert_eq!(part.range.start, at);
        assert!(part.range.end > at);
        at = part.range.end;
    }
    assert_eq!(at, length);
}

#[test]
fn the_lines_from_the_middle_on_are_those_of_the_whole() {
    for name in ["v7-script.rsc", "v7-routerboard.rsc", "v7-double-cr.rsc"] {
        let export = fixture(name);
        let whole: Vec<_> = highlight(&export, 1).collect();
        assert_eq!(whole.len(), line_count(&export));
        for first in 1..=whole.len() + 2 {
            let rest: Vec<_> = highlight(&export, first).collect();
            assert_eq!(
                rest,
                whole[(first - 1).min(whole.len())..],
                "{name} from {first}"
            );
        }
    }
}

proptest! {
    #[test]
    fn every_physical_line_is_shown_whole(
        bytes in noise(), lines in configuration(), style in style(), first in 1..20_usize,
    ) {
        for export in [bytes, render(&lines, &style)] {
            let physical: Vec<&[u8]> = physical_lines(&export).collect();
            let shown: Vec<_> = highlight(&export, 1).collect();
            prop_assert_eq!(shown.len(), physical.len());
            for (at, line) in shown.iter().enumerate() {
                prop_assert_eq!(line.number, at + 1);
                prop_assert_eq!(line.text, physical[at]);
                assert_whole(&line.parts, line.text.len());
            }
            let rest: Vec<_> = highlight(&export, first).collect();
            prop_assert_eq!(&rest[..], &shown[(first - 1).min(shown.len())..]);
            assert_whole(&highlight_logical(&export), export.len());
        }
    }
}

#[test]
fn a_line_of_megabytes_has_tones_at_its_beginning_only() {
    let line = format!("add {}", "a=b ".repeat(500_000));
    let parts = highlight_logical(line.as_bytes());
    assert_whole(&parts, line.len());
    assert_eq!((parts[0].tone, parts[2].tone), (Tone::Command, Tone::Key));
    let last = parts.last().unwrap();
    assert!(last.tone == Tone::Plain && last.range.len() > 1_700_000);
    assert!(parts.len() < 300_000, "{}", parts.len());
}
