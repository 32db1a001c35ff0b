//! The month in a few sentences, which is what is read first.

use super::figures::Line;
use super::period::Period;
use super::told::cause;
use crate::db::pages::ReportFailure;
use crate::plural::counted;

/// How many devices a sentence names.
const MOST_NAMED: usize = 3;

/// The sentences, most important first. Without a device there is one.
pub fn sentences(period: &Period, lines: &[Line], failures: &[ReportFailure]) -> Vec<String> {
    if lines.is_empty() {
        return vec!["There was no device at this site in this month.".to_owned()];
    }
    let mut said = Vec::new();
    if period.is_forgotten() {
        said.push(counted(lines.len() as u64, "device") + ".");
    } else {
        said.push(coverage(lines));
        said.extend(missed(lines));
    }
    said.push(changes(lines));
    if !period.is_forgotten() {
        said.push(failed(lines, failures));
        said.extend(suspects(lines));
    }
    said.extend(keys(lines));
    said.extend(moved(lines));
    said
}

fn coverage(lines: &[Line]) -> String {
    let counting = lines.iter().filter(|line| line.counted_days > 0);
    let (all, covered) = counting.fold((0_u64, 0_u64), |(all, covered), line| {
        (all + 1, covered + u64::from(line.is_covered()))
    });
    let devices = counted(lines.len() as u64, "device");
    let who = match covered {
        _ if all == 0 => return format!("{devices}; no day can be counted.{}", idle(lines)),
        0 => return format!("{devices}; none was verified whenever due.{}", idle(lines)),
        1 if lines.len() == 1 => "it was".to_owned(),
        all if all == lines.len() as u64 => "all were".to_owned(),
        1 => "1 was".to_owned(),
        some => format!("{some} were"),
    };
    let rest = idle(lines);
    format!("{devices}; {who} backed up and verified whenever due.{rest}")
}

/// Why no day of some counts; it begins with a blank.
fn idle(lines: &[Line]) -> String {
    let idle = || lines.iter().filter(|line| line.counted_days == 0);
    let of = |is_so: fn(&&Line) -> bool, words: &str| {
        let count = idle().filter(is_so).count();
        (count > 0).then(|| format!("{count} {words}"))
    };
    let reasons = [
        of(
            |line| line.device.enabled && line.is_asked() && line.backed_up.count() == 0,
            "not verified yet",
        ),
        of(
            |line| line.device.enabled && line.is_asked() && line.backed_up.count() > 0,
            "had no backup due yet",
        ),
        of(
            |line| line.device.enabled && !line.is_asked(),
            "without a schedule",
        ),
        of(|line| !line.device.enabled, "disabled by now"),
    ];
    let reasons: Vec<String> = reasons.into_iter().flatten().collect();
    if reasons.is_empty() {
        return String::new();
    }
    format!(" {}.", reasons.join(", "))
}

/// Which were not, for how many days; those that are missed most stand first.
fn missed(lines: &[Line]) -> Option<String> {
    let missed: Vec<&Line> = lines.iter().filter(|line| !line.is_covered()).collect();
    let most = missed.first()?.missed.count();
    let days = |line: &Line| counted(u64::from(line.missed.count()), "day");
    if missed.len() > MOST_NAMED {
        let least = missed.iter().map(|line| line.missed.count()).min()?;
        let span = if least == most {
            counted(u64::from(most), "day")
        } else {
            format!("{least} to {most} days")
        };
        return Some(format!(
            "{} devices were not verified on {span}.",
            missed.len()
        ));
    }
    let named = missed.iter().map(|line| {
        if line.verified_days == 0 {
            format!(
                "{} was not verified on any of {}.",
                line.device.name,
                days(line)
            )
        } else {
            format!("{} was not verified on {}.", line.device.name, days(line))
        }
    });
    Some(named.collect::<Vec<_>>().join(" "))
}

fn changes(lines: &[Line]) -> String {
    let changes: i64 = lines.iter().map(|line| line.device.changes).sum();
    let devices = lines.iter().filter(|line| line.device.changes > 0).count() as u64;
    if changes == 0 {
        return "No configuration changed.".to_owned();
    }
    let (changes, devices) = (counted(changes, "change"), counted(devices, "device"));
    format!("{changes} of the configuration, on {devices}.")
}

fn failed(lines: &[Line], failures: &[ReportFailure]) -> String {
    let all: i64 = failures.iter().map(|failure| failure.failures).sum();
    let Some((most, is_only)) = most_frequent(failures) else {
        return "No backup failed.".to_owned();
    };
    let devices = lines.iter().filter(|line| line.failures > 0).count() as u64;
    let (backups, devices) = (counted(all, "backup"), counted(devices, "device"));
    let often = if is_only { "the cause" } else { "most often" };
    format!("{backups} failed, on {devices}; {often}: {most}.")
}

/// The cause that all devices together failed by most often, in words, and whether there is no other.
fn most_frequent(failures: &[ReportFailure]) -> Option<(&'static str, bool)> {
    let mut causes: Vec<(&str, i64)> = Vec::new();
    for failure in failures {
        let words = cause(&failure.code);
        match causes.iter_mut().find(|(known, _)| *known == words) {
            Some((_, count)) => *count += failure.failures,
            None => causes.push((words, failure.failures)),
        }
    }
    let most = causes.iter().map(|(_, count)| *count).max()?;
    let is_only = causes.len() == 1;
    let first = causes.into_iter().find(|(_, count)| *count == most);
    first.map(|(words, _)| (words, is_only))
}

fn suspects(lines: &[Line]) -> Option<String> {
    let suspects: i64 = lines.iter().map(|line| line.suspects).sum();
    (suspects > 0).then(|| {
        let were = if suspects == 1 { "was" } else { "were" };
        let backups = counted(suspects, "backup");
        format!("{backups} {were} suspect: kept, but not counted as verified.")
    })
}

fn keys(lines: &[Line]) -> Option<String> {
    let devices = lines.iter().filter(|line| line.device.host_key_changes > 0);
    let devices = devices.count() as u64;
    (devices > 0).then(|| {
        let devices = counted(devices, "device");
        format!("{devices} showed another host key than the trusted one.")
    })
}

fn moved(lines: &[Line]) -> Option<String> {
    let added = lines.iter().filter(|line| line.was_added).count() as u64;
    let gone = lines.iter().filter(|line| line.was_archived).count() as u64;
    match (added, gone) {
        (0, 0) => None,
        (added, 0) => Some(format!("{} added.", counted(added, "device"))),
        (0, gone) => Some(format!("{} removed.", counted(gone, "device"))),
        (added, gone) => Some(format!(
            "{} added, {gone} removed.",
            counted(added, "device")
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FailureCode, SiteId};
    use crate::web::reports::figures;
    use crate::web::reports::figures::tests::{device, failures, verified};
    use crate::web::reports::period::tests::{april, at};

    const OVER: &str = "2026-05-03T12:00";

    fn said(period: &Period, lines: &[Line], failures: &[ReportFailure]) -> String {
        sentences(period, lines, failures).join(" ")
    }

    #[test]
    fn a_good_month_is_short() {
        let devices = vec![device(1, "gw-1"), device(2, "gw-2")];
        let results = [verified(1, 1..=30), verified(2, 1..=30)];
        let lines = figures::lines(&april(OVER), SiteId(1), devices, &results, &[]);
        assert_eq!(
            said(&april(OVER), &lines, &[]),
            "2 devices; all were backed up and verified whenever due. No configuration changed. No backup failed."
        );
    }

    #[test]
    fn what_was_missed_is_named_with_its_days() {
        let mut devices: Vec<_> = (1..=3).map(|id| device(id, &format!("gw-{id}"))).collect();
        (devices[0].changes, devices[1].changes) = (3, 1);
        devices[2].host_key_changes = 2;
        let mut results = [verified(1, 1..=30), verified(2, 4..=30)];
        results[0].suspects = 1;
        let failures = [
            failures(2, FailureCode::AuthFailed, 3),
            failures(3, FailureCode::AuthFailed, 20),
            failures(3, FailureCode::Unreachable, 10),
        ];
        let lines = figures::lines(&april(OVER), SiteId(1), devices, &results, &failures);
        assert_eq!(
            said(&april(OVER), &lines, &failures),
            "3 devices; 1 was backed up and verified whenever due. gw-3 was not verified on any of 30 days. \
             gw-2 was not verified on 3 days. 4 changes of the configuration, on 2 devices. \
             33 backups failed, on 2 devices; most often: sign-in refused. \
             1 backup was suspect: kept, but not counted as verified. \
             1 device showed another host key than the trusted one."
        );
    }

    #[test]
    fn many_that_were_missed_are_counted() {
        let devices = (1..=5).map(|id| device(id, "gw")).collect();
        let results = [2, 2, 2, 3, 8].map(|first| first..=30);
        let results: Vec<_> = (1..)
            .zip(results)
            .map(|(id, days)| verified(id, days))
            .collect();
        let lines = figures::lines(&april(OVER), SiteId(1), devices, &results, &[]);
        let said = said(&april(OVER), &lines, &[]);
        assert!(
            said.contains("5 devices; none was verified whenever due."),
            "{said}"
        );
        assert!(
            said.contains("5 devices were not verified on 1 to 7 days."),
            "{said}"
        );
    }

    #[test]
    fn who_came_and_went_is_told_and_a_device_of_today_is_not_blamed() {
        let mut devices = vec![device(1, "gw-1"), device(2, "gw-2")];
        devices[1].created_at = at("2026-04-10T00:30");
        let period = april("2026-04-10T01:00");
        let lines = figures::lines(&period, SiteId(1), devices, &[verified(1, 1..=9)], &[]);
        let said = said(&period, &lines, &[]);
        assert!(
            said.starts_with(
                "2 devices; 1 was backed up and verified whenever due. 1 not verified yet."
            ),
            "{said}"
        );
        assert!(said.ends_with("1 device added."), "{said}");
        assert_eq!(
            sentences(&period, &[], &[]),
            ["There was no device at this site in this month."]
        );
    }

    #[test]
    fn a_disabled_device_is_not_blamed() {
        let mut devices = vec![device(1, "gw-1"), device(2, "spare")];
        devices[1].enabled = false;
        let lines = figures::lines(
            &april(OVER),
            SiteId(1),
            devices,
            &[verified(1, 1..=30)],
            &[],
        );
        assert_eq!(
            coverage(&lines),
            "2 devices; 1 was backed up and verified whenever due. 1 disabled by now."
        );
    }

    #[test]
    fn of_a_month_whose_results_are_deleted_only_changes_are_told() {
        let mut period = april(OVER);
        period.gone_to = Some(period.end);
        let lines = figures::lines(&period, SiteId(1), vec![device(1, "gw-1")], &[], &[]);
        assert_eq!(
            said(&period, &lines, &[]),
            "1 device. No configuration changed."
        );
    }

    #[test]
    fn a_device_that_is_due_once_a_week_is_backed_up_whenever_due() {
        let mut devices = vec![device(1, "gw-1"), device(2, "gw-2"), device(3, "spare")];
        devices[1].rhythm = Some("weekly sun 02:00".to_owned());
        devices[2].rhythm = Some("off".to_owned());
        let results = [verified(1, 1..=30), verified(2, [5, 12, 19, 26])];
        let lines = figures::lines(&april(OVER), SiteId(1), devices, &results, &[]);
        assert_eq!(
            coverage(&lines),
            "3 devices; 2 were backed up and verified whenever due. 1 without a schedule."
        );
    }
}
