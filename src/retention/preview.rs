//! What would go if the rules were others: the same questions as a pass asks, and nothing done.

use std::collections::HashMap;
use std::ops::Range;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use tokio::time::Instant;

use super::decide::{Decision, Fate, Why, decide};
use super::nearest::{Place, Rules};
use super::pass::zone_of;
use crate::db::retention::{self as db, DevicePlace, KeptSnapshot, PlacedDevice};
use crate::model::{DeviceId, RetentionTarget, SiteId, SnapshotId};

/// How many snapshots are in memory at once; a device with more comes alone.
const MOST_AT_ONCE: i64 = 20_000;

/// How long it is counted. 1,000,000 snapshots take a few seconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// A snapshot that would go.
#[derive(Debug, Clone)]
pub struct Going {
    pub id: SnapshotId,
    pub site_slug: String,
    pub device: String,
    pub taken_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    pub why: Why,
}

/// What would go.
#[derive(Debug, Clone, Default)]
pub struct Preview {
    pub snapshots: i64,
    pub devices: i64,
    pub sites: i64,
    /// Sealed bytes that are stored of them.
    pub bytes: i64,
    /// How many devices the rule would be for, and how many snapshots these have.
    pub concerned_devices: i64,
    pub concerned_snapshots: i64,
    /// A page of them, by site and device, the oldest first.
    pub going: Vec<Going>,
    /// Whether there was no time to count all; the numbers are those of the devices before.
    pub is_partial: bool,
    last_site: Option<SiteId>,
}

/// A rule that would be another one, or none.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    pub target: &'a RetentionTarget,
    pub before: &'a Rules,
    pub after: &'a Rules,
}

impl Change<'_> {
    /// Whether the rule is, or would be, the nearest to this device.
    fn concerns(&self, device: &PlacedDevice) -> bool {
        let place = Place::of(device);
        let mut rules = [self.before, self.after].into_iter();
        rules.any(|rules| {
            let nearest = rules.nearest(&place);
            nearest.is_some_and(|(target, _)| target == self.target)
        })
    }

    /// The only site where it may be.
    const fn site(&self) -> Option<SiteId> {
        match self.target {
            RetentionTarget::Site(site) => Some(*site),
            RetentionTarget::All | RetentionTarget::Tag(_) => None,
        }
    }
}

/// What would go by `now` after this change. `listed`: the places of those that are listed.
///
/// # Errors
/// When the database fails.
pub async fn preview(
    conn: &mut PgConnection,
    change: &Change<'_>,
    listed: Range<i64>,
    now: DateTime<Utc>,
) -> Result<Preview, sqlx::Error> {
    let begun = Instant::now();
    let mut preview = Preview::default();
    let mut place = DevicePlace::begin();
    loop {
        let devices = db::list_placed(conn, &place, change.site()).await?;
        let Some(last) = devices.last() else {
            return Ok(preview);
        };
        place = last.into();
        let concerned = devices.into_iter().filter(|one| change.concerns(one));
        for portion in portions(concerned.collect()) {
            if begun.elapsed() > PATIENCE {
                preview.is_partial = true;
                return Ok(preview);
            }
            let ids: Vec<DeviceId> = portion.iter().map(|device| device.id).collect();
            let kept = db::list_history(conn, &ids).await?;
            let histories: HashMap<DeviceId, &[KeptSnapshot]> = kept
                .chunk_by(|one, next| one.device == next.device)
                .map(|history| (history[0].device, history))
                .collect();
            for device in portion {
                let rule = change.after.nearest(&Place::of(&device));
                let rule = rule.map(|(_, rule)| *rule).unwrap_or_default();
                let history = histories.get(&device.id).copied().unwrap_or_default();
                preview.add(
                    &device,
                    history,
                    &decide(history, &rule, now, zone_of(&device)),
                    &listed,
                );
            }
        }
    }
}

/// The devices in portions of which the histories are in memory together.
fn portions(devices: Vec<PlacedDevice>) -> Vec<Vec<PlacedDevice>> {
    let mut portions: Vec<Vec<PlacedDevice>> = Vec::new();
    let mut room = 0;
    for device in devices {
        room -= i64::from(device.snapshot_count);
        match portions.last_mut() {
            Some(portion) if room >= 0 => portion.push(device),
            _ => {
                room = MOST_AT_ONCE - i64::from(device.snapshot_count);
                portions.push(vec![device]);
            }
        }
    }
    portions
}

impl Preview {
    /// Adds what was decided of a device.
    fn add(
        &mut self,
        device: &PlacedDevice,
        history: &[KeptSnapshot],
        decisions: &[Decision],
        listed: &Range<i64>,
    ) {
        self.concerned_devices += 1;
        self.concerned_snapshots += i64::try_from(history.len()).unwrap_or(i64::MAX);
        let before = self.snapshots;
        for decision in decisions {
            let Fate::Goes(why) = decision.fate else {
                continue;
            };
            // The history is gone through for those of one page only.
            if listed.contains(&self.snapshots)
                && let Some(kept) = history.iter().find(|kept| kept.id == decision.id)
            {
                self.going.push(Going {
                    id: kept.id,
                    site_slug: device.site_slug.clone(),
                    device: device.name.clone(),
                    taken_at: kept.taken_at,
                    last_seen_at: kept.last_seen_at,
                    why,
                });
            }
            self.snapshots += 1;
            self.bytes += decision.sealed_bytes;
        }
        if self.snapshots > before {
            self.devices += 1;
            if self.last_site != Some(device.site) {
                self.sites += 1;
                self.last_site = Some(device.site);
            }
        }
    }
}
