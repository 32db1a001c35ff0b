//! What a program says of somebody who may sign in; and the same as the texts of the form, which has
//! the checks.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::managing::UserValues;
use crate::managing::UserText;
use crate::model::{Right, Role};
use crate::web::api::managed::{check_limits, slugs_text, tags_text};
use crate::web::error::PageError;

/// Who somebody is, what they may do, and where.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserSettings {
    /// By which they sign in; unique, and the same for good.
    pub name: String,
    #[serde(default)]
    #[schema(max_length = 100)]
    full_name: String,
    role: Role,
    /// What a technician may not do all the same: of `back_up`, `annotate`, `download`, `reveal`.
    #[serde(default)]
    withheld: Vec<Right>,
    /// Whether they reach every site, as administrators always do; else those that are named, or have
    /// one of the tags.
    #[serde(default)]
    all_sites: bool,
    /// Slugs.
    #[serde(default)]
    sites: Vec<String>,
    #[serde(default)]
    tags: Vec<String>,
}

impl UserSettings {
    /// What the form would be filled with to say the same.
    ///
    /// # Errors
    /// [`PageError::Wrong`] for a slug or a tag that is several, and for a limit that would be none.
    pub fn text(&self) -> Result<UserText, PageError> {
        let named = [&self.sites[..], &self.tags];
        check_limits(self.role, &self.withheld, self.all_sites, named)?;
        let withheld: Vec<&str> = self.withheld.iter().map(|right| right.as_str()).collect();
        Ok(UserText {
            name: self.name.clone(),
            full_name: self.full_name.clone(),
            role: self.role.to_string(),
            withheld: withheld.join(", "),
            all_sites: self.all_sites.to_string(),
            sites: slugs_text(&self.sites)?,
            tags: tags_text(&self.tags)?,
        })
    }
}

impl From<&UserValues> for UserSettings {
    fn from(values: &UserValues) -> Self {
        Self {
            name: values.name.clone(),
            full_name: values.full_name.clone(),
            role: values.role,
            withheld: values.withheld.clone(),
            all_sites: values.all_sites,
            sites: values.sites.clone(),
            tags: values.tags.clone(),
        }
    }
}
