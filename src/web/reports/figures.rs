//! What a month comes to for each device: on which of its days a backup was verified, and how long
//! there was none. A day counts when the device was there for the whole of it and results of it are
//! kept, or when it was verified on it all the same: nobody is blamed for half a
//! day. Since when a disabled device is so, nobody knows: its days count until the last one on which
//! it was tried.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::month::DaySet;
use super::told;
use crate::db::pages::{ReportDevice, ReportFailure, ReportResults};
use crate::model::{DeviceId, StoredFailureCode};
use crate::web::format;

/// The part of a month that can be told of.
#[derive(Debug, Clone)]
pub struct Period {
    /// When each of its days begins.
    pub days: Vec<DateTime<Utc>>,
    /// When the month ends.
    pub end: DateTime<Utc>,
    /// When the report is made.
    pub now: DateTime<Utc>,
    /// Up to when results of backups were deleted by retention; `None`: none was.
    pub gone_to: Option<DateTime<Utc>>,
}

impl Period {
    /// When the month begins.
    pub fn begin(&self) -> DateTime<Utc> {
        self.days.first().copied().unwrap_or(self.end)
    }

    /// The end of the month, or now, where it goes on.
    pub fn until(&self) -> DateTime<Utc> {
        self.end.min(self.now)
    }

    /// Whether the month goes on.
    pub fn goes_on(&self) -> bool {
        self.now < self.end
    }

    /// From when on results can be counted, where that is not the whole month.
    pub fn counted_from(&self) -> Option<DateTime<Utc>> {
        self.gone_to.filter(|gone_to| *gone_to > self.begin())
    }

    /// Whether no result of the month is left.
    pub fn is_forgotten(&self) -> bool {
        self.counted_from().is_some_and(|from| from >= self.end)
    }

    /// When the last of these days ends; for none, when the month begins.
    fn end_of_last(&self, days: DaySet) -> DateTime<Utc> {
        let ends = self.days.iter().skip(1).chain([&self.end]);
        let ended = ends.enumerate().filter(|(index, _)| days.has(*index));
        ended.last().map_or(self.begin(), |(_, end)| *end)
    }

    /// The days of which the whole lies between these times.
    fn whole_days(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> DaySet {
        let ends = self.days.iter().skip(1).chain([&self.end]);
        let mut whole = DaySet::default();
        for (index, (begin, end)) in self.days.iter().zip(ends).enumerate() {
            // A day that clocks skipped has no length (Samoa's 30 December 2011).
            if from <= *begin && begin < end && *end <= until {
                whole.add(index);
            }
        }
        whole
    }
}

/// A device of a report.
#[derive(Debug)]
pub struct Line {
    pub device: ReportDevice,
    /// How many days count, and on how many of these a backup was verified.
    pub counted_days: u32,
    pub verified_days: u32,
    /// The days that count and on which none was.
    pub missed: DaySet,
    /// The longest time of the month without a verified backup; `None`: nothing is known of it.
    pub longest_gap: Option<TimeDelta>,
    pub last_verified_at: Option<DateTime<Utc>>,
    pub failures: i64,
    pub most_frequent: Option<StoredFailureCode>,
    /// How many causes its failures have.
    pub causes: usize,
    pub suspects: i64,
    /// Whether it came into the inventory in the month, and whether it left it.
    pub was_added: bool,
    pub was_archived: bool,
}

impl Line {
    /// Whether all is as it should be.
    pub const fn is_covered(&self) -> bool {
        self.missed.count() == 0
    }

    /// The cause of its failures in words, the most frequent one of several.
    pub fn cause(&self) -> Option<String> {
        let cause = self.most_frequent.as_ref().map(told::cause)?;
        Some(match self.causes {
            1 => cause.to_owned(),
            _ => format!("most often {cause}"),
        })
    }

    /// The longest gap in its largest unit.
    pub fn gap(&self) -> Option<String> {
        self.longest_gap.map(format::distance)
    }

    /// What else is to be said of it beside its name.
    pub fn remarks(&self) -> Vec<&'static str> {
        let remarks = [
            (self.was_added, "added in this month"),
            (self.was_archived, "removed in this month"),
            (
                !self.device.enabled && self.device.archived_at.is_none(),
                "disabled by now",
            ),
        ];
        let said = remarks.into_iter().filter(|(is_so, _)| *is_so);
        said.map(|(_, remark)| remark).collect()
    }
}

/// Every device with what its month came to: those that were not verified on a day that counts
/// first, the most such days first; then by name, as they came.
pub fn lines(
    period: &Period,
    devices: Vec<ReportDevice>,
    results: &[ReportResults],
    failures: &[ReportFailure],
) -> Vec<Line> {
    let results: HashMap<DeviceId, &ReportResults> =
        results.iter().map(|row| (row.device, row)).collect();
    let mut by_device: HashMap<DeviceId, Vec<&ReportFailure>> = HashMap::new();
    for failure in failures {
        by_device.entry(failure.device).or_default().push(failure);
    }
    let mut lines: Vec<Line> = devices
        .into_iter()
        .map(|device| {
            let of_device = by_device.get(&device.id).map_or(&[][..], Vec::as_slice);
            line(period, results.get(&device.id).copied(), of_device, device)
        })
        .collect();
    lines.sort_by_key(|line| std::cmp::Reverse(line.missed.count()));
    lines
}

fn line(
    period: &Period,
    results: Option<&ReportResults>,
    failures: &[&ReportFailure],
    device: ReportDevice,
) -> Line {
    let verified = results.map_or(DaySet::default(), |row| {
        DaySet::from_bits(row.verified_days)
    });
    let failed = failures.iter().map(|row| DaySet::from_bits(row.days));
    let (from, until) = counted_span(period, &device, failed.fold(verified, DaySet::or));
    let whole = period.whole_days(from, until);
    let (counted, missed) = (whole.or(verified), whole.without(verified));
    let longest_gap = longest_gap(results, from, until);
    Line {
        counted_days: counted.count(),
        verified_days: verified.count(),
        missed,
        longest_gap,
        last_verified_at: results.and_then(|row| row.last_verified_at),
        failures: failures.iter().map(|failure| failure.failures).sum(),
        most_frequent: failures
            .iter()
            .max_by_key(|failure| failure.failures)
            .map(|failure| failure.code.clone()),
        causes: failures.len(),
        suspects: results.map_or(0, |row| row.suspects),
        was_added: device.created_at >= period.begin(),
        was_archived: device.archived_at.is_some_and(|at| at < period.until()),
        device,
    }
}

/// From when until when a device counts that was tried on these days.
fn counted_span(
    period: &Period,
    device: &ReportDevice,
    tried: DaySet,
) -> (DateTime<Utc>, DateTime<Utc>) {
    let from = period.begin().max(device.created_at);
    let from = period.gone_to.map_or(from, |gone_to| from.max(gone_to));
    let until = match device.archived_at {
        Some(at) => at.min(period.until()),
        None if !device.enabled => period.until().min(period.end_of_last(tried)),
        None => period.until(),
    };
    (from, until)
}

/// The longest of: from the begin to the first verified backup, between two, and from the last one
/// to the end.
fn longest_gap(
    results: Option<&ReportResults>,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Option<TimeDelta> {
    let verified = results.and_then(|row| row.first_verified_at.zip(row.last_verified_at));
    let Some((first, last)) = verified else {
        return (from < until).then(|| until - from);
    };
    let between = results.and_then(|row| row.longest_gap_secs);
    let between = TimeDelta::seconds(between.unwrap_or(0));
    let longest = between.max(first - from).max(until - last);
    Some(longest.max(TimeDelta::zero()))
}

#[cfg(test)]
pub(super) mod tests {
    use chrono_tz::Tz;

    use super::*;
    use crate::model::FailureCode;
    use crate::web::reports::month::Month;

    pub fn at(text: &str) -> DateTime<Utc> {
        format!("{text}:00Z").parse().unwrap()
    }

    /// April 2026 in UTC, as it is seen at a time.
    pub fn april(now: &str) -> Period {
        let month: Month = "2026-04".parse().unwrap();
        let (days, end) = month.days(Tz::UTC);
        Period {
            days,
            end,
            now: at(now),
            gone_to: None,
        }
    }

    pub fn device(id: i64, name: &str) -> ReportDevice {
        ReportDevice {
            id: DeviceId(id),
            name: name.to_owned(),
            enabled: true,
            model: None,
            version: None,
            created_at: at("2026-03-01T12:00"),
            archived_at: None,
            thinned_to: None,
            changes: 0,
            added_lines: 0,
            removed_lines: 0,
            host_key_changes: 0,
        }
    }

    /// Verified at two in the morning of these days, from 1.
    pub fn verified(id: i64, days: impl IntoIterator<Item = u32>) -> ReportResults {
        let mut verified: Vec<u32> = days.into_iter().collect();
        verified.sort_unstable();
        let on = |day: &u32| at(&format!("2026-04-{day:02}T02:00"));
        let gaps = verified
            .windows(2)
            .map(|pair| (on(&pair[1]) - on(&pair[0])).num_seconds());
        ReportResults {
            device: DeviceId(id),
            verified_days: verified.iter().fold(0, |bits, day| bits | 1 << (day - 1)),
            first_verified_at: verified.first().map(on),
            last_verified_at: verified.last().map(on),
            longest_gap_secs: gaps.max(),
            suspects: 0,
        }
    }

    pub fn failures(id: i64, code: FailureCode, failures: i64) -> ReportFailure {
        ReportFailure {
            device: DeviceId(id),
            device_name: format!("gw-{id}"),
            code: code.into(),
            failures,
            days: 0b1,
        }
    }

    fn only(period: &Period, device: ReportDevice, results: &[ReportResults]) -> Line {
        lines(period, vec![device], results, &[]).remove(0)
    }

    /// Days that count, of these verified, those missed, and the longest gap in hours.
    fn told(line: &Line) -> (u32, u32, String, Option<i64>) {
        let gap = line.longest_gap.map(|gap| gap.num_hours());
        (
            line.counted_days,
            line.verified_days,
            line.missed.to_string(),
            gap,
        )
    }

    #[test]
    fn every_day_of_a_month_that_is_over_counts() {
        let period = april("2026-05-03T12:00");
        let line = only(&period, device(1, "gw"), &[verified(1, 1..=30)]);
        assert_eq!(told(&line), (30, 30, String::new(), Some(24)));
        let days = (1..=30).filter(|day| !(12..=14).contains(day));
        let line = only(&period, device(1, "gw"), &[verified(1, days)]);
        assert_eq!(told(&line), (30, 27, "12\u{2013}14".to_owned(), Some(96)));
    }

    #[test]
    fn a_device_without_a_result_was_missed_on_all_days_for_all_the_time() {
        let line = only(&april("2026-05-03T12:00"), device(1, "gw"), &[]);
        assert_eq!(
            told(&line),
            (30, 0, "1\u{2013}30".to_owned(), Some(30 * 24))
        );
    }

    #[test]
    fn the_day_that_goes_on_counts_only_when_it_was_verified() {
        let before = only(
            &april("2026-04-10T01:00"),
            device(1, "gw"),
            &[verified(1, 1..=9)],
        );
        assert_eq!(told(&before), (9, 9, String::new(), Some(24)));
        let after = only(
            &april("2026-04-10T03:00"),
            device(1, "gw"),
            &[verified(1, 1..=10)],
        );
        assert_eq!(told(&after), (10, 10, String::new(), Some(24)));
        let nothing = only(&april("2026-04-01T00:00"), device(1, "gw"), &[]);
        assert_eq!(told(&nothing), (0, 0, String::new(), None));
    }

    #[test]
    fn days_before_a_device_came_and_after_it_went_do_not_count() {
        let mut guest = device(1, "gw");
        guest.created_at = at("2026-04-10T09:00");
        guest.archived_at = Some(at("2026-04-20T09:00"));
        let line = only(&april("2026-05-03T12:00"), guest, &[verified(1, 10..=18)]);
        // The tenth counts, for it was verified; the day on which it went does not.
        assert_eq!(told(&line), (10, 9, "19".to_owned(), Some(55)));
        assert_eq!(
            line.remarks(),
            ["added in this month", "removed in this month"]
        );
    }

    #[test]
    fn the_days_of_a_disabled_device_count_until_it_was_tried_last() {
        let mut spare = device(1, "spare");
        spare.enabled = false;
        let period = april("2026-05-03T12:00");
        let line = only(&period, spare.clone(), &[verified(1, [1, 2, 4])]);
        assert_eq!(told(&line), (4, 3, "3".to_owned(), Some(48)));
        let line = only(&period, spare, &[]);
        assert_eq!(told(&line), (0, 0, String::new(), None));
    }

    #[test]
    fn days_of_which_results_are_deleted_do_not_count() {
        let mut period = april("2026-05-03T12:00");
        period.gone_to = Some(at("2026-04-09T17:00"));
        let line = only(&period, device(1, "gw"), &[verified(1, 11..=30)]);
        assert_eq!(told(&line), (21, 20, "10".to_owned(), Some(33)));
        assert_eq!(period.counted_from(), period.gone_to);
        period.gone_to = Some(at("2026-05-01T00:00"));
        assert!(period.is_forgotten());
        period.gone_to = Some(at("2026-04-01T00:00"));
        assert_eq!(period.counted_from(), None);
    }

    #[test]
    fn who_was_missed_most_stands_first_and_has_its_most_frequent_cause() {
        let devices = vec![device(1, "gw-1"), device(2, "gw-2"), device(3, "gw-3")];
        let results = [
            verified(1, 1..=30),
            verified(2, 2..=30),
            verified(3, 9..=30),
        ];
        let failures = [
            failures(2, FailureCode::AuthFailed, 1),
            failures(3, FailureCode::Timeout, 2),
            failures(3, FailureCode::Unreachable, 6),
        ];
        let lines = lines(&april("2026-05-03T12:00"), devices, &results, &failures);
        let told = lines.iter().map(|line| {
            let cause = line.most_frequent.as_ref().map(told::cause);
            (line.device.name.as_str(), line.failures, cause)
        });
        assert_eq!(
            told.collect::<Vec<_>>(),
            [
                ("gw-3", 8, Some("unreachable")),
                ("gw-2", 1, Some("sign-in refused")),
                ("gw-1", 0, None)
            ]
        );
    }
}
