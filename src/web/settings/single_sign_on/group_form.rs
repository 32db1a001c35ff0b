//! What is typed about a group, and whether it can be kept.

use sqlx::PgConnection;

use crate::db::single_sign_on::Grants;
use crate::db::single_sign_on::groups::{self, Group, StoredGroup};
use crate::model::{Right, Role};
use crate::web::fields::{self, Fields};

/// How long the name of a group may be.
const MAX_NAME: usize = 200;

/// How many sites, or tags, one group may name.
const MAX_NAMED: usize = 500;

/// How long a tag may be.
const MAX_TAG: usize = 100;

/// The form, as it is sent and as it is shown again.
#[derive(Debug, Clone)]
pub struct GroupForm {
    pub name: String,
    pub role: Role,
    pub withheld: Vec<Right>,
    pub all_sites: bool,
    /// Slugs, with spaces or commas between.
    pub sites: String,
    /// The same of tags, with commas between, for a tag may have spaces.
    pub tags: String,
}

impl GroupForm {
    /// For a new group.
    pub const fn empty() -> Self {
        Self {
            name: String::new(),
            role: Role::Viewer,
            withheld: Vec::new(),
            all_sites: false,
            sites: String::new(),
            tags: String::new(),
        }
    }

    /// What is kept, to be changed.
    pub fn of(stored: &StoredGroup) -> Self {
        let grants = &stored.group.grants;
        Self {
            name: stored.group.name.clone(),
            role: grants.role,
            withheld: grants.withheld.clone(),
            all_sites: grants.all_sites,
            sites: stored.site_slugs.join(" "),
            tags: grants.site_tags.join(", "),
        }
    }

    /// What was sent; a role or right that is none is the least.
    pub fn sent(fields: &Fields) -> Self {
        let one = |name| fields::values(fields, name).next().unwrap_or_default();
        let role = Role::ALL
            .into_iter()
            .find(|role| role.as_str() == one("role"));
        let withheld = Right::WITHHOLDABLE
            .into_iter()
            .filter(|right| fields::values(fields, "withheld").any(|sent| sent == right.as_str()));
        Self {
            name: one("name").trim().to_owned(),
            role: role.unwrap_or(Role::Viewer),
            withheld: withheld.collect(),
            all_sites: !one("all_sites").is_empty(),
            sites: one("sites").to_owned(),
            tags: one("tags").to_owned(),
        }
    }

    /// Whether this is the chosen role.
    pub fn is_role(&self, role: &Role) -> bool {
        self.role == *role
    }

    /// Whether this right is withheld.
    pub fn withholds(&self, right: &Right) -> bool {
        self.withheld.contains(right)
    }

    /// The group to keep. What an administrator has no use for is dropped, as are rights that
    /// only a technician has.
    ///
    /// # Errors
    /// [`Unfit::Sentence`] for who typed it, or when the database fails.
    pub async fn read(&self, conn: &mut PgConnection) -> Result<Group, Unfit> {
        let chars = self.name.chars().count();
        if !(1..=MAX_NAME).contains(&chars) || self.name.contains(char::is_control) {
            let sentence =
                "Enter the name of the group as the provider writes it, at most 200 characters.";
            return Err(Unfit::Sentence(sentence.to_owned()));
        }
        let all_sites = self.all_sites || self.role == Role::Administrator;
        let (mut sites, mut site_tags) = (Vec::new(), Vec::new());
        if !all_sites {
            site_tags = tags(&self.tags)?;
            sites = self.known_sites(conn).await?;
        }
        let withheld = match self.role {
            Role::Technician => self.withheld.clone(),
            Role::Viewer | Role::Administrator => Vec::new(),
        };
        Ok(Group {
            name: self.name.clone(),
            grants: Grants {
                role: self.role,
                withheld,
                all_sites,
                site_tags,
                sites,
            },
        })
    }

    async fn known_sites(
        &self,
        conn: &mut PgConnection,
    ) -> Result<Vec<crate::model::SiteId>, Unfit> {
        let slugs = self.sites.split([' ', ',', '\n', '\r', '\t']);
        let slugs = named(slugs, "Enter at most 500 sites.")?;
        let known = groups::list_sites(conn, &slugs).await?;
        for slug in &slugs {
            if !known.iter().any(|site| site.slug == *slug) {
                return Err(Unfit::Sentence(format!("There is no site {slug}.")));
            }
        }
        Ok(known.into_iter().map(|site| site.id).collect())
    }
}

/// Why a group is not kept.
#[derive(Debug)]
pub enum Unfit {
    Sentence(String),
    Database(sqlx::Error),
}

impl From<sqlx::Error> for Unfit {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

fn tags(text: &str) -> Result<Vec<String>, Unfit> {
    let tags = named(text.split(','), "Enter at most 500 tags.")?;
    let is_tag = |tag: &String| tag.chars().count() <= MAX_TAG && !tag.contains(char::is_control);
    if tags.iter().all(is_tag) {
        Ok(tags)
    } else {
        let sentence = "Enter tags as sites have them, with commas between.";
        Err(Unfit::Sentence(sentence.to_owned()))
    }
}

/// Each name once, without what is empty.
fn named<'a>(names: impl Iterator<Item = &'a str>, too_many: &str) -> Result<Vec<String>, Unfit> {
    let mut each: Vec<String> = Vec::new();
    for name in names.map(str::trim).filter(|name| !name.is_empty()) {
        if each.iter().any(|known| known == name) {
            continue;
        }
        if each.len() == MAX_NAMED {
            return Err(Unfit::Sentence(too_many.to_owned()));
        }
        each.push(name.to_owned());
    }
    Ok(each)
}
