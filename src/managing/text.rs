//! Records as texts: the fields of a form, the columns of a file, in one order.

use serde::Serialize;
use sha2::{Digest, Sha256};

/// A record of texts whose fields have names.
pub trait Texts {
    /// The names of the fields, in their order.
    const FIELDS: &[&str];

    /// The texts, in the order of [`FIELDS`](Self::FIELDS).
    #[must_use]
    fn texts(&self) -> Vec<&str>;
}

/// Makes a struct of texts that can be read from a form, and whose fields have names.
macro_rules! texts {
    ($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
        #[serde(default)]
        pub struct $name { $($(#[$fdoc])* pub $field: String),+ }

        impl $crate::managing::Texts for $name {
            const FIELDS: &[&str] = &[$(stringify!($field)),+];

            fn texts(&self) -> Vec<&str> {
                vec![$(self.$field.as_str()),+]
            }
        }

        impl $name {
            /// The text of a field; `None`: there is none of that name.
            pub fn field_mut(&mut self, name: &str) -> Option<&mut String> {
                match name {
                    $(stringify!($field) => Some(&mut self.$field),)+
                    _ => None,
                }
            }
        }
    };
}
pub(super) use texts;

/// A field that becomes another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = FieldChange)]
pub struct Difference {
    pub field: &'static str,
    pub before: String,
    pub after: String,
}

/// The fields that differ between two records of these fields.
#[must_use]
pub fn differences(fields: &[&'static str], before: &[&str], after: &[&str]) -> Vec<Difference> {
    let both = before.iter().zip(after);
    fields
        .iter()
        .zip(both)
        .filter(|(_, (before, after))| before != after)
        .map(|(field, (before, after))| Difference {
            field,
            before: (*before).to_owned(),
            after: (*after).to_owned(),
        })
        .collect()
}

/// Sixteen hexadecimal digits that are others when `record` is: what a form remembers of the
/// record that it was filled from. A run that ended meanwhile changes nothing of it.
#[must_use]
pub fn stamp(record: &impl Serialize) -> String {
    let text = serde_json::to_vec(record).expect("records of texts and numbers become JSON");
    hex::encode(&Sha256::digest(text)[..8])
}

/// `text` as a form means it: a browser sends CR LF, and blanks around it mean nothing.
pub(super) fn trimmed(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}

/// The tags of a text with commas between.
pub(super) fn split_tags(text: &str) -> Vec<String> {
    text.split(',')
        .map(str::trim)
        .filter(|tag| !tag.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_told() {
        let told = differences(&["name", "port"], &["a", "22"], &["a", "23"]);
        let expected = Difference {
            field: "port",
            before: "22".to_owned(),
            after: "23".to_owned(),
        };
        assert_eq!(told, [expected]);
    }

    #[test]
    fn a_stamp_is_that_of_its_record() {
        assert_eq!(stamp(&("a", 1)), stamp(&("a", 1)));
        assert_ne!(stamp(&("a", 1)), stamp(&("a", 2)));
        assert_eq!(stamp(&"").len(), 16);
    }

    #[test]
    fn tags_are_separated_by_commas_and_blanks_around_them_mean_nothing() {
        assert_eq!(split_tags(" core,, two words ,"), ["core", "two words"]);
        assert!(split_tags(" , ").is_empty());
    }
}
