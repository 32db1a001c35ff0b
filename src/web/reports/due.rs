//! On which days of a month a schedule asks for a backup.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::month::DaySet;
use super::period::Period;
use crate::model::schedule::LONGEST_SPREAD_MINUTES;
use crate::model::{Rhythm, SiteId};
use crate::scheduler::{Clock, place};

/// The schedule of a device.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// As the database keeps it.
    pub rhythm: &'a str,
    /// IANA name; `None`: that of the site.
    pub timezone: Option<&'a str>,
    pub spread_secs: u32,
}

/// Reckons the days of a month by schedules. Sites have few, and these few rhythms: each is reckoned
/// once for all who have it.
pub struct DueDays<'a> {
    period: &'a Period,
    /// The first time of each day by a rhythm on a clock.
    times: HashMap<(String, Tz), Vec<DateTime<Utc>>>,
}

impl<'a> DueDays<'a> {
    /// For the days of this month.
    pub fn new(period: &'a Period) -> Self {
        Self {
            period,
            times: HashMap::new(),
        }
    }

    /// The days on which a site is due by a schedule, its place in the spread included.
    pub fn of(&mut self, site: SiteId, asking: Asking<'_>) -> DaySet {
        let period = self.period;
        let zone = asking
            .timezone
            .and_then(|name| name.parse().ok())
            .unwrap_or(period.zone);
        let key = (asking.rhythm.to_owned(), zone);
        let times = self
            .times
            .entry(key)
            .or_insert_with_key(|(rhythm, zone)| first_times(period, rhythm, *zone));
        let place = place(site, asking.spread_secs);
        let mut due = DaySet::default();
        for at in times {
            if let Some(day) = period.day_of(*at + place) {
                due.add(day);
            }
        }
        due
    }
}

/// The first time of each day of the month by a rhythm, and of the day before, whose place in the
/// spread may be in the month. A rhythm that can not be read is never due.
fn first_times(period: &Period, rhythm: &str, zone: Tz) -> Vec<DateTime<Utc>> {
    let clock = rhythm.parse().ok();
    let clock = clock.and_then(|rhythm: Rhythm| Clock::new(&rhythm, zone));
    let Some(clock) = clock else {
        return Vec::new();
    };
    let moment = TimeDelta::seconds(1);
    let mut after = period.begin() - TimeDelta::minutes(LONGEST_SPREAD_MINUTES.into()) - moment;
    let mut times = Vec::new();
    while let Some(at) = clock.next(after).filter(|at| *at < period.end) {
        times.push(at);
        let day_after = period.days.iter().find(|day| **day > at);
        after = day_after.map_or(period.end, |day| *day - moment);
    }
    times
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::*;
    use crate::web::reports::period::tests::april_at;

    fn days(rhythm: &str, timezone: Option<&str>, spread_secs: u32) -> String {
        let period = april_at(Tz::Europe__Berlin, "2026-05-03T12:00");
        let asking = Asking {
            rhythm,
            timezone,
            spread_secs,
        };
        // The third site has a place of 2,883 s in the spread of an hour.
        DueDays::new(&period).of(SiteId(3), asking).to_string()
    }

    #[test]
    fn what_comes_every_day_or_hour_is_due_on_all_days() {
        for rhythm in [
            "daily 02:00",
            "hourly 30",
            "daily 23:59",
            "cron */5 * * * *",
        ] {
            assert_eq!(days(rhythm, None, 3600), "1\u{2013}30", "{rhythm}");
        }
    }

    #[test]
    fn what_comes_on_some_days_is_due_on_these() {
        assert_eq!(days("weekly sun 02:00", None, 0), "5, 12, 19, 26");
        assert_eq!(days("cron 0 2 1,15 * *", None, 0), "1, 15");
        assert_eq!(days("off", None, 0), "");
        assert_eq!(days("once upon a time", None, 0), "");
    }

    #[test]
    fn who_is_spread_past_midnight_is_due_on_the_next_day() {
        assert_eq!(days("weekly tue 23:45", None, 0), "7, 14, 21, 28");
        // The last of March, too, which was a Tuesday.
        assert_eq!(days("weekly tue 23:45", None, 3600), "1, 8, 15, 22, 29");
    }

    #[test]
    fn a_schedule_may_have_a_clock_of_its_own() {
        let auckland = days("weekly sun 02:00", Some("Pacific/Auckland"), 0);
        assert_eq!(auckland, "4, 11, 18, 25");
    }
}
