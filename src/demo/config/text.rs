//! How RouterOS writes a line of an export: when a value is quoted, which characters are
//! escaped, and where a line of more than 80 columns is broken. Counted in public exports and
//! recorded sessions: a broken line has at most 79 characters with its backslash, and goes on
//! behind exactly four spaces.

/// How many characters a line of an export has at most, a trailing backslash included.
const MAX_LINE: usize = 79;
/// What a continued line starts with.
const INDENT: &str = "    ";

/// Quotes and escapes a value as RouterOS does, that is, only where it is needed.
pub(super) fn quoted(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.,:/@!+*%<>[]".contains(&byte);
    if !value.is_empty() && value.bytes().all(plain) {
        return value.to_owned();
    }
    let mut out = String::with_capacity(value.len() + 8);
    out.push('"');
    for byte in value.bytes() {
        match byte {
            b'"' | b'\\' | b'$' => {
                out.push('\\');
                out.push(char::from(byte));
            }
            b'\r' => out.push_str("\\r"),
            b'\n' => out.push_str("\\n"),
            b'\t' => out.push_str("\\t"),
            b' '..=b'~' => out.push(char::from(byte)),
            other => out.push_str(&format!("\\{other:02X}")),
        }
    }
    out.push('"');
    out
}

/// Appends one logical line with CRLF, broken where RouterOS breaks it: after a space, after
/// `=`, before an escaped line end, or inside a string that does not fit into a line of its own.
pub(super) fn push_wrapped(line: &str, out: &mut Vec<u8>) {
    let mut column = 0;
    let mut rest = line;
    while !rest.is_empty() {
        let atom;
        (atom, rest) = rest.split_at(atom_length(rest));
        let room = if rest.is_empty() {
            MAX_LINE
        } else {
            MAX_LINE - 1
        };
        let holds_line_end = atom.contains("\\n");
        if column + atom.len() <= room && !holds_line_end {
            out.extend_from_slice(atom.as_bytes());
            column += atom.len();
        } else if INDENT.len() + atom.len() <= room && !holds_line_end {
            break_line(&mut column, out);
            out.extend_from_slice(atom.as_bytes());
            column += atom.len();
        } else {
            push_long_atom(atom, &mut column, out);
        }
    }
    out.extend_from_slice(b"\r\n");
}

/// Appends one logical line with CRLF as `terse` does: only escaped line ends break it.
pub(super) fn push_terse(line: &str, out: &mut Vec<u8>) {
    for (index, part) in line.split("\\n").enumerate() {
        if index > 0 {
            out.extend_from_slice(b"\\\r\n    \\n");
        }
        out.extend_from_slice(part.as_bytes());
    }
    out.extend_from_slice(b"\r\n");
}

fn break_line(column: &mut usize, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\\\r\n");
    out.extend_from_slice(INDENT.as_bytes());
    *column = INDENT.len();
}

/// The length of the next piece that RouterOS keeps together: up to and including the next
/// space or `=` outside quotes.
fn atom_length(text: &str) -> usize {
    let mut in_quotes = false;
    let mut escaped = false;
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => in_quotes = !in_quotes,
            b' ' | b'=' if !in_quotes => return index + 1,
            _ => {}
        }
    }
    text.len()
}

/// A string longer than a line fills the line it starts in; an escape is never torn apart.
fn push_long_atom(atom: &str, column: &mut usize, out: &mut Vec<u8>) {
    let bytes = atom.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let length = escape_length(&bytes[at..]);
        let unit = &bytes[at..at + length];
        let starts_line = unit == b"\\n" && *column > INDENT.len();
        if starts_line || *column + length > MAX_LINE - 1 {
            break_line(column, out);
        }
        out.extend_from_slice(unit);
        *column += length;
        at += length;
    }
}

/// 1 for a character, 2 for `\n` and its like, 3 for `\XX`.
fn escape_length(bytes: &[u8]) -> usize {
    let wanted = match bytes {
        [b'\\', b'A'..=b'F' | b'0'..=b'9', _, ..] => 3,
        [b'\\', ..] => 2,
        _ => 1,
    };
    wanted.min(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(line: &str) -> String {
        let mut out = Vec::new();
        push_wrapped(line, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn values_are_quoted_only_where_needed() {
        assert_eq!(quoted("established,related"), "established,related");
        assert_eq!(quoted("!LAN"), "!LAN");
        assert_eq!(quoted(""), "\"\"");
        assert_eq!(quoted("drop invalid"), "\"drop invalid\"");
        assert_eq!(quoted("a\"b\\c$d"), r#""a\"b\\c\$d""#);
        assert_eq!(quoted("Büro"), r#""B\C3\BCro""#);
        assert_eq!(quoted("one\r\ntwo"), r#""one\r\ntwo""#);
    }

    #[test]
    fn a_value_that_does_not_fit_goes_to_the_next_line() {
        assert_eq!(
            wrapped(
                "add action=drop chain=input comment=\"defconf: drop invalid\" connection-state=invalid"
            ),
            "add action=drop chain=input comment=\"defconf: drop invalid\" connection-state=\\\r\n    invalid\r\n"
        );
        assert_eq!(
            wrapped(
                "add action=accept chain=input comment=\"accept established,related,untracked\" connection-state=new"
            ),
            "add action=accept chain=input comment=\"accept established,related,untracked\" \\\r\n    connection-state=new\r\n"
        );
    }

    #[test]
    fn a_line_end_in_a_string_starts_a_line() {
        assert_eq!(
            wrapped(r#"add name=a source="one\r\ntwo\r\n""#),
            "add name=a source=\"one\\r\\\r\n    \\ntwo\\r\\\r\n    \\n\"\r\n"
        );
    }

    #[test]
    fn no_line_is_wider_than_79_and_nothing_is_lost() {
        let long = format!(
            r#"add comment="{}" name=x source="{}\r\n{}" tail={}"#,
            "word \\\"quoted\\\" ".repeat(20),
            "abc\\$d".repeat(40),
            "\\C3\\BC".repeat(50),
            "9".repeat(200)
        );
        let text = wrapped(&long);
        assert!(text.split("\r\n").all(|line| line.len() <= MAX_LINE));
        assert_eq!(text.replace("\\\r\n    ", "").trim_end(), long);
    }
}
