//! Which days of a month count for a device, and which of these were missed. A day counts when the
//! device was there for the whole of it, results of it are kept, and a backup was due; or when it was
//! due and verified all the same: nobody is blamed for half a day. When it was due before its
//! schedule was changed, nobody knows: then the days count on which it was tried. Since when a
//! disabled device is so, nobody knows either: its days count until the last one on which it was
//! tried.

use chrono::{DateTime, Utc};

use super::month::DaySet;
use super::period::Period;

/// When a device was there, and when it was due.
#[derive(Debug, Clone, Copy)]
pub struct Attendance {
    /// Whether it is to be backed up by now.
    pub enabled: bool,
    pub created_at: DateTime<Utc>,
    pub archived_at: Option<DateTime<Utc>>,
    /// The days of the month on which its schedule asks for a backup, and since when it has it.
    pub asked: DaySet,
    pub schedule_since: DateTime<Utc>,
}

/// What came of the backups of a device.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tried {
    /// The days on which one was verified.
    pub verified: DaySet,
    /// The days on which one was tried to its end, these included.
    pub all: DaySet,
}

/// What a month comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attended {
    /// From when until when the device counts.
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
    /// The days that count.
    pub due: DaySet,
    /// Those of them on which none was verified, nor later before the next was due.
    pub missed: DaySet,
}

impl Attendance {
    /// Reckons it.
    pub fn reckon(&self, period: &Period, tried: Tried) -> Attended {
        let (from, until) = self.span(period, tried.all);
        let known = period.whole_days(self.schedule_since, period.end);
        let asked = self.asked.and(known).or(tried.all.without(known));
        let due = asked.and(period.whole_days(from, until).or(tried.verified));
        Attended {
            from,
            until,
            due,
            missed: missed(due, asked, tried.verified),
        }
    }

    /// From when until when the device counts.
    fn span(&self, period: &Period, tried: DaySet) -> (DateTime<Utc>, DateTime<Utc>) {
        let from = period.begin().max(self.created_at);
        let from = period.gone_to.map_or(from, |gone_to| from.max(gone_to));
        let until = match self.archived_at {
            Some(at) => at.min(period.until()),
            None if !self.enabled => period.until().min(period.end_of_last(tried)),
            None => period.until(),
        };
        (from, until)
    }
}

/// The due days that were not made up for before a backup was asked for again.
fn missed(due: DaySet, asked: DaySet, verified: DaySet) -> DaySet {
    let mut missed = DaySet::default();
    for day in (0..31).filter(|day| due.has(*day)) {
        let mut later = (day + 1..31).take_while(|later| !asked.has(*later));
        if !verified.has(day) && !later.any(|later| verified.has(later)) {
            missed.add(day);
        }
    }
    missed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::reports::period::tests::{april, at};

    fn days(days: impl IntoIterator<Item = usize>) -> DaySet {
        let mut set = DaySet::default();
        days.into_iter().for_each(|day| set.add(day - 1));
        set
    }

    /// Due on the Sundays of April, and there since March.
    fn sundays() -> Attendance {
        Attendance {
            enabled: true,
            created_at: at("2026-03-01T12:00"),
            archived_at: None,
            asked: days([5, 12, 19, 26]),
            schedule_since: at("2026-03-01T12:00"),
        }
    }

    /// The days that count and those missed, where backups were verified and, besides, failed.
    fn told(
        attendance: &Attendance,
        period: &Period,
        verified: &[usize],
        failed: &[usize],
    ) -> (String, String) {
        let verified = days(verified.iter().copied());
        let all = verified.or(days(failed.iter().copied()));
        let attended = attendance.reckon(period, Tried { verified, all });
        (attended.due.to_string(), attended.missed.to_string())
    }

    fn said(due: &str, missed: &str) -> (String, String) {
        (due.to_owned(), missed.to_owned())
    }

    #[test]
    fn a_weekly_backup_is_not_missed_on_the_days_between() {
        let over = april("2026-05-03T12:00");
        let all = told(&sundays(), &over, &[5, 12, 19, 26], &[]);
        assert_eq!(all, said("5, 12, 19, 26", ""));
        let none = told(&sundays(), &over, &[5, 19, 26], &[12]);
        assert_eq!(none, said("5, 12, 19, 26", "12"));
    }

    #[test]
    fn a_backup_that_is_made_up_for_before_the_next_is_not_missed() {
        let over = april("2026-05-03T12:00");
        let late = told(&sundays(), &over, &[5, 14, 19, 26], &[12, 13]);
        assert_eq!(late, said("5, 12, 19, 26", ""));
        let too_late = told(&sundays(), &over, &[5, 19, 20, 26], &[12]);
        assert_eq!(too_late, said("5, 12, 19, 26", "12"));
    }

    #[test]
    fn a_month_that_goes_on_counts_what_was_due_until_now() {
        let before = told(&sundays(), &april("2026-04-12T01:00"), &[5], &[]);
        assert_eq!(before, said("5", ""));
        let after = told(&sundays(), &april("2026-04-12T03:00"), &[5, 12], &[]);
        assert_eq!(after, said("5, 12", ""));
    }

    #[test]
    fn only_what_was_due_while_a_device_was_there_counts() {
        let mut guest = sundays();
        guest.created_at = at("2026-04-08T12:00");
        guest.schedule_since = guest.created_at;
        guest.archived_at = Some(at("2026-04-23T12:00"));
        let over = april("2026-05-03T12:00");
        let all = told(&guest, &over, &[8, 12, 19], &[]);
        assert_eq!(all, said("8, 12, 19", ""));
        assert_eq!(told(&guest, &over, &[12], &[]), said("12, 19", "19"));
    }

    #[test]
    fn before_a_schedule_was_changed_the_days_count_on_which_it_was_tried() {
        let mut changed = sundays();
        changed.asked = days(1..=30);
        changed.schedule_since = at("2026-04-20T12:00");
        let verified: Vec<usize> = [5, 19].into_iter().chain(21..=29).collect();
        let over = april("2026-05-03T12:00");
        // Of the others until the twentieth nobody knows whether it was due.
        let told = told(&changed, &over, &verified, &[12]);
        assert_eq!(told, said("5, 12, 19, 21\u{2013}30", "12, 30"));
    }

    #[test]
    fn without_a_schedule_nothing_is_missed() {
        let mut never = sundays();
        never.asked = DaySet::default();
        let over = april("2026-05-03T12:00");
        assert_eq!(told(&never, &over, &[3, 4], &[9]), said("", ""));
    }
}
