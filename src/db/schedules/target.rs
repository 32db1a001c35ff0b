//! What a schedule or a window is for, as columns and by names.

use serde::Serialize;
use sqlx::PgConnection;

use crate::model::{DeviceId, SiteId, Target};

/// The names of a target: a device has two, everything has none.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct TargetNames {
    pub site: Option<String>,
    pub device: Option<String>,
    pub tag: Option<String>,
}

impl From<&Target> for TargetNames {
    fn from(target: &Target) -> Self {
        let mut names = Self::default();
        match target.clone() {
            Target::Everything => {}
            Target::Tag(tag) => names.tag = Some(tag),
            Target::Site(slug) => names.site = Some(slug),
            Target::Device(slug, name) => (names.site, names.device) = (Some(slug), Some(name)),
        }
        names
    }
}

impl From<TargetNames> for Target {
    fn from(names: TargetNames) -> Self {
        match (names.site, names.device, names.tag) {
            (Some(slug), Some(name), _) => Self::Device(slug, name),
            (Some(slug), None, _) => Self::Site(slug),
            (None, _, Some(tag)) => Self::Tag(tag),
            (None, _, None) => Self::Everything,
        }
    }
}

/// What a window is for, by numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlacedTarget {
    Everything,
    Tag(String),
    Site(SiteId),
    Device(DeviceId),
}

/// Whether what it names is there and not archived; a tag need not be anybody's.
///
/// # Errors
/// When the database fails.
pub async fn is_target_there(
    conn: &mut PgConnection,
    target: &Target,
) -> Result<bool, sqlx::Error> {
    let names = TargetNames::from(target);
    if names.site.is_none() {
        return Ok(true);
    }
    sqlx::query_scalar!(
        r#"SELECT EXISTS (
               SELECT FROM sites
               LEFT JOIN devices ON devices.site_id = sites.id
                   AND devices.name = $2
                   AND devices.archived_at IS NULL
               WHERE sites.slug = $1
                 AND sites.archived_at IS NULL
                 AND ($2::text IS NULL OR devices.id IS NOT NULL)
           ) AS "is!""#,
        names.site,
        names.device,
    )
    .fetch_one(conn)
    .await
}

/// Whether a schedule or a maintenance window is for this tag.
///
/// # Errors
/// When the database fails.
pub async fn is_tag_scheduled(conn: &mut PgConnection, tag: &str) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM schedules WHERE tag = $1)
               OR EXISTS (SELECT FROM maintenance_windows WHERE tag = $1) AS "is!""#,
        tag,
    )
    .fetch_one(conn)
    .await
}
