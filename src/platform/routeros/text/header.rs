//! The comment block at the top of an export: version, ids, model and serial number.
//!
//! Counted in 1,409 public exports: the order is always the time line, the software or system
//! id, one or more `#`, model, serial number; any of them but the first may be missing. The
//! time is ignored on purpose: a router without NTP says 1970.

use super::lines::{is_blank, physical_lines};
use super::quoted;

/// How many lines from the first that is not blank may pass before the version.
const VERSION_WITHIN_LINES: usize = 3;

/// What an export says of the router it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// RouterOS version as written, for example `7.16.2` or `7.10rc1`.
    pub version: String,
    /// Software id, or the system id that a CHR has instead. `None` when missing or empty.
    pub software_id: Option<String>,
    /// Model name. `None` on CHR and x86.
    pub model: Option<String>,
    /// Serial number. `None` on CHR and x86.
    pub serial: Option<String>,
}

/// Reads the header. `None` unless `by RouterOS <version>` stands in one of the first three
/// lines; blank lines and a byte order mark before them are passed over.
#[must_use]
pub fn header(export: &[u8]) -> Option<Header> {
    let mut lines = physical_lines(strip_bom(export)).skip_while(|line| is_blank(line));
    let version = lines
        .by_ref()
        .take(VERSION_WITHIN_LINES)
        .find_map(|line| next_word(version_tail(line)?))?
        .0;
    let mut header = Header {
        version: quoted(version),
        software_id: None,
        model: None,
        serial: None,
    };
    for line in lines.take_while(|line| line.starts_with(b"#") || is_blank(line)) {
        if let Some((field, value)) = field_of(line) {
            let value = Some(quoted(value)).filter(|value| !value.is_empty());
            let place = match field {
                Field::Id => &mut header.software_id,
                Field::Model => &mut header.model,
                Field::Serial => &mut header.serial,
            };
            *place = place.take().or(value);
        }
    }
    Some(header)
}

/// The major number of a version such as `7.16.2 (stable)`. `None` when it does not begin with
/// a number and a dot.
#[must_use]
pub fn major(version: &str) -> Option<u32> {
    version.trim_start().split_once('.')?.0.parse().ok()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Id,
    Model,
    Serial,
}

/// The field of a header line other than the time line, with its value.
pub(super) fn field_of(line: &[u8]) -> Option<(Field, &[u8])> {
    const NAMES: [(&[u8], Field); 4] = [
        (b"software id", Field::Id),
        (b"system id", Field::Id),
        (b"model", Field::Model),
        (b"serial number", Field::Serial),
    ];
    let text = line.strip_prefix(b"#")?.trim_ascii_start();
    NAMES.iter().find_map(|(name, field)| {
        let value = text.strip_prefix(*name)?.trim_ascii_start();
        Some((*field, value.strip_prefix(b"=")?.trim_ascii()))
    })
}

/// What follows `by RouterOS ` in a line `# <date> <time> by RouterOS <version>`; date and time
/// may be missing, as they are in the comparison form.
pub(super) fn version_tail(line: &[u8]) -> Option<&[u8]> {
    let mut rest = line.strip_prefix(b"#")?;
    for _ in ["date", "time", "by"] {
        let (word, after) = next_word(rest)?;
        if word == b"by" {
            let (word, after) = next_word(after)?;
            let (version, _) = next_word(after)?;
            let found = word == b"RouterOS" && is_version(version);
            return found.then(|| after.trim_ascii_start());
        }
        rest = after;
    }
    None
}

/// The first word and what follows it. `None` when there is nothing but white space.
fn next_word(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = text.trim_ascii_start();
    let end = text.iter().position(u8::is_ascii_whitespace);
    let (word, rest) = text.split_at(end.unwrap_or(text.len()));
    (!word.is_empty()).then_some((word, rest))
}

/// `<digits>.<digit>...`, as `7.16`, `6.49.10`, `7.1beta6`.
fn is_version(word: &[u8]) -> bool {
    let digits = word.iter().take_while(|byte| byte.is_ascii_digit()).count();
    digits > 0
        && word.get(digits) == Some(&b'.')
        && word.get(digits + 1).is_some_and(u8::is_ascii_digit)
}

/// The text without the byte order mark that editors put in front.
pub(super) fn strip_bom(mut text: &[u8]) -> &[u8] {
    while let Some(rest) = text.strip_prefix(b"\xEF\xBB\xBF") {
        text = rest;
    }
    text
}
