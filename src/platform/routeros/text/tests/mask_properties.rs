//! Properties of masking that hold for any bytes, and for any secret in any place.

use proptest::prelude::*;

use super::samples::{configuration, noise, plain, render, style};
use crate::platform::routeros::text::pieces::pieces;
use crate::platform::routeros::text::{Secrets, line_count, logical_lines, masked, physical_lines};

/// Bytes that are no export, but rich in what masking looks at.
fn secretive_noise() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            &b"password="[..],
            b"secret=",
            b"source=\"",
            b"\\\"",
            b"\\\\",
            b"//a:b@",
            b"token:",
            b"abcdef",
            b"bcdefa",
            b" ",
            b"\n",
            b"/ppp secret\n",
            b":local pass ",
            b"{",
            b"[",
            b"\\\n    ",
            b"\\24",
            b"=",
        ])
        .prop_map(<[u8]>::to_vec),
        noise().prop_map(|bytes| bytes[..bytes.len().min(6)].to_vec()),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// A secret that nothing else in a generated export can look like.
fn secret() -> impl Strategy<Value = String> {
    "Zq[a-zA-Z0-9\"\\\\$?;&=@ ]{4,20}Z9"
}

/// As RouterOS writes it inside a string.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('$', "\\$")
}

/// Where a secret may stand beside its own attribute.
fn other_places(secret: &str) -> [String; 4] {
    let (once, twice) = (escaped(secret), escaped(&escaped(secret)));
    [
        format!("add comment=\"{once}\" disabled=no"),
        format!("set [ find comment=\"{once}\" ] mtu=1400"),
        format!("add source=\":put \\\"{twice}\\\"\\r\\n\""),
        format!("# {secret}"),
    ]
}

proptest! {
    #[test]
    fn masking_never_changes_a_line_or_a_line_end(
        bytes in prop_oneof![secretive_noise(), noise(), prop::collection::vec(any::<u8>(), 0..1_000)],
    ) {
        let text = masked(&bytes);
        prop_assert_eq!(line_count(&text), line_count(&bytes));
        prop_assert_eq!(logical_lines(&text).count(), logical_lines(&bytes).count());
        let ends = |text: &[u8]| -> Vec<usize> {
            let whole = text.split_inclusive(|&byte| byte == b'\n');
            whole.zip(physical_lines(text)).map(|(whole, line)| whole.len() - line.len()).collect()
        };
        prop_assert_eq!(ends(&text), ends(&bytes));
    }

    #[test]
    fn the_hidden_parts_of_any_line_are_in_order_and_not_empty(bytes in secretive_noise()) {
        let secrets = Secrets::of(&bytes);
        for line in logical_lines(&bytes) {
            let mut at = 0;
            for part in secrets.parts(b"/ppp secret", &line.text) {
                prop_assert!(part.start >= at && part.end > part.start);
                at = part.end;
            }
            prop_assert!(at <= line.text.len());
        }
    }

    #[test]
    fn a_masked_secret_is_shown_nowhere(
        lines in configuration(), style in style(), secret in secret(), at in any::<prop::sample::Index>(),
    ) {
        // A generated word may look like the beginning of the secret by chance.
        prop_assume!(!lines.iter().any(|line| line.contains("Zq")));
        let mut lines = lines;
        let own = format!("add name=a password=\"{}\"", escaped(&secret));
        for line in other_places(&secret).into_iter().chain([own]) {
            lines.insert(1 + at.index(lines.len()), line);
        }
        let export = render(&lines, &style);
        let text = masked(&export);
        let shown: Vec<u8> = logical_lines(&text).flat_map(|line| line.text.into_owned()).collect();
        prop_assert!(memchr::memmem::find(&shown, b"Zq").is_none(), "{}", String::from_utf8_lossy(&shown));
        prop_assert_eq!(line_count(&text), line_count(&export));
    }

    #[test]
    fn an_export_without_secrets_stays_as_it_is(lines in configuration(), style in style()) {
        let export = render(&lines, &style);
        prop_assume!(Secrets::of(&export).is_empty());
        prop_assert_eq!(masked(&export), export);
    }

    #[test]
    fn unwrapping_loses_nothing(bytes in noise(), lines in configuration()) {
        for export in [bytes, render(&lines, &plain())] {
            let mut rebuilt = Vec::new();
            let mut joined: Vec<Vec<u8>> = Vec::new();
            let mut continued = false;
            for piece in pieces(&export) {
                rebuilt.extend_from_slice(&export[piece.whole]);
                if !continued {
                    joined.push(Vec::new());
                }
                joined.last_mut().unwrap().extend_from_slice(&export[piece.text]);
                continued = piece.continues;
            }
            prop_assert_eq!(&rebuilt, &export);
            let expected: Vec<_> = logical_lines(&export).map(|line| line.text.into_owned()).collect();
            prop_assert_eq!(joined, expected);
        }
    }
}
