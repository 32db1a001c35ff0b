//! Which snapshot stands for its day, and which for its week.
//!
//! A snapshot is of the day on which it was taken, though it may have been valid for months after
//! it: so what is left still tells what was valid at the end of every day, or week.

use std::collections::HashMap;
use std::hash::Hash;

use chrono::{Datelike, IsoWeek, NaiveDate};
use chrono_tz::Tz;

use super::Why;
use crate::db::retention::KeptSnapshot;
use crate::model::{Thinning, Verdict};

/// What a snapshot stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    of_day: bool,
    of_week: bool,
}

impl Standing {
    /// After how many days thinning takes it; `None`: never.
    pub fn limit(self, thinning: Thinning) -> Option<(i32, Why)> {
        let Thinning {
            all_days,
            daily_days,
        } = thinning;
        if !self.of_day {
            Some((all_days, Why::Day(all_days)))
        } else if !self.of_week {
            Some((daily_days, Why::Week(daily_days)))
        } else {
            None
        }
    }
}

/// What each of these, oldest first, stands for: the last verified one of a day or week, else the
/// last. Who stands for a week stands for its day, too.
pub(super) fn places(ordered: &[&KeptSnapshot], zone: Tz) -> Vec<Standing> {
    let day = |snapshot: &KeptSnapshot| snapshot.taken_at.with_timezone(&zone).date_naive();
    let days: HashMap<NaiveDate, usize> = chosen(ordered, day);
    let week = |snapshot: &KeptSnapshot| day(snapshot).iso_week();
    let weeks: HashMap<IsoWeek, usize> = chosen(ordered, week);
    let standing = |(place, snapshot): (usize, &&KeptSnapshot)| Standing {
        of_day: days[&day(snapshot)] == place,
        of_week: weeks[&week(snapshot)] == place,
    };
    ordered.iter().enumerate().map(standing).collect()
}

/// The place of the chosen one among those that have the same.
fn chosen<K: Eq + Hash>(
    ordered: &[&KeptSnapshot],
    of: impl Fn(&KeptSnapshot) -> K,
) -> HashMap<K, usize> {
    let mut chosen = HashMap::new();
    for (place, snapshot) in ordered.iter().enumerate() {
        let best = chosen.entry(of(snapshot)).or_insert(place);
        let is_verified = |place: usize| ordered[place].verdict == Verdict::Verified;
        if is_verified(place) || !is_verified(*best) {
            *best = place;
        }
    }
    chosen
}
