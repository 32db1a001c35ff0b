//! What rules promise, written a second time and another way: pair by pair, as slow as it may be.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use routervault::model::{Retention, SnapshotId};

/// A snapshot as the test remembers it.
#[derive(Debug, Clone)]
pub struct Remembered {
    pub id: SnapshotId,
    pub revision: u32,
    pub taken_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    pub is_verified: bool,
    pub version: &'static str,
    pub pinned: bool,
}

impl Remembered {
    fn is_before(&self, other: &Self) -> bool {
        (self.taken_at, self.id) < (other.taken_at, other.id)
    }

    /// Whether `other` stands for a time rather than this one.
    fn yields_to(&self, other: &Self) -> bool {
        match (self.is_verified, other.is_verified) {
            (true, false) => false,
            (false, true) => true,
            _ => self.is_before(other),
        }
    }
}

/// Those that stay.
pub fn promised(
    history: &[Remembered],
    rule: &Retention,
    now: DateTime<Utc>,
    zone: Tz,
) -> Vec<Remembered> {
    let stays = |one: &&Remembered| is_kept(one, history, rule, now, zone);
    history.iter().filter(stays).cloned().collect()
}

fn is_kept(
    one: &Remembered,
    history: &[Remembered],
    rule: &Retention,
    now: DateTime<Utc>,
    zone: Tz,
) -> bool {
    let newer: Vec<&Remembered> = history
        .iter()
        .filter(|other| one.is_before(other))
        .collect();
    let is_newest_verified = one.is_verified && !newer.iter().any(|other| other.is_verified);
    let is_newest_of_version = one.is_verified
        && !newer
            .iter()
            .any(|other| other.is_verified && other.version == one.version);
    if one.pinned || newer.is_empty() || is_newest_verified || is_newest_of_version {
        return true;
    }
    let is_older = |days: i32| now - one.last_seen_at >= TimeDelta::days(days.into());
    let day = |one: &Remembered| one.taken_at.with_timezone(&zone).date_naive();
    let monday = |one: &Remembered| monday_of(day(one));
    let yields = |to: &dyn Fn(&Remembered) -> NaiveDate| {
        let mut others = history.iter();
        others.any(|other| to(other) == to(one) && one.yields_to(other))
    };
    let is_beyond = rule
        .count
        .is_some_and(|count| newer.len() >= count as usize);
    let is_thinned = rule.thinning.is_some_and(|thinning| {
        (is_older(thinning.all_days) && yields(&day))
            || (is_older(thinning.daily_days) && yields(&monday))
    });
    !is_beyond && !rule.days.is_some_and(is_older) && !is_thinned
}

fn monday_of(day: NaiveDate) -> NaiveDate {
    day - TimeDelta::days(day.weekday().num_days_from_monday().into())
}
