//! A site as it is typed, and checked.

use super::problems::Problems;
use super::text::{split_tags, texts, trimmed};
use crate::db::managing::SiteValues;
use crate::inventory::rules;

/// How many characters the notes on a site may have.
const LONGEST_NOTES: usize = 2_000;

texts! {
    /// A site as it is typed.
    SiteText {
        slug,
        /// Empty: as the slug.
        name,
        timezone,
        /// With commas between.
        tags,
        notes,
    }
}

impl SiteText {
    /// What a new site has when nothing is said of it.
    #[must_use]
    pub fn new() -> Self {
        Self {
            timezone: "UTC".to_owned(),
            ..Self::default()
        }
    }

    /// What is meant. `advise`: whether to look for the time zone that was meant.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn check(&self, advise: bool) -> Result<SiteValues, Problems> {
        let mut problems = Problems::default();
        let slug = trimmed(&self.slug);
        let name = match trimmed(&self.name) {
            name if name.is_empty() => slug.clone(),
            name => name,
        };
        let slug = problems.take("slug", "The slug", rules::slug(&slug));
        let name = problems.take("name", "The name", rules::name(&name));
        let zone = rules::zone(self.timezone.trim(), advise);
        let zone = zone.map_err(|wrong| problems.add("timezone", wrong)).ok();
        let tags = problems.take_tags(split_tags(&self.tags));
        let notes = problems.take("notes", "The notes", check_notes(&self.notes));
        match (slug, name, zone, tags, notes) {
            (Some(slug), Some(name), Some(zone), Some(tags), Some(notes)) => Ok(SiteValues {
                slug,
                name,
                timezone: zone.name().to_owned(),
                tags,
                notes,
            }),
            _ => Err(problems),
        }
    }
}

impl From<&SiteValues> for SiteText {
    fn from(site: &SiteValues) -> Self {
        Self {
            slug: site.slug.clone(),
            name: site.name.clone(),
            timezone: site.timezone.clone(),
            tags: site.tags.join(", "),
            notes: site.notes.clone(),
        }
    }
}

fn check_notes(text: &str) -> Result<String, String> {
    let notes = trimmed(text);
    if notes.chars().count() > LONGEST_NOTES {
        return Err(format!(
            "are longer than {LONGEST_NOTES} characters; shorten them"
        ));
    }
    let is_odd = |c: char| c.is_control() && c != '\n' && c != '\t';
    if notes.chars().any(is_odd) {
        return Err("have control characters in them; remove them".to_owned());
    }
    Ok(notes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acme() -> SiteText {
        SiteText {
            slug: "acme".to_owned(),
            tags: "gold, north".to_owned(),
            notes: " one\r\ntwo ".to_owned(),
            ..SiteText::new()
        }
    }

    #[test]
    fn what_is_typed_becomes_what_is_meant_and_comes_back() {
        let values = acme().check(true).unwrap();
        assert_eq!(
            (values.name.as_str(), values.timezone.as_str()),
            ("acme", "UTC")
        );
        assert_eq!(values.notes, "one\ntwo");
        assert_eq!(SiteText::from(&values).check(true).unwrap(), values);
    }

    #[test]
    fn every_field_tells_what_is_wrong_with_it() {
        let wrong = SiteText {
            slug: "Acme HQ".to_owned(),
            name: "a\u{7}".to_owned(),
            timezone: "Europe/Londn".to_owned(),
            tags: "one, one".to_owned(),
            notes: "x".repeat(2_001),
        };
        let problems = wrong.check(true).unwrap_err();
        assert_eq!(problems.count(), 5);
        for (field, word) in [
            ("slug", "The slug may hold a-z"),
            ("name", "control characters"),
            ("timezone", "did you mean `Europe/London`?"),
            ("tags", "twice"),
            ("notes", "2000 characters"),
        ] {
            let told = problems.of(field).unwrap();
            assert!(told.contains(word), "{told}");
        }
        let nul = SiteText {
            notes: "a\0b".to_owned(),
            ..acme()
        };
        assert!(nul.check(true).unwrap_err().of("notes").is_some());
    }
}
