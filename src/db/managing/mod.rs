//! What an administrator makes, changes and archives, one row or thousands of rows at once, and
//! what the pages of managing read. Rows come as one JSON array, which `jsonb_to_recordset` makes
//! a table of.
//!
//! Whoever changes something holds [`inventory::lock`](super::inventory::lock), so that what was
//! read before is still so.

mod credentials;
mod devices;
mod imports;
mod lists;
mod sites;
mod tags;
mod users;

pub use credentials::{
    CredentialRow, CredentialValues, StoredCredential, archive_credential, get_credential,
    get_sealed, insert_key, list_credential_rows, list_credentials, restore_credential,
    save_credentials,
};
pub use devices::{
    DeviceValues, StoredDevice, archive_device, get_device, list_devices, restore_device,
    save_devices,
};
pub use imports::{Import, NewImport, delete_import, get_import, insert_import};
pub use lists::{ListFilter, ListedDevice, ListedSite, list_device_rows, list_site_rows};
pub use sites::{
    SiteValues, StoredSite, archive_site, get_site, list_sites, restore_site, save_sites,
};
pub use tags::{TagChange, TagRow, change_tag, is_tag_in_a_scope, list_tag_rows};
pub use users::{
    StoredUser, UserValues, archive_user, count_administrators, get_user, get_user_id,
    list_user_rows, list_users, restore_user, save_users,
};

use serde::Serialize;

/// A row to write: a new one, or an existing one whatever it was like.
#[derive(Debug, Clone, Serialize)]
pub struct Wanted<T> {
    /// `None`: it is new.
    pub id: Option<i64>,
    #[serde(flatten)]
    pub values: T,
}

/// The rows in the form that the statements take.
fn as_json<T: Serialize>(rows: &[Wanted<T>]) -> serde_json::Value {
    serde_json::to_value(rows).expect("texts, numbers and lists of them always become JSON")
}
