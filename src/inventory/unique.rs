//! Names that may be given only once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use toml::Spanned;

use super::report::Report;
use super::suggest::quote;

/// The names given so far, and the line of each.
#[derive(Default)]
pub(super) struct Unique {
    lines: HashMap<String, usize>,
}

impl Unique {
    /// Notes a name; one that was given before, in whatever case, is reported with both lines.
    pub fn claim(&mut self, what: &str, name: &Spanned<String>, report: &mut Report) {
        let line = report.line(&name.span());
        match self.lines.entry(name.get_ref().to_lowercase()) {
            Entry::Vacant(vacant) => {
                vacant.insert(line);
            }
            Entry::Occupied(first) => report.add(
                &name.span(),
                format!(
                    "the {what} {} is already used in line {}; choose another name",
                    quote(name.get_ref()),
                    first.get()
                ),
            ),
        }
    }
}
