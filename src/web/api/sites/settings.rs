//! What a program says of a site, and the same as the texts of the form, which has the checks.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::managing::SiteValues;
use crate::managing::SiteText;
use crate::web::{api::managed::tags_text, error::PageError};

/// What is said of a site.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteSettings {
    /// Its name in addresses: a-z, 0-9 and hyphens. It stays as long as the site is there.
    pub(super) slug: String,
    /// Null: as the slug.
    #[serde(default)]
    name: Option<String>,
    /// IANA name; null: UTC.
    #[serde(default)]
    timezone: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    notes: String,
}

impl SiteSettings {
    /// What the form would be filled with to say the same.
    ///
    /// # Errors
    /// [`PageError::Wrong`] for a tag that is none.
    pub fn text(&self) -> Result<SiteText, PageError> {
        let usual = SiteText::new();
        Ok(SiteText {
            slug: self.slug.clone(),
            name: self.name.clone().unwrap_or_default(),
            timezone: self.timezone.clone().unwrap_or(usual.timezone),
            tags: tags_text(&self.tags)?,
            notes: self.notes.clone(),
        })
    }
}

impl From<&SiteValues> for SiteSettings {
    fn from(values: &SiteValues) -> Self {
        Self {
            slug: values.slug.clone(),
            name: Some(values.name.clone()),
            timezone: Some(values.timezone.clone()),
            tags: values.tags.clone(),
            notes: values.notes.clone(),
        }
    }
}
