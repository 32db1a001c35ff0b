//! When rhythms come: over years, in time zones whose clocks are changed in different ways.

use chrono::{
    DateTime, Datelike as _, MappedLocalTime, NaiveDate, NaiveTime, TimeDelta, TimeZone as _,
    Timelike as _, Utc,
};
use chrono_tz::{TZ_VARIANTS, Tz};
use proptest::prelude::*;

use super::{Clock, check_pattern, place};
use crate::model::{Rhythm, SiteId, Weekdays, schedule::weekday};

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn clock(rhythm: &str, timezone: Tz) -> Clock {
    Clock::new(&rhythm.parse().unwrap(), timezone).unwrap()
}

fn next(rhythm: &str, timezone: Tz, now: &str) -> DateTime<Utc> {
    clock(rhythm, timezone).next(utc(now)).unwrap()
}

const NIGHTLY: &str = "daily 02:00";

#[test]
fn two_in_the_morning_is_reckoned_in_the_time_zone() {
    let now = "2026-11-21T09:00:00Z";
    for (timezone, due) in [
        (Tz::UTC, "2026-11-22T02:00:00Z"),
        (Tz::Asia__Tokyo, "2026-11-21T17:00:00Z"),
        (Tz::America__New_York, "2026-11-22T07:00:00Z"),
    ] {
        assert_eq!(next(NIGHTLY, timezone, now), utc(due), "{timezone}");
    }
}

#[test]
fn a_night_without_two_in_the_morning_is_still_backed_up() {
    // New York, 2027-03-14: 02:00 does not exist.
    let due = next(NIGHTLY, Tz::America__New_York, "2027-03-13T12:00:00Z");
    assert_eq!(due, utc("2027-03-14T07:00:00Z"));
}

#[test]
fn an_evening_that_jumps_to_the_next_date_is_still_backed_up() {
    // Scoresbysund, 2025-03-29: the clock goes from 23:00 to midnight.
    let clock = clock("daily 23:00", Tz::America__Scoresbysund);
    let times = clock.next_times(utc("2025-03-28T12:00:00Z"), 3);
    let due = [
        "2025-03-29T01:00:00Z",
        "2025-03-30T01:00:00Z",
        "2025-03-31T00:00:00Z",
    ];
    assert_eq!(times, due.map(utc));
}

#[test]
fn a_night_with_two_in_the_morning_twice_is_backed_up_once() {
    // Vienna, 2027-10-31: 02:00 to 03:00 comes twice.
    let first = next(NIGHTLY, Tz::Europe__Vienna, "2027-10-30T12:00:00Z");
    assert_eq!(first.date_naive().day(), 31);
    let second = clock(NIGHTLY, Tz::Europe__Vienna).next(first).unwrap();
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
        let (clock, place) = (clock(NIGHTLY, timezone), place(SiteId(7), 3600));
        let mut now = utc("2026-01-01T12:00:00Z");
        for _ in 0..3 * 365 {
            let next = clock.next_due(place, now).unwrap();
            let days = next.with_timezone(&timezone).date_naive()
                - now.with_timezone(&timezone).date_naive();
            assert_eq!(days.num_days(), 1, "{timezone} after {now}");
            now = next;
        }
    }
}

#[test]
fn an_hour_that_comes_twice_has_two_and_one_that_is_skipped_none() {
    let berlin = |now| clock("hourly 30", Tz::Europe__Berlin).next_times(utc(now), 3);
    let expected = |first: &str| [0, 1, 2].map(|hours| utc(first) + TimeDelta::hours(hours));
    let autumn = berlin("2027-10-31T00:00:00Z");
    assert_eq!(autumn, expected("2027-10-31T00:30:00Z"));
    let spring = berlin("2027-03-28T00:00:00Z");
    assert_eq!(spring, expected("2027-03-28T00:30:00Z"));
}

#[test]
fn sites_are_spread_over_the_window() {
    let mut minutes: Vec<i64> = (1..=600)
        .map(|id| place(SiteId(id), 3600).num_minutes())
        .collect();
    assert!(minutes.iter().all(|minute| (0..60).contains(minute)));
    minutes.sort_unstable();
    minutes.dedup();
    assert!(minutes.len() > 50, "{} of 60 are used", minutes.len());
    assert_eq!(place(SiteId(7), 0), TimeDelta::zero());
    assert_eq!(place(SiteId(i64::MIN), 1), TimeDelta::zero());
}

#[test]
fn what_is_off_never_comes() {
    assert_eq!(
        clock("off", Tz::UTC).next(utc("2026-01-01T00:00:00Z")),
        None
    );
    assert!(clock("off", Tz::UTC).next_times(Utc::now(), 5).is_empty());
}

#[test]
fn a_pattern_has_five_fields_and_comes_now_and_then() {
    for good in [
        "0 2 * * *",
        " */15  8-18 * * 1-5 ",
        "0 0 29 2 *",
        "5 4 L * *",
        "0 3 * * MON",
    ] {
        let pattern = check_pattern(good).unwrap_or_else(|wrong| panic!("{good}: {wrong}"));
        assert!(Clock::new(&Rhythm::Cron(pattern), Tz::UTC).is_some());
    }
    for (bad, words) in [
        ("", "five fields"),
        ("@daily", "five fields"),
        ("0 0 2 * * *", "five fields"),
        ("99 2 * * *", "can not be read"),
        ("a b c d e", "can not be read"),
        ("0 0 30 2 *", "never comes"),
        ("0 0 31 4,6,9,11 *", "never comes"),
    ] {
        let wrong = check_pattern(bad).unwrap_err();
        assert!(wrong.contains(words), "{bad}: {wrong}");
    }
    assert!(check_pattern(&"1,".repeat(1_000_000)).is_err());
}

fn zones() -> impl Strategy<Value = Tz> {
    (0..TZ_VARIANTS.len()).prop_map(|index| TZ_VARIANTS[index])
}

/// Some moment of ten years.
fn moments() -> impl Strategy<Value = DateTime<Utc>> {
    (0..10 * 366 * 86_400_i64)
        .prop_map(|secs| utc("2024-01-01T00:00:00Z") + TimeDelta::seconds(secs))
}

fn times_of_day() -> impl Strategy<Value = NaiveTime> {
    (0..24_u32, 0..60_u32)
        .prop_map(|(hour, minute)| NaiveTime::from_hms_opt(hour, minute, 0).unwrap())
}

/// The date whose `at` this is. Only where a clock that is changed leaves `at` out does it come at
/// another time, right after the jump, which may be the next date already.
fn date_meant(time: DateTime<Utc>, at: NaiveTime, timezone: Tz) -> NaiveDate {
    let clock = time.with_timezone(&timezone).naive_local();
    if clock.time() == at {
        return clock.date();
    }
    let left_out = |date: &NaiveDate| {
        let wanted = timezone.from_local_datetime(&date.and_time(at));
        matches!(wanted, MappedLocalTime::None)
    };
    [clock - TimeDelta::hours(12), clock]
        .map(|clock| clock.date())
        .into_iter()
        .find(left_out)
        .expect("only a time that is left out is moved")
}

/// How far a clock may be changed: by a day, where the date line moved.
const CHANGED: TimeDelta = TimeDelta::hours(25);

proptest! {
    #[test]
    fn each_time_is_later_than_the_one_before_and_found_from_anywhere_between(
        timezone in zones(), now in moments(), at in times_of_day(), minute in 0..60_u32,
    ) {
        for rhythm in [Rhythm::Hourly(minute), Rhythm::Daily(at)] {
            let clock = Clock::new(&rhythm, timezone).unwrap();
            let times = clock.next_times(now, 40);
            prop_assert_eq!(times.len(), 40);
            prop_assert!(times[0] > now);
            for pair in times.windows(2) {
                prop_assert!(pair[0] < pair[1]);
                let between = pair[0] + (pair[1] - pair[0]) / 2;
                prop_assert_eq!(clock.next(between), Some(pair[1]));
            }
        }
    }

    #[test]
    fn an_hourly_rhythm_leaves_no_hour_out(
        timezone in zones(), now in moments(), minute in 0..60_u32,
    ) {
        let clock = Clock::new(&Rhythm::Hourly(minute), timezone).unwrap();
        for pair in clock.next_times(now, 24 * 40).windows(2) {
            let gap = pair[1] - pair[0];
            // Where clocks are changed by half an hour, the minute moves with them.
            prop_assert!(gap >= TimeDelta::minutes(30) && gap <= TimeDelta::minutes(90), "{gap}");
            prop_assert_eq!(pair[1].with_timezone(&timezone).minute(), minute);
        }
    }

    #[test]
    fn a_daily_rhythm_comes_once_on_every_date(
        timezone in zones(), now in moments(), at in times_of_day(),
    ) {
        let clock = Clock::new(&Rhythm::Daily(at), timezone).unwrap();
        for pair in clock.next_times(now, 370).windows(2) {
            let dates = [pair[0], pair[1]].map(|time| date_meant(time, at, timezone));
            prop_assert_eq!((dates[1] - dates[0]).num_days(), 1, "{} {}", pair[0], pair[1]);
        }
    }

    #[test]
    fn a_weekly_rhythm_comes_on_its_days(
        timezone in zones(), now in moments(), at in times_of_day(), bits in 1..128_u8,
    ) {
        let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let chosen = names.iter().enumerate().filter(|(index, _)| bits & (1 << index) != 0);
        let days = Weekdays::new(chosen.filter_map(|(_, name)| weekday(name))).unwrap();
        let clock = Clock::new(&Rhythm::Weekly(days, at), timezone).unwrap();
        let count = days.iter().count();
        let times = clock.next_times(now, count + 1);
        for time in &times {
            prop_assert!(days.has(date_meant(*time, at, timezone).weekday()), "{time}");
        }
        let week = times[count] - times[0];
        prop_assert!((week - TimeDelta::days(7)).abs() <= CHANGED, "{week}");
    }
}
