//! Masking, checked on an export with more secrets put in, and on those that it has itself.

use routervault::compare::{Options, table, unified_steps};
use routervault::platform::routeros::text::{MASK, line_count, logical_lines, masked};

/// Secrets in every place that people put them, wrapped as a router wraps. Each begins with
/// `Zq`, which nothing else does.
const PLANTED: &[u8] = b"/ppp secret\r\n\
    add name=a password=\"Zq\\\"made up\\\"\" comment=\"Zq\\\"ma\\\r\n    de up\\\" twice\"\r\n\
    add comment=\"again Zq-second-one, and more\" name=b password=Zq-second-one\r\n\
    /interface wireguard\r\nadd name=wg private-key=\"ZqPrivate+key/of=\"\r\n\
    /system script\r\nadd name=s source=\":local password \\\"Zq-in-script\\\"\\r\\\r\n    \\n:log info Zq-second-one\"\r\n\
    /tool fetch\r\nadd url=\"https://user:Zq-in-url@example.net/\"\r\n\
    # was Zq-second-one until May\r\n";

/// Attributes that nobody would show.
const KEYS: [&str; 5] = [
    " password=",
    " secret=",
    " passphrase=",
    " private-key=",
    "-pre-shared-key=",
];

/// Panics unless nothing of what was put in is to be seen in any form, every value of the export
/// that is secret by its name is hidden, and everything else is there as it was.
pub fn assert_masks(export: &[u8]) {
    let export = [export, PLANTED].concat();
    let text = masked(&export);
    assert_eq!(line_count(&text), line_count(&export));
    assert!(!has_planted(&text));
    assert_only_values_are_hidden(&export, &text);
    assert_eq!(masked(&text), text, "what is masked is masked for good");

    let later = [
        &export[..],
        b"/ip pool\r\nadd name=Zq-second-one ranges=192.0.2.10\r\n",
    ]
    .concat();
    let between = table(&[&export, &later], &Options::default());
    assert!(!has_planted(format!("{between:?}").as_bytes()));
    let diff = unified_steps(&[("a", b""), ("b", &export), ("c", &later)], true);
    assert!(diff.ends_with(b"+add name=***** ranges=192.0.2.10\n") && !has_planted(&diff));
}

fn has_planted(text: &[u8]) -> bool {
    memchr::memmem::find(text, b"Zq").is_some()
}

fn assert_only_values_are_hidden(export: &[u8], masked: &[u8]) {
    let lines = |text| -> Vec<String> {
        let lines = logical_lines(text);
        lines
            .map(|line| String::from_utf8_lossy(&line.text).into_owned())
            .collect()
    };
    let (original, masked) = (lines(export), lines(masked));
    assert_eq!(original.len(), masked.len());
    for (original, masked) in original.iter().zip(&masked) {
        // What stands between the masks stands in the original, in the same order.
        let mut rest = original.as_str();
        let mut between = masked.split(MASK).peekable();
        rest = rest.strip_prefix(between.next().unwrap()).unwrap();
        while let Some(part) = between.next() {
            let at = match between.peek() {
                Some(_) => rest.find(part),
                None => rest.ends_with(part).then(|| rest.len() - part.len()),
            };
            rest = &rest[at.unwrap() + part.len()..];
        }
        // Names inside scripts are another matter.
        let has_script = masked.contains('\\');
        for key in KEYS.iter().filter(|_| !has_script) {
            for value in masked.split(key).skip(1) {
                let end = value.find(' ').unwrap_or(value.len());
                let value = value[..end].trim_matches('"');
                assert!(value.is_empty() || value == MASK, "{key} is shown");
            }
        }
    }
}
