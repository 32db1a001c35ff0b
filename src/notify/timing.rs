//! When a message of a rule is due: at once, at the time of its digest, or at the end of its quiet
//! hours. Pure; `scheduler::Clock` reckons with the clocks of time zones.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::model::Rhythm;
use crate::scheduler::Clock;

/// The times of a rule.
#[derive(Debug, Clone)]
pub struct Timing {
    digest: Option<Clock>,
    quiet: Option<Quiet>,
}

#[derive(Debug, Clone)]
struct Quiet {
    begins: Clock,
    ends: Clock,
}

impl Timing {
    /// `quiet`: from when until when nothing is sent. A zone that is not known any more is UTC.
    #[must_use]
    pub fn new(
        digest_at: Option<NaiveTime>,
        quiet: Option<(NaiveTime, NaiveTime)>,
        timezone: &str,
    ) -> Self {
        let timezone = timezone.parse().unwrap_or(Tz::UTC);
        let daily = |at| {
            let clock = Clock::new(&Rhythm::Daily(at), timezone);
            clock.expect("every time of day is a pattern")
        };
        Self {
            digest: digest_at.map(daily),
            quiet: quiet.map(|(from, until)| Quiet {
                begins: daily(from),
                ends: daily(until),
            }),
        }
    }

    /// The next time of the digest after `now`; `None`: the rule has none.
    #[must_use]
    pub fn next_digest(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.digest.as_ref()?.next(now)
    }

    /// When a message that is not a digest may be sent that could be at `at`: then, or when the
    /// quiet hours end in which that is. From an end on, both the next end and the next beginning
    /// are to come; between them, the end comes first.
    #[must_use]
    pub fn not_quiet(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        let ends_in = |quiet: &Quiet| {
            let (begins, ends) = (quiet.begins.next(at)?, quiet.ends.next(at)?);
            (ends < begins).then_some(ends)
        };
        self.quiet.as_ref().and_then(ends_in).unwrap_or(at)
    }

    /// When a message that is opened at `now` is due: with a digest, at its next time; else after
    /// `gathering`, so that what happens together comes together.
    #[must_use]
    pub fn due(&self, now: DateTime<Utc>, gathering: TimeDelta) -> DateTime<Utc> {
        let at_once = || self.not_quiet(now + gathering);
        self.next_digest(now).unwrap_or_else(at_once)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GATHERING: TimeDelta = TimeDelta::seconds(30);

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn time(text: &str) -> NaiveTime {
        text.parse().unwrap()
    }

    fn due(timing: &Timing, now: &str) -> String {
        let due = timing.due(utc(now), GATHERING);
        due.format("%m-%d %H:%M:%S").to_string()
    }

    fn quiet(from: &str, until: &str) -> Timing {
        Timing::new(None, Some((time(from), time(until))), "Europe/Berlin")
    }

    fn digest(at: &str) -> Timing {
        Timing::new(Some(time(at)), None, "Europe/Berlin")
    }

    #[test]
    fn without_times_a_message_is_due_after_it_gathered() {
        let timing = Timing::new(None, None, "UTC");
        assert_eq!(due(&timing, "2026-11-22T03:00:00Z"), "11-22 03:00:30");
    }

    #[test]
    fn quiet_hours_over_midnight_end_in_the_morning() {
        // Berlin is one hour ahead of UTC.
        let timing = quiet("22:00:00", "06:30:00");
        for (now, wanted) in [
            ("2026-11-22T20:59:00Z", "11-22 20:59:30"),
            ("2026-11-22T20:59:30Z", "11-23 05:30:00"),
            ("2026-11-22T23:30:00Z", "11-23 05:30:00"),
            ("2026-11-23T05:29:29Z", "11-23 05:30:00"),
            ("2026-11-23T05:29:30Z", "11-23 05:30:00"),
            ("2026-11-23T05:29:31Z", "11-23 05:30:01"),
        ] {
            assert_eq!(due(&timing, now), wanted, "{now}");
        }
    }

    #[test]
    fn quiet_hours_within_a_day_leave_the_night_alone() {
        let timing = quiet("12:00:00", "13:00:00");
        assert_eq!(due(&timing, "2026-11-22T11:15:00Z"), "11-22 12:00:00");
        assert_eq!(due(&timing, "2026-11-22T23:15:00Z"), "11-22 23:15:30");
    }

    #[test]
    fn quiet_hours_hold_when_clocks_are_changed() {
        // Berlin, 2027-03-28: 02:00 to 03:00 does not exist; 2027-10-31: it comes twice.
        let timing = quiet("22:00:00", "02:30:00");
        assert_eq!(due(&timing, "2027-03-28T00:30:00Z"), "03-28 01:00:00");
        assert_eq!(due(&timing, "2027-03-28T01:00:00Z"), "03-28 01:00:30");
        assert_eq!(due(&timing, "2027-10-31T00:00:00Z"), "10-31 00:30:00");
        // 02:15 for the second time: the quiet hours ended at 02:30, the first time.
        assert_eq!(due(&timing, "2027-10-31T01:15:00Z"), "10-31 01:15:30");
    }

    #[test]
    fn quiet_hours_that_a_night_skips_are_none() {
        let timing = quiet("02:10:00", "02:50:00");
        assert_eq!(due(&timing, "2027-03-28T00:30:00Z"), "03-28 00:30:30");
        assert_eq!(due(&timing, "2027-03-28T01:10:00Z"), "03-28 01:10:30");
    }

    #[test]
    fn a_digest_comes_at_its_time_once_a_day() {
        let timing = digest("07:00:00");
        for (now, wanted) in [
            ("2026-11-22T05:59:59Z", "11-22 06:00:00"),
            ("2026-11-22T06:00:00Z", "11-23 06:00:00"),
            ("2027-03-27T07:00:00Z", "03-28 05:00:00"),
        ] {
            assert_eq!(due(&timing, now), wanted, "{now}");
        }
        let in_the_gap = digest("02:30:00");
        assert_eq!(due(&in_the_gap, "2027-03-27T12:00:00Z"), "03-28 01:00:00");
        assert_eq!(due(&in_the_gap, "2027-03-28T01:00:00Z"), "03-29 00:30:00");
        assert_eq!(due(&in_the_gap, "2027-10-30T12:00:00Z"), "10-31 00:30:00");
        assert_eq!(due(&in_the_gap, "2027-10-31T00:30:00Z"), "11-01 01:30:00");
    }

    #[test]
    fn a_digest_is_told_a_time_of_its_own_and_not_kept_by_quiet_hours() {
        let quiet = Some((time("22:00:00"), time("08:00:00")));
        let timing = Timing::new(Some(time("07:00:00")), quiet, "Europe/Berlin");
        assert_eq!(due(&timing, "2026-11-22T12:00:00Z"), "11-23 06:00:00");
    }

    #[test]
    fn a_zone_that_is_not_known_is_utc() {
        let timing = Timing::new(Some(time("07:00:00")), None, "Mars/Olympus");
        assert_eq!(due(&timing, "2026-11-22T12:00:00Z"), "11-23 07:00:00");
    }
}
