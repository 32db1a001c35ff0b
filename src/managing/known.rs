//! What the names of a device may mean: the sites and credentials that are there.

use std::collections::BTreeSet;

use sqlx::PgConnection;

use crate::db::managing as db;
use crate::inventory::rules::{near_or_all, quote};

/// Names that are there and not archived, and those that are archived.
#[derive(Debug, Default)]
pub struct Known {
    /// Slugs.
    pub sites: BTreeSet<String>,
    archived_sites: BTreeSet<String>,
    pub credentials: BTreeSet<String>,
    archived_credentials: BTreeSet<String>,
}

impl Known {
    /// Those of the database.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load(conn: &mut PgConnection) -> Result<Self, sqlx::Error> {
        let sites = db::list_sites(conn).await?.into_iter();
        let credentials = db::list_credentials(conn).await?.into_iter();
        Ok(Self::of(
            sites.map(|site| (site.values.slug, site.is_archived)),
            credentials.map(|credential| (credential.name, credential.is_archived)),
        ))
    }

    /// These slugs and names of credentials, each with whether it is archived.
    fn of(
        sites: impl Iterator<Item = (String, bool)>,
        credentials: impl Iterator<Item = (String, bool)>,
    ) -> Self {
        let (archived_sites, sites) = apart(sites);
        let (archived_credentials, credentials) = apart(credentials);
        Self {
            sites,
            archived_sites,
            credentials,
            archived_credentials,
        }
    }

    /// The only credential there is, which a device that names none has.
    #[must_use]
    pub fn only_credential(&self) -> Option<&str> {
        let mut names = self.credentials.iter();
        names
            .next()
            .filter(|_| names.next().is_none())
            .map(String::as_str)
    }

    /// The slug of a site. With `advise` a wrong one is compared with all, which takes long.
    pub(super) fn site(&self, slug: &str, advise: bool) -> Result<String, String> {
        find("site", slug, (&self.sites, &self.archived_sites), advise)
    }

    /// The slug of a site, which may be archived.
    pub(super) fn any_site(&self, slug: &str, advise: bool) -> Result<(), String> {
        if self.archived_sites.contains(slug) {
            return Ok(());
        }
        self.site(slug, advise).map(drop)
    }

    /// The name of a credential.
    pub(super) fn credential(&self, name: &str, advise: bool) -> Result<String, String> {
        let there = (&self.credentials, &self.archived_credentials);
        find("credential", name, there, advise)
    }
}

/// The archived ones, and the others.
fn apart(names: impl Iterator<Item = (String, bool)>) -> (BTreeSet<String>, BTreeSet<String>) {
    let (archived, others): (Vec<_>, Vec<_>) = names.partition(|(_, archived)| *archived);
    let names = |list: Vec<(String, bool)>| list.into_iter().map(|(name, _)| name).collect();
    (names(archived), names(others))
}

fn find(
    what: &str,
    name: &str,
    (there, archived): (&BTreeSet<String>, &BTreeSet<String>),
    advise: bool,
) -> Result<String, String> {
    if there.contains(name) {
        return Ok(name.to_owned());
    }
    if name.is_empty() {
        return Err(format!("Name the {what}"));
    }
    if archived.contains(name) {
        return Err(format!(
            "The {what} {} is archived; restore it first",
            quote(name)
        ));
    }
    let advice = advise.then(|| near_or_all(name, there)).flatten();
    let advice = advice.unwrap_or_else(|| "add it first".to_owned());
    Err(format!("There is no {what} {}; {advice}", quote(name)))
}

#[cfg(test)]
impl Known {
    /// For tests: the sites `acme` and, archived, `old`, and these credentials.
    pub(super) fn for_tests(credentials: &[&str]) -> Self {
        let sites = [("acme".to_owned(), false), ("old".to_owned(), true)];
        let credentials = credentials.iter().map(|name| ((*name).to_owned(), false));
        Self::of(sites.into_iter(), credentials)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_nothing_has_is_told_with_the_one_that_was_meant() {
        let known = Known::for_tests(&["core", "edge"]);
        assert_eq!(known.site("acme", true), Ok("acme".to_owned()));
        assert!(
            known
                .site("acne", true)
                .unwrap_err()
                .contains("did you mean `acme`?")
        );
        assert!(
            known
                .site("acne", false)
                .unwrap_err()
                .contains("add it first")
        );
        assert!(
            known
                .site("old", true)
                .unwrap_err()
                .contains("restore it first")
        );
        assert_eq!(known.site("", true), Err("Name the site".to_owned()));
        assert!(
            known
                .credential("x", true)
                .unwrap_err()
                .contains("`core`, `edge`")
        );
    }

    #[test]
    fn a_credential_goes_without_saying_when_it_is_the_only_one() {
        assert_eq!(Known::for_tests(&["core"]).only_credential(), Some("core"));
        assert_eq!(Known::for_tests(&["core", "edge"]).only_credential(), None);
        assert_eq!(Known::for_tests(&[]).only_credential(), None);
    }
}
