//! Error texts of the RouterOS command line.
//!
//! They arrive on standard output with exit status 0 (four independent sources), so the text is
//! the only sign. At column 0 they can not be taken for configuration: lines of a plain export
//! begin with `add`, `set`, `/`, `#` or four spaces, and with nothing else.

/// How the error lines begin.
const ERRORS: [&[u8]; 17] = [
    b"expected end of command",
    b"expected command name",
    b"expected closing brace",
    b"syntax error",
    b"bad command name",
    b"bad parameter",
    b"no such item",
    b"no such command",
    b"invalid value",
    b"input does not match",
    b"failure:",
    b"script error:",
    b"action timed out",
    b"action failed",
    b"not enough permissions",
    b"std failure",
    b"interrupted",
];

/// Whether a physical line is an error of the command line.
pub(super) fn is_cli_error(line: &[u8]) -> bool {
    // Nearly every line ends here: the rest begin with another letter.
    if !matches!(
        line.first(),
        Some(b'a' | b'b' | b'e' | b'f' | b'i' | b'n' | b's')
    ) {
        return false;
    }
    ERRORS.iter().any(|error| line.starts_with(error))
}

/// Whether the line was written by the log of an interactive session, as in
/// `11:21:00 echo: system,error,critical login failure for user root`.
pub(super) fn is_log_echo(line: &[u8]) -> bool {
    let Some((time, rest)) = line.split_at_checked(b"00:00:00".len()) else {
        return false;
    };
    let is_time = time.iter().enumerate().all(|(at, byte)| match at {
        2 | 5 => *byte == b':',
        _ => byte.is_ascii_digit(),
    });
    is_time && rest.starts_with(b" echo: ")
}
