//! What a program says of a device, and the same as the texts of the form, which has the checks.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::managing::DeviceValues;
use crate::managing::{DeviceText, Known};
use crate::web::{
    api::{managed::tags_text, whole},
    error::PageError,
};

/// What is said of a device.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceSettings {
    /// Unique at its site.
    pub(super) name: String,
    /// Host name or IP address.
    address: String,
    /// Null: 22.
    #[serde(default, deserialize_with = "whole::optional")]
    #[schema(minimum = 1, maximum = 65_535)]
    port: Option<u16>,
    /// The name of its credential; null: the only one there is.
    #[serde(default)]
    credential: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    /// Whether it is to be backed up; null: it is.
    #[serde(default)]
    enabled: Option<bool>,
    /// Whether weak algorithms may be used; null: they may not.
    #[serde(default)]
    legacy_ssh: Option<bool>,
    /// For connecting and signing in; null: as for new devices.
    #[serde(default, deserialize_with = "whole::optional")]
    connect_timeout_secs: Option<u32>,
    /// For the export; null: as for new devices.
    #[serde(default, deserialize_with = "whole::optional")]
    export_timeout_secs: Option<u32>,
}

impl DeviceSettings {
    /// What the form of the site would be filled with to say the same.
    ///
    /// # Errors
    /// [`PageError::Wrong`] for a tag that is none.
    pub fn text(&self, site: &str, known: &Known) -> Result<DeviceText, PageError> {
        let usual = DeviceText::new(known);
        let or = |said: Option<String>, usual: String| said.unwrap_or(usual);
        Ok(DeviceText {
            site: site.to_owned(),
            name: self.name.clone(),
            address: self.address.clone(),
            port: or(self.port.map(|port| port.to_string()), usual.port),
            credential: or(self.credential.clone(), usual.credential),
            tags: tags_text(&self.tags)?,
            enabled: or(self.enabled.map(|one| one.to_string()), usual.enabled),
            legacy_ssh: or(self.legacy_ssh.map(|one| one.to_string()), usual.legacy_ssh),
            connect_timeout_secs: or(
                self.connect_timeout_secs.map(|secs| secs.to_string()),
                usual.connect_timeout_secs,
            ),
            export_timeout_secs: or(
                self.export_timeout_secs.map(|secs| secs.to_string()),
                usual.export_timeout_secs,
            ),
        })
    }
}

impl From<&DeviceValues> for DeviceSettings {
    fn from(values: &DeviceValues) -> Self {
        Self {
            name: values.name.clone(),
            address: values.address.clone(),
            port: Some(values.port),
            credential: Some(values.credential.clone()),
            tags: values.tags.clone(),
            enabled: Some(values.enabled),
            legacy_ssh: Some(values.legacy_ssh),
            connect_timeout_secs: Some(values.connect_timeout_secs),
            export_timeout_secs: Some(values.export_timeout_secs),
        }
    }
}
