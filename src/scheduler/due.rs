//! When a site's nightly batch is due next: pure, over the time it is given.

use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use croner::Cron;

use crate::model::SiteId;

/// When the night's batches begin, in each site's own time zone.
pub const NIGHTLY: &str = "0 2 * * *";

/// Over how many seconds the sites of a time zone are spread, so that they do not start
/// together.
const SPREAD_SECS: u64 = 3600;

static PATTERN: LazyLock<Cron> = LazyLock::new(|| {
    NIGHTLY
        .parse()
        .expect("the pattern is one that croner reads")
});

/// The first time after `now` at which the site is due. A night without 02:00 (clocks go
/// forward) is due when it would have been; one with two (clocks go back), once.
///
/// `None` only beyond the calendar's end.
#[must_use]
pub fn next_due(timezone: Tz, site: SiteId, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let offset = spread(site);
    let after = (now - offset).with_timezone(&timezone);
    let occurrence = PATTERN.find_next_occurrence(&after, false).ok()?;
    Some(occurrence.with_timezone(&Utc) + offset)
}

/// The site's place in the window: always the same, and even over consecutive ids (Knuth's
/// multiplicative hash).
fn spread(site: SiteId) -> TimeDelta {
    let hashed = site.0.unsigned_abs().wrapping_mul(2_654_435_761) % SPREAD_SECS;
    TimeDelta::seconds(i64::try_from(hashed).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{Datelike, Timelike};

    /// A site whose place in the window is its very beginning.
    const FIRST: SiteId = SiteId(0);

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn due(timezone: Tz, now: &str) -> DateTime<Utc> {
        next_due(timezone, FIRST, utc(now)).unwrap()
    }

    #[test]
    fn two_in_the_morning_is_reckoned_in_the_sites_time_zone() {
        let now = "2026-11-21T09:00:00Z";
        assert_eq!(due(Tz::UTC, now), utc("2026-11-22T02:00:00Z"));
        assert_eq!(due(Tz::Asia__Tokyo, now), utc("2026-11-21T17:00:00Z"));
        assert_eq!(due(Tz::America__New_York, now), utc("2026-11-22T07:00:00Z"));
    }

    #[test]
    fn a_night_without_two_in_the_morning_is_still_backed_up() {
        // New York, 2027-03-14: 02:00 does not exist.
        let due = due(Tz::America__New_York, "2027-03-13T12:00:00Z");
        assert_eq!(due, utc("2027-03-14T07:00:00Z"));
    }

    #[test]
    fn a_night_with_two_in_the_morning_twice_is_backed_up_once() {
        // Vienna, 2027-10-31: 02:00 to 03:00 comes twice.
        let first = due(Tz::Europe__Vienna, "2027-10-30T12:00:00Z");
        assert_eq!(first.date_naive().day(), 31);
        let second = next_due(Tz::Europe__Vienna, FIRST, first).unwrap();
        assert_eq!(second, utc("2027-11-01T01:00:00Z"));
    }

    #[test]
    fn every_day_of_three_years_has_exactly_one() {
        for timezone in [
            Tz::Europe__London,
            Tz::America__New_York,
            Tz::Australia__Lord_Howe,
            Tz::Africa__Casablanca,
        ] {
            let mut now = utc("2026-01-01T12:00:00Z");
            for _ in 0..3 * 365 {
                let next = next_due(timezone, SiteId(7), now).unwrap();
                let days = next.with_timezone(&timezone).date_naive()
                    - now.with_timezone(&timezone).date_naive();
                assert_eq!(days.num_days(), 1, "{timezone} after {now}");
                now = next;
            }
        }
    }

    #[test]
    fn sites_are_spread_over_the_window() {
        let now = utc("2026-11-21T09:00:00Z");
        let mut minutes: Vec<u32> = (1..=600)
            .map(|id| {
                let due = next_due(Tz::UTC, SiteId(id), now).unwrap();
                assert_eq!(due.hour(), 2);
                due.minute()
            })
            .collect();
        minutes.sort_unstable();
        minutes.dedup();
        assert!(
            minutes.len() > 50,
            "only {} of 60 minutes are used",
            minutes.len()
        );
    }
}
