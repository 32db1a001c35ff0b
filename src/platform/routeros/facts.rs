//! What the router says of itself, from the `print` commands that v6 and v7 both know.

use crate::platform::Facts;

/// One line, one channel, one round trip. RouterOS ends a chain at the first error, so the menu
/// that may be missing (no routerboard package) comes last. With spaces, which both major
/// versions understand.
pub const COMMAND: &str = "/system resource print;/system identity print;/system routerboard print";

/// How many bytes the answer may have; real ones have about 1,500.
pub const MAX_BYTES: usize = 64 * 1024;

/// How many characters of a value are kept.
const MAX_VALUE_CHARS: usize = 200;

/// Reads the answer, whatever of it is there.
pub fn parse(answer: &[u8]) -> Facts {
    let mut facts = Facts::default();
    let mut board_name = None;
    for line in answer.split(|&byte| byte == b'\n') {
        let Some((key, value)) = key_and_value(line) else {
            continue;
        };
        match key {
            b"name" => facts.identity = text(value),
            b"version" => facts.version = text(value).and_then(|version| bare_version(&version)),
            b"model" => facts.model = text(value),
            b"serial-number" => facts.serial = text(value),
            b"routerboard" => facts.has_routerboard = Some(value == b"yes"),
            // The first is the resource's; the routerboard's own says the same.
            b"board-name" if board_name.is_none() => board_name = text(value),
            _ => {}
        }
    }
    facts.model = facts.model.or(board_name);
    facts
}

/// `  key: value`, right-aligned keys of lower-case letters and dashes.
fn key_and_value(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let line = line.trim_ascii();
    let colon = line.iter().position(|&byte| byte == b':')?;
    let (key, rest) = line.split_at(colon);
    let is_key = !key.is_empty()
        && key
            .iter()
            .all(|byte| byte.is_ascii_lowercase() || *byte == b'-');
    is_key.then(|| (key, rest[1..].trim_ascii()))
}

/// A value fit for the database and a page: no control characters, not endless, not empty.
fn text(value: &[u8]) -> Option<String> {
    let text: String = String::from_utf8_lossy(value)
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_VALUE_CHARS)
        .collect();
    (!text.is_empty()).then_some(text)
}

/// `7.16.2` of `7.16.2 (stable)`.
fn bare_version(version: &str) -> Option<String> {
    version.split_whitespace().next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &[u8] = b"                   uptime: 1d6h22m\r\n\
        \x20                 version: 6.49.10 (long-term)\r\n\
        \x20              build-time: May/25/2023 06:09:45\r\n\
        \x20              board-name: hEX\r\n\
        \x20                platform: MikroTik\r\n\
        \x20 name: gw-1 \"main: left\"\r\n\
        ;;; Firmware upgraded successfully, please reboot for changes to take effect!\r\n\
        \x20      routerboard: yes\r\n\
        \x20       board-name: hEX\r\n\
        \x20            model: RB750Gr3\r\n\
        \x20    serial-number: AB0123456789\r\n";

    #[test]
    fn all_three_answers_are_read() {
        let facts = parse(HEX);
        assert_eq!(facts.identity.as_deref(), Some("gw-1 \"main: left\""));
        assert_eq!(facts.version.as_deref(), Some("6.49.10"));
        assert_eq!(facts.model.as_deref(), Some("RB750Gr3"));
        assert_eq!(facts.serial.as_deref(), Some("AB0123456789"));
        assert_eq!(facts.has_routerboard, Some(true));
    }

    #[test]
    fn a_virtual_router_has_a_board_name_and_no_serial() {
        let facts =
            parse(b"  version: 7.18.2 (stable)\n  board-name: CHR\n  name: \n  routerboard: no\n");
        assert_eq!(facts.model.as_deref(), Some("CHR"));
        assert_eq!(facts.serial, None);
        assert_eq!(facts.identity, None);
        assert_eq!(facts.has_routerboard, Some(false));
    }

    #[test]
    fn errors_and_garbage_are_no_facts() {
        for answer in [
            &b""[..],
            b"bad command name system (line 1 column 2)\r\n",
            b"\xff\xfe\x00: :\n:::\n",
            b"not enough permissions (9)\n",
        ] {
            assert_eq!(parse(answer), Facts::default());
        }
    }

    #[test]
    fn a_value_is_cut_and_cleaned() {
        let mut answer = b"name: a\x1b[31m\xe9".to_vec();
        answer.extend_from_slice(&[b'x'; 5000]);
        let identity = parse(&answer).identity.unwrap();
        assert!(identity.chars().count() <= MAX_VALUE_CHARS);
        assert!(!identity.contains('\x1b'));
    }
}
