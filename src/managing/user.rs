//! Somebody who may sign in, as they are typed, and checked.

use super::known::Known;
use super::problems::Problems;
use super::text::{split_tags, texts, trimmed};
use crate::access::link::is_name;
use crate::db::managing::UserValues;
use crate::inventory::rules::quote;
use crate::model::{Right, Role};

/// How many characters a full name may have.
const LONGEST_FULL_NAME: usize = 100;

/// How many sites somebody may be given by name; more are given by a tag.
pub const MOST_SITES: usize = 1_000;

texts! {
    /// Somebody as they are typed.
    UserText {
        name,
        full_name,
        role,
        /// Rights, with commas between.
        withheld,
        /// `true` or `false`.
        all_sites,
        /// Slugs, with commas between.
        sites,
        /// With commas between.
        tags,
    }
}

impl UserText {
    /// What somebody new has when nothing is said of them.
    #[must_use]
    pub fn new() -> Self {
        Self {
            role: Role::Viewer.to_string(),
            all_sites: "false".to_owned(),
            ..Self::default()
        }
    }

    /// Whether they reach all sites, as it is typed.
    #[must_use]
    pub fn is_all_sites(&self) -> bool {
        self.all_sites == "true"
    }

    /// The slugs that are typed.
    #[must_use]
    pub fn slugs(&self) -> Vec<String> {
        split_tags(&self.sites)
    }

    /// Whether this right is withheld, as it is typed.
    #[must_use]
    pub fn withholds(&self, right: &Right) -> bool {
        let withheld = split_tags(&self.withheld);
        withheld.iter().any(|word| word == right.as_str())
    }

    /// What is meant. `advise`: whether to look for the site that was meant.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn check(&self, known: &Known, advise: bool) -> Result<UserValues, Problems> {
        let mut problems = Problems::default();
        let name = problems.take("name", "The name", check_name(&self.name));
        let full_name = check_full_name(&self.full_name);
        let full_name = problems.take("full_name", "The full name", full_name);
        let role = problems.take("role", "The role", check_role(&self.role));
        let withheld = self.check_withheld(&mut problems);
        let all_sites = match self.all_sites.trim() {
            "true" => Some(true),
            "false" => Some(false),
            _ => {
                problems.add("all_sites", "`all_sites` is either `true` or `false`");
                None
            }
        };
        let sites = self.check_sites(known, advise, &mut problems);
        let tags = problems.take_tags(split_tags(&self.tags));
        let (Some(name), Some(full_name), Some(role)) = (name, full_name, role) else {
            return Err(problems);
        };
        let (Some(withheld), Some(all_sites), Some(sites), Some(tags)) =
            (withheld, all_sites, sites, tags)
        else {
            return Err(problems);
        };
        // What a role does not have can not be withheld from it, and who reaches all sites needs
        // none by name.
        let all_sites = all_sites || role == Role::Administrator;
        let chosen = |list: Vec<String>| if all_sites { Vec::new() } else { list };
        Ok(UserValues {
            name,
            full_name,
            role,
            withheld: match role {
                Role::Technician => withheld,
                Role::Viewer | Role::Administrator => Vec::new(),
            },
            all_sites,
            sites: chosen(sites),
            tags: chosen(tags),
        })
    }

    /// Rights in their own order, each once.
    fn check_withheld(&self, problems: &mut Problems) -> Option<Vec<Right>> {
        let words = split_tags(&self.withheld);
        let known = |word: &String| {
            Right::WITHHOLDABLE
                .iter()
                .any(|right| right.as_str() == word)
        };
        if let Some(wrong) = words.iter().find(|word| !known(word)) {
            let rights = Right::WITHHOLDABLE.map(Right::as_str).join("`, `");
            problems.add(
                "withheld",
                format!("{} can not be withheld; known are `{rights}`", quote(wrong)),
            );
            return None;
        }
        let rights = Right::WITHHOLDABLE.into_iter();
        Some(
            rights
                .filter(|right| words.iter().any(|word| word == right.as_str()))
                .collect(),
        )
    }

    /// Slugs in alphabetical order, each once.
    fn check_sites(
        &self,
        known: &Known,
        advise: bool,
        problems: &mut Problems,
    ) -> Option<Vec<String>> {
        let mut slugs = self.slugs();
        slugs.sort_unstable();
        slugs.dedup();
        if slugs.len() > MOST_SITES {
            let sentence =
                format!("There are more than {MOST_SITES} sites; give them a tag instead");
            problems.add("sites", sentence);
            return None;
        }
        let wrong = slugs
            .iter()
            .find_map(|slug| known.any_site(slug, advise).err());
        match wrong {
            Some(wrong) => {
                problems.add("sites", wrong);
                None
            }
            None => Some(slugs),
        }
    }
}

impl From<&UserValues> for UserText {
    fn from(user: &UserValues) -> Self {
        let withheld = user.withheld.iter().map(|right| right.as_str());
        Self {
            name: user.name.clone(),
            full_name: user.full_name.clone(),
            role: user.role.to_string(),
            withheld: withheld.collect::<Vec<_>>().join(", "),
            all_sites: user.all_sites.to_string(),
            sites: user.sites.join(", "),
            tags: user.tags.join(", "),
        }
    }
}

fn check_name(text: &str) -> Result<String, String> {
    let name = trimmed(text);
    if is_name(&name) {
        Ok(name)
    } else {
        Err("has 1 to 100 characters, and no spaces or control characters".to_owned())
    }
}

fn check_full_name(text: &str) -> Result<String, String> {
    let name = trimmed(text);
    if name.chars().count() > LONGEST_FULL_NAME {
        return Err(format!("is longer than {LONGEST_FULL_NAME} characters"));
    }
    if name.chars().any(char::is_control) {
        return Err("has a line break or another control character in it".to_owned());
    }
    Ok(name)
}

fn check_role(text: &str) -> Result<Role, String> {
    let word = text.trim();
    let known = Role::ALL.into_iter().find(|role| role.as_str() == word);
    known.ok_or_else(|| {
        let roles = Role::ALL.map(Role::as_str).join("`, `");
        format!("{} is not known; known are `{roles}`", quote(word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kim() -> UserText {
        UserText {
            name: " kim ".to_owned(),
            full_name: "Kim Larsen".to_owned(),
            role: "technician".to_owned(),
            withheld: "reveal, back_up, reveal".to_owned(),
            sites: "old, acme,acme".to_owned(),
            tags: "gold".to_owned(),
            ..UserText::new()
        }
    }

    fn known() -> Known {
        Known::for_tests(&[])
    }

    #[test]
    fn what_is_typed_becomes_what_is_meant_and_comes_back() {
        let values = kim().check(&known(), true).unwrap();
        assert_eq!(values.name, "kim");
        assert_eq!(values.withheld, [Right::BackUp, Right::Reveal]);
        assert_eq!(values.sites, ["acme", "old"], "an archived site, too");
        let again = UserText::from(&values).check(&known(), true);
        assert_eq!(again.unwrap(), values);
    }

    #[test]
    fn a_role_has_what_it_can_have() {
        let typed = |role: &str| UserText {
            role: role.to_owned(),
            ..kim()
        };
        let viewer = typed("viewer").check(&known(), true).unwrap();
        assert!(viewer.withheld.is_empty() && viewer.sites.len() == 2);
        let administrator = typed("administrator").check(&known(), true).unwrap();
        assert!(administrator.all_sites && administrator.withheld.is_empty());
        assert!(administrator.sites.is_empty() && administrator.tags.is_empty());
    }

    #[test]
    fn every_field_tells_what_is_wrong_with_it() {
        let wrong = UserText {
            name: "kim larsen".to_owned(),
            full_name: "x".repeat(101),
            role: "boss".to_owned(),
            withheld: "manage".to_owned(),
            all_sites: "some".to_owned(),
            sites: "acne".to_owned(),
            tags: "one, one".to_owned(),
        };
        let problems = wrong.check(&known(), true).unwrap_err();
        for (field, word) in [
            ("name", "no spaces"),
            ("full_name", "100 characters"),
            ("role", "`boss` is not known"),
            ("withheld", "`manage` can not be withheld"),
            ("all_sites", "either"),
            ("sites", "did you mean `acme`?"),
            ("tags", "twice"),
        ] {
            let told = problems.of(field).unwrap();
            assert!(told.contains(word), "{told}");
        }
        let many: Vec<String> = (0..=MOST_SITES).map(|n| format!("s-{n}")).collect();
        let many = UserText {
            sites: many.join(","),
            ..kim()
        };
        let problems = many.check(&known(), true).unwrap_err();
        assert!(problems.of("sites").unwrap().contains("a tag instead"));
    }
}
