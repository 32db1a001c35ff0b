//! The maintenance windows of a moment: whether one forbids a backup of a device.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use sqlx::PgConnection;

use super::window::is_open;
use crate::db::schedules::{PlacedTarget, PlacedWindow, list_placed_windows};
use crate::model::{DeviceId, SiteId};

/// How long before it opens a window counts as open: what is queued now is begun a little later.
const LOOK_AHEAD: TimeDelta = TimeDelta::seconds(10);

/// Every window, at one moment.
pub struct Maintenance {
    windows: Vec<PlacedWindow>,
    now: DateTime<Utc>,
}

/// A site as windows see it.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub site: SiteId,
    pub timezone: &'a str,
    pub tags: &'a [String],
}

/// What open windows forbid at a site.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Forbidden {
    /// All of its devices.
    pub everything: bool,
    /// Devices with one of these tags.
    pub tags: Vec<String>,
    /// These devices.
    pub devices: Vec<DeviceId>,
}

impl Forbidden {
    /// Whether nothing is forbidden there.
    pub fn is_nothing(&self) -> bool {
        !self.everything && self.tags.is_empty() && self.devices.is_empty()
    }

    /// Whether a device with these tags is not to be backed up.
    pub fn has(&self, device: DeviceId, tags: &[String]) -> bool {
        self.everything
            || self.devices.contains(&device)
            || self.tags.iter().any(|tag| tags.contains(tag))
    }
}

impl Maintenance {
    /// The windows of the database at `now`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<Self, sqlx::Error> {
        let windows = list_placed_windows(conn).await?;
        Ok(Self { windows, now })
    }

    /// Whether there is no window at all.
    pub fn is_none(&self) -> bool {
        self.windows.is_empty()
    }

    /// What is forbidden at a site. Devices of other sites may be among them.
    pub fn at(&self, place: Place<'_>) -> Forbidden {
        let mut forbidden = Forbidden::default();
        for window in &self.windows {
            let is_here = match &window.target {
                PlacedTarget::Site(site) => *site == place.site,
                _ => true,
            };
            if !is_here || !self.is_open(window, place.timezone) {
                continue;
            }
            match &window.target {
                PlacedTarget::Everything | PlacedTarget::Site(_) => forbidden.everything = true,
                PlacedTarget::Tag(tag) if place.tags.contains(tag) => forbidden.everything = true,
                PlacedTarget::Tag(tag) => forbidden.tags.push(tag.clone()),
                PlacedTarget::Device(device) => forbidden.devices.push(*device),
            }
        }
        forbidden
    }

    fn is_open(&self, window: &PlacedWindow, site_timezone: &str) -> bool {
        let timezone = window.timezone.as_deref().unwrap_or(site_timezone);
        let timezone = timezone.parse().unwrap_or(Tz::UTC);
        is_open(&window.span, timezone, self.now, self.now + LOOK_AHEAD)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SITE: SiteId = SiteId(1);

    /// What is forbidden at a site of Berlin with the tag `gold`, on a Friday at 22:30 there.
    fn forbidden(target: PlacedTarget, span: &str, timezone: Option<&str>) -> Forbidden {
        let window = PlacedWindow {
            target,
            span: span.parse().unwrap(),
            timezone: timezone.map(str::to_owned),
        };
        let maintenance = Maintenance {
            windows: vec![window],
            now: "2026-11-20T21:30:00Z".parse().unwrap(),
        };
        maintenance.at(Place {
            site: SITE,
            timezone: "Europe/Berlin",
            tags: &["gold".to_owned()],
        })
    }

    const OPEN: &str = "weekly fri 22:00 60";

    #[test]
    fn a_window_forbids_what_it_is_for_and_nothing_else() {
        let tag = |tag: &str| PlacedTarget::Tag(tag.to_owned());
        let gateway = DeviceId(7);
        for (target, has_gateway, has_core, has_other) in [
            (PlacedTarget::Everything, true, true, true),
            (PlacedTarget::Site(SITE), true, true, true),
            (PlacedTarget::Site(SiteId(2)), false, false, false),
            (tag("gold"), true, true, true),
            (tag("core"), false, true, false),
            (PlacedTarget::Device(gateway), true, false, false),
        ] {
            let name = format!("{target:?}");
            let forbidden = forbidden(target, OPEN, None);
            assert_eq!(forbidden.has(gateway, &[]), has_gateway, "{name}");
            let core = ["core".to_owned()];
            assert_eq!(forbidden.has(DeviceId(8), &core), has_core, "{name}");
            assert_eq!(forbidden.has(DeviceId(8), &[]), has_other, "{name}");
        }
    }

    #[test]
    fn a_window_is_on_its_own_clock_where_it_has_one() {
        let everything = || PlacedTarget::Everything;
        assert!(!forbidden(everything(), OPEN, None).is_nothing());
        assert!(forbidden(everything(), OPEN, Some("UTC")).is_nothing());
        assert!(!forbidden(everything(), OPEN, Some("Africa/Algiers")).is_nothing());
    }
}
