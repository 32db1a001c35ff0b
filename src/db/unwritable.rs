//! Whether a text could not be written because of a character in it. Every form and address is
//! checked by its own rules; this is for what none of them thought of, said once for all pages.

/// The SQLSTATE codes of a text that PostgreSQL does not take: `character_not_in_repertoire`,
/// which is a NUL in a text, for all else that comes here is valid UTF-8; and
/// `untranslatable_character`, a NUL inside JSON. From "PostgreSQL Error Codes", appendix A of its
/// documentation.
const UNWRITABLE: [&str; 2] = ["22021", "22P05"];

/// Whether a statement failed for a NUL in a text that was given to it.
#[must_use]
pub fn is_unwritable(error: &sqlx::Error) -> bool {
    let error = error.as_database_error();
    let code = error.and_then(|error| error.code());
    code.is_some_and(|code| UNWRITABLE.contains(&&*code))
}
