//! What a month comes to for each device: of the days on which a backup was due, on how many one was
//! verified, how long there was none, and what failed.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::attendance::{Attendance, Attended, Tried};
use super::due::{Asking, DueDays};
use super::month::DaySet;
use super::period::Period;
use super::told;
use crate::db::pages::{ReportDevice, ReportFailure, ReportResults};
use crate::model::{DeviceId, SiteId, StoredFailureCode};
use crate::web::{format, words};

/// A device of a report.
#[derive(Debug)]
pub struct Line {
    pub device: ReportDevice,
    /// How many days count, and on how many of these a backup was verified.
    pub counted_days: u32,
    pub verified_days: u32,
    /// The days that count and on which none was.
    pub missed: DaySet,
    /// Every day on which a backup was verified, due or not.
    pub backed_up: DaySet,
    /// Whether its schedule asks for a backup on every day of the month.
    pub is_daily: bool,
    /// The longest time of the month without a verified backup; `None`: nothing is known of it.
    pub longest_gap: Option<TimeDelta>,
    pub last_verified_at: Option<DateTime<Utc>>,
    pub failures: i64,
    pub most_frequent: Option<StoredFailureCode>,
    /// How many causes its failures have.
    pub causes: usize,
    pub suspects: i64,
    /// Whether it came into the inventory in the month, left it, or was given another schedule.
    pub was_added: bool,
    pub was_archived: bool,
    pub was_rescheduled: bool,
}

impl Line {
    /// Whether all is as it should be.
    pub const fn is_covered(&self) -> bool {
        self.missed.count() == 0
    }

    /// On how many of its days a backup was verified.
    pub fn coverage(&self) -> String {
        let days = |count: u32| if count == 1 { "day" } else { "days" };
        let backed_up = self.backed_up.count();
        match (self.counted_days, backed_up) {
            (0, 0) if !self.device.enabled => "not backed up".to_owned(),
            (0, 0) if !self.is_asked() => "nothing is scheduled".to_owned(),
            (0, 0) => "none was due yet".to_owned(),
            (0, some) => format!("{some} {}", days(some)),
            (all, _) => {
                let due = if self.is_daily { "" } else { " due" };
                format!("{} of {all} {}{due}", self.verified_days, days(all))
            }
        }
    }

    /// Its schedule in words, where backups are not to be expected on every day.
    pub fn rhythm(&self) -> Option<String> {
        if self.is_daily || !self.device.enabled {
            return None;
        }
        if !self.is_asked() {
            let is_backed_up = self.backed_up.count() > 0;
            return is_backed_up.then(|| "nothing is scheduled".to_owned());
        }
        self.device.rhythm.as_deref().map(words::rhythm)
    }

    /// Whether a schedule asks for backups of it.
    pub fn is_asked(&self) -> bool {
        let rhythm = self.device.rhythm.as_deref();
        rhythm.is_some_and(|rhythm| rhythm != "off")
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
                self.was_rescheduled && !self.was_added,
                "its schedule was changed in this month",
            ),
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
    site: SiteId,
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
    let mut due_days = DueDays::new(period);
    let mut lines: Vec<Line> = devices
        .into_iter()
        .map(|device| {
            let of_device = by_device.get(&device.id).map_or(&[][..], Vec::as_slice);
            let asked = asking(&device).map(|asking| due_days.of(site, asking));
            let results = results.get(&device.id).copied();
            line(
                period,
                asked.unwrap_or_default(),
                results,
                of_device,
                device,
            )
        })
        .collect();
    lines.sort_by_key(|line| std::cmp::Reverse(line.missed.count()));
    lines
}

/// The schedule of a device.
fn asking(device: &ReportDevice) -> Option<Asking<'_>> {
    Some(Asking {
        rhythm: device.rhythm.as_deref()?,
        timezone: device.schedule_timezone.as_deref(),
        spread_secs: device.spread_secs.unwrap_or(0).unsigned_abs(),
    })
}

fn line(
    period: &Period,
    asked: DaySet,
    results: Option<&ReportResults>,
    failures: &[&ReportFailure],
    device: ReportDevice,
) -> Line {
    let tried = results.map_or_else(Tried::default, |row| Tried {
        verified: DaySet::from_bits(row.verified_days),
        all: DaySet::from_bits(row.tried_days),
    });
    let attendance = Attendance {
        enabled: device.enabled,
        created_at: device.created_at,
        archived_at: device.archived_at,
        asked,
        schedule_since: device.schedule_since,
    };
    let attended = attendance.reckon(period, tried);
    let is_within = |at: DateTime<Utc>| at >= period.begin() && at < period.until();
    Line {
        counted_days: attended.due.count(),
        verified_days: attended.due.without(attended.missed).count(),
        missed: attended.missed,
        backed_up: tried.verified,
        is_daily: asked.count() as usize == period.days.len(),
        longest_gap: longest_gap(results, &attended),
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
        was_rescheduled: is_within(device.schedule_since),
        device,
    }
}

/// The longest of: from the begin to the first verified backup, between two, and from the last one
/// to the end.
fn longest_gap(results: Option<&ReportResults>, attended: &Attended) -> Option<TimeDelta> {
    let (from, until) = (attended.from, attended.until);
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
pub(super) mod tests;
