//! The part of a month that a report can tell of, where the site is: its days, how far it has come,
//! and of which results of backups are kept.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::month::{DaySet, Month};

/// The part of a month that can be told of.
#[derive(Debug, Clone)]
pub struct Period {
    /// On the clock of which its days are.
    pub zone: Tz,
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
    /// A month where the clock is that of a zone, as it is told of at a time.
    pub fn new(month: Month, zone: Tz, now: DateTime<Utc>, gone_to: Option<DateTime<Utc>>) -> Self {
        let (days, end) = month.days(zone);
        Self {
            zone,
            days,
            end,
            now,
            gone_to,
        }
    }

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
    pub fn end_of_last(&self, days: DaySet) -> DateTime<Utc> {
        let ends = self.days.iter().skip(1).chain([&self.end]);
        let ended = ends.enumerate().filter(|(index, _)| days.has(*index));
        ended.last().map_or(self.begin(), |(_, end)| *end)
    }

    /// The days of which the whole lies between these times.
    pub fn whole_days(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> DaySet {
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

    /// The index of the day of a moment, from 0; `None`: it is not in the month.
    pub fn day_of(&self, moment: DateTime<Utc>) -> Option<usize> {
        let begun = self.days.partition_point(|day| *day <= moment);
        begun.checked_sub(1).filter(|_| moment < self.end)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn at(text: &str) -> DateTime<Utc> {
        format!("{text}:00Z").parse().unwrap()
    }

    /// April 2026 in a time zone, as it is seen at a time.
    pub fn april_at(zone: Tz, now: &str) -> Period {
        Period::new("2026-04".parse().unwrap(), zone, at(now), None)
    }

    /// The same in UTC.
    pub fn april(now: &str) -> Period {
        april_at(Tz::UTC, now)
    }

    #[test]
    fn a_moment_is_of_one_day_or_of_none() {
        let period = april_at(Tz::Europe__Berlin, "2026-05-03T12:00");
        assert_eq!(period.day_of(at("2026-03-31T21:59")), None);
        assert_eq!(period.day_of(at("2026-03-31T22:00")), Some(0));
        assert_eq!(period.day_of(at("2026-04-30T21:59")), Some(29));
        assert_eq!(period.day_of(at("2026-04-30T22:00")), None);
    }
}
