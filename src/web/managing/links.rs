//! The addresses of managing.

use super::super::links::{encode, query};
use super::done::Done;
use crate::managing::csv::Kind;
use crate::model::{ArchiveId, ArchivePlanId, CredentialId, DeviceId, WindowId};

pub use super::super::links::{
    manage_new_device as new_device, manage_schedule as schedule, manage_site as site,
};

/// The page where a maintenance window is changed.
pub fn window(id: &WindowId) -> String {
    format!("/manage/maintenance-windows/{id}")
}

/// Where a site is archived.
pub fn archive_site(slug: &str) -> String {
    format!("/manage/sites/{}/archive", encode(slug))
}

/// Where a site is restored.
pub fn restore_site(slug: &str) -> String {
    format!("/manage/sites/{}/restore", encode(slug))
}

/// The page where a device is changed.
pub fn device(id: DeviceId) -> String {
    format!("/manage/devices/{id}")
}

/// The devices of a site.
pub fn site_devices(slug: &str) -> String {
    query("/manage/devices", [("site", slug)])
}

/// The page where a credential is changed.
pub fn credential(id: CredentialId) -> String {
    format!("/manage/credentials/{id}")
}

/// The devices that a search finds.
pub fn devices_with(search: &str) -> String {
    query("/manage/devices", [("q", search)])
}

/// The lines of a file that was brought.
pub fn import(id: &str) -> String {
    format!("/manage/import/{}", encode(id))
}

/// A file of what there is.
pub fn export(kind: Kind) -> String {
    format!("/manage/export/{}.csv", kind.as_str())
}

/// What a restore of an archive would do, and where it is done.
pub fn restore_archive(id: &ArchiveId) -> String {
    format!("/manage/archives/{id}/restore")
}

/// An archive as a file.
pub fn download_archive(id: &ArchiveId) -> String {
    format!("/manage/archives/{id}/download")
}

/// **Cancel** of an archive.
pub fn cancel_archive(id: &ArchiveId) -> String {
    format!("/manage/archives/{id}/cancel")
}

/// **Delete** of an archive.
pub fn delete_archive(id: &ArchiveId) -> String {
    format!("/manage/archives/{id}/delete")
}

/// A page with what was done.
pub fn with(path: &str, done: Done) -> String {
    let separator = if path.contains('?') { '&' } else { '?' };
    format!("{path}{separator}notice={}", done.as_str())
}

/// The form for a new plan of archives.
pub const NEW_ARCHIVE_PLAN: &str = "/manage/archives/plans/new";

/// The page where a plan of archives is changed.
pub fn archive_plan(id: &ArchivePlanId) -> String {
    format!("/manage/archives/plans/{id}")
}
