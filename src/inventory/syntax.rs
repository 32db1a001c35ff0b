//! From bytes to a TOML table, with every fault of syntax on its line.

use toml::Spanned;
use toml::de::{DeTable, Error};

use super::report::Report;
use super::suggest::quote;

/// What the `toml` crate says of a key that is there already.
const DUPLICATE_KEY: &str = "duplicate key";

/// The table that the text is; `None` when it is none, and the report says why.
pub(super) fn read<'t>(text: &'t str, report: &mut Report) -> Option<Spanned<DeTable<'t>>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let span = error.span().unwrap_or_default();
        // What follows on the same line is mostly an echo of the first fault.
        if !report.last_is_on_line_of(&span) {
            report.add(&span, sentence(error, text));
        }
    }
    report.is_empty().then_some(table)
}

/// The crate's own words never quote the file, which may hold a secret just there; the name of
/// a key given twice is shown, for it is needed to find the other.
fn sentence(error: &Error, text: &str) -> String {
    let key = error.span().and_then(|span| text.get(span));
    match (error.message(), key) {
        (DUPLICATE_KEY, Some(key)) => {
            format!(
                "{} is given twice in this table; keep one of them",
                quote(key)
            )
        }
        (message, _) => format!("not valid TOML: {message}"),
    }
}

/// The text of a file.
///
/// # Errors
/// The line in question, if any, and what is wrong.
pub(crate) fn decode(bytes: &[u8]) -> Result<&str, (Option<usize>, String)> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        let message = "is UTF-16 text; save it as UTF-8";
        return Err((None, message.to_owned()));
    }
    if bytes.contains(&0) {
        return Err((None, "is a binary file, not text".to_owned()));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = 1 + memchr::memchr_iter(b'\n', before).count();
        (
            Some(line),
            "this line is not UTF-8 text; save the file as UTF-8".to_owned(),
        )
    })
}
