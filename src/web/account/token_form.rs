//! What the form of a new token says, and the sites that it names.

use sqlx::PgConnection;

use crate::access::api_token::{Lasts, Reach};
use crate::db::own_account::{self, NamedSite};
use crate::model::{Right, Role, Scope, SiteId};
use crate::web::{
    error::PageError,
    fields::{Fields, values},
};

/// How many sites and how many tags a token may name.
const MAX_NAMED: usize = 100;

const NO_CHOICE: PageError =
    PageError::BadRequest("The form has a choice that it does not offer. Open it again.");

/// What was chosen and typed.
#[derive(Debug)]
pub struct TokenForm {
    pub name: String,
    pub role: Role,
    pub withheld: Vec<Right>,
    pub is_everywhere: bool,
    /// Sites, one a line.
    pub sites: String,
    /// Tags, one a line.
    pub tags: String,
    pub lasts: Lasts,
}

/// What is offered first: the least.
impl Default for TokenForm {
    fn default() -> Self {
        Self {
            name: String::new(),
            role: Role::Viewer,
            withheld: Vec::new(),
            is_everywhere: true,
            sites: String::new(),
            tags: String::new(),
            lasts: Lasts::Quarter,
        }
    }
}

impl TokenForm {
    /// Reads the fields.
    ///
    /// # Errors
    /// [`PageError::BadRequest`] when a choice is none of those that are offered.
    pub fn read(fields: &Fields) -> Result<Self, PageError> {
        let text = |name| values(fields, name).next().unwrap_or_default();
        let role = text("role");
        let role = Role::ALL.into_iter().find(|one| one.as_str() == role);
        let lasts = text("days");
        let lasts = Lasts::ALL
            .into_iter()
            .find(|one| one.days().to_string() == lasts);
        let withheld = values(fields, "withheld");
        let withheld: Vec<&str> = withheld.collect();
        let withholdable = Right::WITHHOLDABLE.into_iter();
        Ok(Self {
            name: text("name").to_owned(),
            role: role.ok_or(NO_CHOICE)?,
            withheld: withholdable
                .filter(|right| withheld.contains(&right.as_str()))
                .collect(),
            is_everywhere: match text("reach") {
                "all" => true,
                "some" => false,
                _ => return Err(NO_CHOICE),
            },
            sites: text("sites").to_owned(),
            tags: text("tags").to_owned(),
            lasts: lasts.ok_or(NO_CHOICE)?,
        })
    }

    /// Whether this right is to be withheld.
    pub fn withholds(&self, right: &Right) -> bool {
        self.withheld.contains(right)
    }

    /// The sites that are meant, of those in `scope`, or a sentence that says what is wrong.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reach(
        &self,
        conn: &mut PgConnection,
        scope: &Scope,
    ) -> Result<Result<Reach, String>, sqlx::Error> {
        if self.is_everywhere {
            return Ok(Ok(Reach::All));
        }
        let named: Vec<String> = lines(&self.sites).map(str::to_lowercase).collect();
        let tags: Vec<String> = lines(&self.tags).map(str::to_owned).collect();
        if named.len() > MAX_NAMED || tags.len() > MAX_NAMED {
            let sentence = format!("Name at most {MAX_NAMED} sites and {MAX_NAMED} tags.");
            return Ok(Err(sentence));
        }
        let ids = scope.ids();
        let found = own_account::list_named_sites(conn, &named, ids.as_deref()).await?;
        let mut sites = Vec::new();
        for name in &named {
            match pick(&found, name) {
                Ok(site) => sites.push(site),
                Err(sentence) => return Ok(Err(sentence)),
            }
        }
        sites.sort_unstable();
        sites.dedup();
        Ok(Ok(Reach::Some { sites, tags }))
    }
}

/// What stands on the lines that are not empty.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// The one site of that short name, or else of that name.
fn pick(found: &[NamedSite], name: &str) -> Result<SiteId, String> {
    let slug = found.iter().find(|site| site.slug.to_lowercase() == name);
    if let Some(site) = slug {
        return Ok(site.id);
    }
    let mut named = found.iter().filter(|site| site.name.to_lowercase() == name);
    match (named.next(), named.next()) {
        (Some(site), None) => Ok(site.id),
        (None, _) => Err(format!("There is no site “{name}”.")),
        (Some(_), Some(_)) => Err(format!(
            "Several sites are called “{name}”: write the short name that stands in the address of its page."
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(id: i64, slug: &str, name: &str) -> NamedSite {
        NamedSite {
            id: SiteId(id),
            slug: slug.to_owned(),
            name: name.to_owned(),
        }
    }

    #[test]
    fn a_site_is_meant_by_its_short_name_or_by_a_name_of_its_own() {
        let sites = [
            site(1, "acme", "Depot"),
            site(2, "depot", "Harbour"),
            site(3, "x", "Twin"),
            site(4, "y", "Twin"),
        ];
        assert_eq!(pick(&sites, "acme"), Ok(SiteId(1)));
        assert_eq!(pick(&sites, "depot"), Ok(SiteId(2)));
        assert_eq!(pick(&sites, "harbour"), Ok(SiteId(2)));
        assert!(pick(&sites, "twin").unwrap_err().starts_with("Several"));
        assert!(
            pick(&sites, "other")
                .unwrap_err()
                .starts_with("There is no")
        );
    }
}
