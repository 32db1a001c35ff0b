//! One table of the file with typed access to its keys: what is missing or of another type is
//! reported where it stands, and reading goes on.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::report::Report;
use super::suggest::{nearest, quote, quote_list};
use super::values;

/// A table, where it begins, and how the file writes its header.
pub(super) struct Section<'a> {
    table: &'a DeTable<'a>,
    /// Where to report what the table lacks.
    pub header: Range<usize>,
    title: &'static str,
    known: &'static [&'static str],
}

impl<'a> Section<'a> {
    /// Takes the table and reports the keys that are not among `known`.
    pub fn new(
        table: &'a Spanned<DeTable<'a>>,
        title: &'static str,
        known: &'static [&'static str],
        report: &mut Report,
    ) -> Self {
        Self::checked(table.get_ref(), table.span(), (title, known), report)
    }

    /// The tables of an array of tables, `[[key]]`; none where it is absent.
    pub fn tables(
        &self,
        key: &str,
        (title, known): (&'static str, &'static [&'static str]),
        report: &mut Report,
    ) -> Vec<Section<'a>> {
        let Some(value) = self.get(key) else {
            return Vec::new();
        };
        let DeValue::Array(array) = value.get_ref() else {
            report.add(
                &value.span(),
                format!("write {title}, with double brackets"),
            );
            return Vec::new();
        };
        let mut sections = Vec::with_capacity(array.len());
        for item in array.iter() {
            match item.get_ref() {
                DeValue::Table(table) => {
                    sections.push(Self::checked(table, item.span(), (title, known), report));
                }
                other => report.add(&item.span(), must_be(key, "a table", other)),
            }
        }
        sections
    }

    /// The table `[key]`, if it is there.
    pub fn table(
        &self,
        key: &str,
        (title, known): (&'static str, &'static [&'static str]),
        report: &mut Report,
    ) -> Option<Section<'a>> {
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::Table(table) => {
                Some(Self::checked(table, value.span(), (title, known), report))
            }
            _ => {
                report.add(
                    &value.span(),
                    format!("write {title}, with single brackets"),
                );
                None
            }
        }
    }

    /// Whether the key is there, of whatever type.
    pub fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// A text, if the key is there and holds one.
    pub fn text(&self, key: &str, report: &mut Report) -> Option<Spanned<&'a str>> {
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::String(text) => Some(Spanned::new(value.span(), text.as_ref())),
            other => {
                report.add(&value.span(), must_be(key, "a text in quotes", other));
                None
            }
        }
    }

    /// A text turned into what it means; what `check` answers is reported behind the key.
    pub fn checked_text<T>(
        &self,
        key: &str,
        check: impl Fn(&str) -> Result<T, String>,
        report: &mut Report,
    ) -> Option<Spanned<T>> {
        let text = self.text(key, report)?;
        match check(text.get_ref()) {
            Ok(value) => Some(Spanned::new(text.span(), value)),
            Err(wrong) => {
                report.add(&text.span(), format!("`{key}` {wrong}"));
                None
            }
        }
    }

    /// Like [`checked_text`](Self::checked_text), and reports a missing key.
    pub fn required_text<T>(
        &self,
        key: &str,
        check: impl Fn(&str) -> Result<T, String>,
        report: &mut Report,
    ) -> Option<Spanned<T>> {
        if !self.has(key) {
            report.add(
                &self.header,
                format!("this {} has no `{key}`; add `{key} = \"...\"`", self.title),
            );
        }
        self.checked_text(key, check, report)
    }

    /// A whole number from `1` to `most`.
    pub fn number(&self, key: &str, most: u32, report: &mut Report) -> Option<u32> {
        let check = |number| values::in_range(number, most);
        self.checked_number(key, check, report)
    }

    /// A whole number from `0` to `most`.
    pub fn count(&self, key: &str, most: u32, report: &mut Report) -> Option<u32> {
        let check = |number: Option<u32>| {
            let in_range = number.filter(|number| *number <= most);
            in_range.ok_or_else(|| format!("must be from 0 to {most}"))
        };
        self.checked_number(key, check, report)
    }

    /// A whole number that `check` lets pass; it is asked about `None` where the number is none
    /// of 32 bits.
    fn checked_number(
        &self,
        key: &str,
        check: impl Fn(Option<u32>) -> Result<u32, String>,
        report: &mut Report,
    ) -> Option<u32> {
        let value = self.get(key)?;
        let DeValue::Integer(integer) = value.get_ref() else {
            let wrong = must_be(key, "a whole number without quotes", value.get_ref());
            report.add(&value.span(), wrong);
            return None;
        };
        let number = u32::from_str_radix(integer.as_str(), integer.radix()).ok();
        match check(number) {
            Ok(number) => Some(number),
            Err(wrong) => {
                report.add(&value.span(), format!("`{key}` {wrong}"));
                None
            }
        }
    }

    /// `true` or `false`.
    pub fn boolean(&self, key: &str, report: &mut Report) -> Option<bool> {
        let value = self.get(key)?;
        if let DeValue::Boolean(boolean) = value.get_ref() {
            return Some(*boolean);
        }
        let wrong = must_be(key, "true or false, without quotes", value.get_ref());
        report.add(&value.span(), wrong);
        None
    }

    /// The texts of an array, if the key is there; items of another type are reported.
    pub fn texts(&self, key: &str, report: &mut Report) -> Vec<Spanned<&'a str>> {
        let Some(value) = self.get(key) else {
            return Vec::new();
        };
        let DeValue::Array(array) = value.get_ref() else {
            let wrong = must_be(key, "a list of texts, [\"...\", \"...\"]", value.get_ref());
            report.add(&value.span(), wrong);
            return Vec::new();
        };
        let mut texts = Vec::with_capacity(array.len());
        for item in array.iter() {
            match item.get_ref() {
                DeValue::String(text) => texts.push(Spanned::new(item.span(), text.as_ref())),
                other => {
                    let wrong = must_be(key, "a list of texts in quotes", other);
                    report.add(&item.span(), wrong);
                }
            }
        }
        texts
    }

    fn get(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        debug_assert!(self.known.contains(&key), "{key} is read but not known");
        self.table.get(key)
    }

    fn checked(
        table: &'a DeTable<'a>,
        header: Range<usize>,
        (title, known): (&'static str, &'static [&'static str]),
        report: &mut Report,
    ) -> Self {
        for key in table.keys() {
            let word: &str = key.get_ref();
            if !known.contains(&word) {
                report.add(&key.span(), unknown_key(word, title, known));
            }
        }
        Self {
            table,
            header,
            title,
            known,
        }
    }
}

/// The value itself is never shown: it may be a password.
fn must_be(key: &str, wanted: &str, found: &DeValue<'_>) -> String {
    let found = match found {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    format!("`{key}` must be {wanted}; this is {found}")
}

fn unknown_key(word: &str, title: &str, known: &[&str]) -> String {
    let advice = match nearest(word, known.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("known are {}", quote_list(known.iter().copied())),
    };
    format!("unknown key {} in {title}; {advice}", quote(word))
}
