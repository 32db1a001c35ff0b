//! What is wrong with a record, field by field.

use std::collections::HashSet;

use crate::inventory::rules;

/// How many tags a site or device may have.
const MOST_TAGS: usize = 50;

/// Sentences, each of a field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems {
    list: Vec<(&'static str, String)>,
}

impl Problems {
    /// Notes a whole sentence, without its full stop, about a field.
    pub fn add(&mut self, field: &'static str, sentence: impl Into<String>) {
        self.list.push((field, sentence.into()));
    }

    /// The first sentence; empty when nothing is wrong.
    #[must_use]
    pub fn first(&self) -> &str {
        self.list.first().map_or("", |(_, sentence)| sentence)
    }

    /// Notes what is wrong with a field, as the end of a sentence that begins with `what`.
    pub(super) fn take<T>(
        &mut self,
        field: &'static str,
        what: &str,
        checked: Result<T, String>,
    ) -> Option<T> {
        match checked {
            Ok(value) => Some(value),
            Err(wrong) => {
                self.add(field, format!("{what} {wrong}"));
                None
            }
        }
    }

    /// The tags, each once; `None` when one is wrong.
    pub(super) fn take_tags(&mut self, tags: Vec<String>) -> Option<Vec<String>> {
        let found_before = self.list.len();
        let mut seen = HashSet::new();
        for tag in &tags {
            if let Err(wrong) = rules::check_tag(tag) {
                self.add("tags", format!("The tag {} {wrong}", rules::quote(tag)));
            } else if !seen.insert(tag) {
                let twice = format!("The tag {} is given twice", rules::quote(tag));
                self.add("tags", twice);
            }
        }
        if tags.len() > MOST_TAGS {
            self.add("tags", format!("There are more than {MOST_TAGS} tags"));
        }
        (self.list.len() == found_before).then_some(tags)
    }

    /// What is wrong with a field.
    #[must_use]
    pub fn of(&self, field: &str) -> Option<&str> {
        let mut of = self.list.iter().filter(|(name, _)| *name == field);
        of.next().map(|(_, sentence)| sentence.as_str())
    }

    /// How many fields have something wrong with them, at least.
    #[must_use]
    pub fn count(&self) -> usize {
        self.list.len()
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Every sentence, in the order of the fields.
    pub fn into_sentences(self) -> impl Iterator<Item = String> {
        self.list.into_iter().map(|(_, sentence)| sentence)
    }
}
