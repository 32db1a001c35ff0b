//! Whether a maintenance window is open: pure, over the time it is given.

use chrono::{DateTime, Days, LocalResult, NaiveDateTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;

use crate::model::Span;
use crate::model::schedule::LONGEST_WEEKLY_MINUTES;

/// Whether the window is open at some moment from `from` until `until`, both included.
#[must_use]
pub fn is_open(span: &Span, timezone: Tz, from: DateTime<Utc>, until: DateTime<Utc>) -> bool {
    let overlaps = |(begin, end)| begin <= until && from < end;
    match span {
        Span::Once(begin, end) => overlaps((moment(timezone, *begin), moment(timezone, *end))),
        Span::Weekly(days, at, minutes) => {
            let length = TimeDelta::minutes(i64::from((*minutes).min(LONGEST_WEEKLY_MINUTES)));
            let last = until.with_timezone(&timezone).date_naive();
            // One that began a week ago may last until now.
            let dates = (0..=8).filter_map(|ago| last.checked_sub_days(Days::new(ago)));
            dates
                .filter(|date| days.has(chrono::Datelike::weekday(date)))
                .map(|date| moment(timezone, date.and_time(*at)))
                .any(|begin| overlaps((begin, begin + length)))
        }
    }
}

/// Whether the window never opens again. Without a time zone it has that of each site, and is over
/// when it is in the last one (<https://en.wikipedia.org/wiki/UTC%E2%88%9212:00>).
#[must_use]
pub fn is_over(span: &Span, timezone: Option<Tz>, now: DateTime<Utc>) -> bool {
    match span {
        Span::Once(_, end) => moment(timezone.unwrap_or(Tz::Etc__GMTPlus12), *end) <= now,
        Span::Weekly(..) => false,
    }
}

/// When a clock shows this: the first time where it shows it twice, and where it skips it, the
/// moment at which it does.
fn moment(timezone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    match timezone.from_local_datetime(&local) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at.with_timezone(&Utc),
        LocalResult::None => {
            // As the clock before the gap would have gone on.
            let before = local - TimeDelta::hours(24);
            let offset = timezone.from_local_datetime(&before).earliest();
            offset.map_or_else(
                || local.and_utc(),
                |at| at.with_timezone(&Utc) + TimeDelta::hours(24),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn is_open_at(span: &str, timezone: Tz, at: &str) -> bool {
        is_open(&span.parse().unwrap(), timezone, utc(at), utc(at))
    }

    #[test]
    fn a_weekly_window_is_open_from_its_beginning_until_just_before_its_end() {
        // 2026-11-20 is a Friday.
        let friday = "weekly fri 22:00 180";
        for (at, open) in [
            ("2026-11-20T20:59:59Z", false),
            ("2026-11-20T21:00:00Z", true),
            ("2026-11-20T23:59:59Z", true),
            ("2026-11-21T00:00:00Z", false),
            ("2026-11-27T22:30:00Z", true),
            ("2026-11-26T22:30:00Z", false),
        ] {
            assert_eq!(is_open_at(friday, Tz::Europe__Berlin, at), open, "{at}");
        }
    }

    #[test]
    fn a_window_that_comes_once_is_over_when_its_end_has_come_everywhere() {
        let once = "once 2026-11-20T18:00 2026-11-20T22:00".parse().unwrap();
        let is_over_at = |zone, at| is_over(&once, zone, utc(at));
        assert!(!is_over_at(
            Some(Tz::Europe__Berlin),
            "2026-11-20T20:59:59Z"
        ));
        assert!(is_over_at(Some(Tz::Europe__Berlin), "2026-11-20T21:00:00Z"));
        assert!(!is_over_at(None, "2026-11-21T09:59:59Z"));
        assert!(is_over_at(None, "2026-11-21T10:00:00Z"));
        let weekly = "weekly fri 22:00 180".parse().unwrap();
        assert!(!is_over(
            &weekly,
            Some(Tz::UTC),
            utc("2036-11-20T00:00:00Z")
        ));
    }

    #[test]
    fn a_window_of_a_whole_week_is_always_open() {
        let week = "weekly fri 22:00 10080";
        for day in 20..=27 {
            let at = format!("2026-11-{day}T21:30:00Z");
            assert!(is_open_at(week, Tz::UTC, &at), "{at}");
        }
    }

    #[test]
    fn a_window_lasts_as_long_as_it_says_when_clocks_are_changed() {
        // Berlin, 2027-03-28: 02:00 to 03:00 does not exist; 2027-10-31: it comes twice.
        let spring = "weekly sun 01:30 60";
        assert!(is_open_at(
            spring,
            Tz::Europe__Berlin,
            "2027-03-28T01:29:59Z"
        ));
        assert!(!is_open_at(
            spring,
            Tz::Europe__Berlin,
            "2027-03-28T01:30:00Z"
        ));
        let gap = "weekly sun 02:30 60";
        assert!(is_open_at(gap, Tz::Europe__Berlin, "2027-03-28T01:30:00Z"));
        assert!(!is_open_at(gap, Tz::Europe__Berlin, "2027-03-28T02:30:00Z"));
        let autumn = "weekly sun 02:30 60";
        assert!(is_open_at(
            autumn,
            Tz::Europe__Berlin,
            "2027-10-31T00:30:00Z"
        ));
        assert!(!is_open_at(
            autumn,
            Tz::Europe__Berlin,
            "2027-10-31T01:30:00Z"
        ));
    }

    #[test]
    fn a_window_that_comes_once_is_on_the_clock_of_its_zone() {
        let christmas = "once 2026-12-24T18:00 2026-12-27T06:00";
        for (zone, at, open) in [
            (Tz::Asia__Tokyo, "2026-12-24T09:00:00Z", true),
            (Tz::Asia__Tokyo, "2026-12-26T21:00:00Z", false),
            (Tz::America__New_York, "2026-12-24T22:59:59Z", false),
            (Tz::America__New_York, "2026-12-27T10:59:59Z", true),
        ] {
            assert_eq!(is_open_at(christmas, zone, at), open, "{zone} {at}");
        }
    }

    #[test]
    fn a_window_that_is_about_to_open_is_seen_ahead() {
        let friday = "weekly fri 22:00 180".parse().unwrap();
        let ahead = |from, until| is_open(&friday, Tz::UTC, utc(from), utc(until));
        assert!(ahead("2026-11-20T21:59:55Z", "2026-11-20T22:00:05Z"));
        assert!(!ahead("2026-11-20T21:59:45Z", "2026-11-20T21:59:55Z"));
        assert!(!ahead("2026-11-21T01:00:00Z", "2026-11-21T01:00:10Z"));
    }
}
