//! A configuration as menus and items, the form in which an administrator changes it.

use super::text;

/// One line of an export before it is written: a verb and its attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    /// `add`, `set`, or `set [ find default-name=ether1 ]`.
    verb: String,
    attributes: Vec<Attribute>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Attribute {
    key: &'static str,
    value: String,
    /// Left out where secrets are hidden.
    is_secret: bool,
}

/// A menu with its items, in the order of the export.
#[derive(Debug, Clone)]
pub(super) struct Section {
    pub(super) menu: &'static str,
    pub(super) items: Vec<Item>,
}

impl Item {
    pub(super) fn add() -> Self {
        Self::verb("add")
    }

    pub(super) fn set() -> Self {
        Self::verb("set")
    }

    pub(super) fn verb(verb: impl Into<String>) -> Self {
        Self {
            verb: verb.into(),
            attributes: Vec::new(),
        }
    }

    /// With an attribute; RouterOS writes them in alphabetical order, and so are they kept.
    pub(super) fn with(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.put(key, value.into(), false);
        self
    }

    /// With an attribute that is left out where secrets are hidden.
    pub(super) fn secret(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.put(key, value.into(), true);
        self
    }

    /// Sets or replaces an attribute.
    pub(super) fn change(&mut self, key: &'static str, value: impl Into<String>) {
        self.put(key, value.into(), false);
    }

    /// Removes an attribute; whether it was there.
    pub(super) fn remove(&mut self, key: &str) -> bool {
        let before = self.attributes.len();
        self.attributes.retain(|attribute| attribute.key != key);
        self.attributes.len() < before
    }

    fn put(&mut self, key: &'static str, value: String, is_secret: bool) {
        let attribute = Attribute {
            key,
            value,
            is_secret,
        };
        match self.attributes.binary_search_by(|a| a.key.cmp(key)) {
            Ok(index) => self.attributes[index] = attribute,
            Err(index) => self.attributes.insert(index, attribute),
        }
    }

    /// The logical line, unbroken.
    pub(super) fn line(&self, show_secrets: bool) -> String {
        let mut line = self.verb.clone();
        for attribute in &self.attributes {
            if show_secrets || !attribute.is_secret {
                line.push(' ');
                line.push_str(attribute.key);
                line.push('=');
                line.push_str(&text::quoted(&attribute.value));
            }
        }
        line
    }
}
