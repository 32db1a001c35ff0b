//! What a rule says of the history of one device: which snapshots go now and why, and when each of
//! the others will go. Pure, over the time it is given.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::places::places;
use super::protect::protected;
use crate::db::retention::KeptSnapshot;
use crate::model::{Retention, SnapshotId};

/// Why a snapshot goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// So many newer ones are kept.
    Count(i32),
    /// It was last seen more than so many days ago.
    Age(i32),
    /// Older than so many days, and another one stands for its day.
    Day(i32),
    /// The same with its week.
    Week(i32),
}

/// What becomes of a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It goes now.
    Goes(Why),
    /// It goes at that time, unless something changes before.
    GoesAt(DateTime<Utc>),
    /// As things are, it stays for ever.
    Stays,
}

/// What becomes of which snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    pub id: SnapshotId,
    pub fate: Fate,
    /// How many sealed bytes are stored of it.
    pub sealed_bytes: i64,
}

impl Decision {
    /// Whether it goes now.
    #[must_use]
    pub const fn goes(&self) -> bool {
        matches!(self.fate, Fate::Goes(_))
    }

    /// When it goes; `None`: now, or never as things are.
    #[must_use]
    pub const fn goes_at(&self) -> Option<DateTime<Utc>> {
        match self.fate {
            Fate::GoesAt(at) => Some(at),
            Fate::Goes(_) | Fate::Stays => None,
        }
    }
}

/// What becomes of each snapshot of one device under a rule, the oldest first. `zone`: where days
/// and weeks begin, the site's. `snapshots` may come in any order.
///
/// What goes stays so as time passes and snapshots come: each limit only ever takes more. What is
/// left once the rest has gone, all stays at the same time.
#[must_use]
pub fn decide(
    snapshots: &[KeptSnapshot],
    rule: &Retention,
    now: DateTime<Utc>,
    zone: Tz,
) -> Vec<Decision> {
    let mut ordered: Vec<&KeptSnapshot> = snapshots.iter().collect();
    ordered.sort_unstable_by_key(|snapshot| (snapshot.taken_at, snapshot.id));
    let protected = protected(&ordered);
    let places = places(&ordered, zone);
    let newer = (0..ordered.len()).rev();
    let known = ordered.iter().zip(newer).zip(protected).zip(places);
    known
        .map(|(((snapshot, newer), is_protected), place)| {
            let fate = if is_protected {
                Fate::Stays
            } else if let Some(count) = rule.count.filter(|count| is_beyond(newer, *count)) {
                Fate::Goes(Why::Count(count))
            } else {
                let limits = [
                    rule.days.map(|days| (days, Why::Age(days))),
                    rule.thinning.and_then(|thinning| place.limit(thinning)),
                ];
                fate_of(snapshot.last_seen_at, limits, now)
            };
            Decision {
                id: snapshot.id,
                fate,
                sealed_bytes: snapshot.sealed_bytes,
            }
        })
        .collect()
}

/// Whether one that `newer` are newer than is not among the newest `count`.
fn is_beyond(newer: usize, count: i32) -> bool {
    usize::try_from(count).is_ok_and(|count| newer >= count)
}

/// What limits in days come to: the earliest counts.
fn fate_of(
    last_seen_at: DateTime<Utc>,
    limits: [Option<(i32, Why)>; 2],
    now: DateTime<Utc>,
) -> Fate {
    let ends = limits.into_iter().flatten().filter_map(|(days, why)| {
        let end = last_seen_at.checked_add_signed(TimeDelta::days(i64::from(days)))?;
        Some((end, why))
    });
    match ends.min_by_key(|(end, _)| *end) {
        Some((end, why)) if end <= now => Fate::Goes(why),
        Some((end, _)) => Fate::GoesAt(end),
        None => Fate::Stays,
    }
}
