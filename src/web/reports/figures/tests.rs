//! What the figures of a device come to, and devices for the tests of what is made of them.

use super::*;
use crate::model::FailureCode;
use crate::web::reports::period::tests::{april, at};

pub fn device(id: i64, name: &str) -> ReportDevice {
    ReportDevice {
        id: DeviceId(id),
        name: name.to_owned(),
        enabled: true,
        model: None,
        version: None,
        created_at: at("2026-03-01T12:00"),
        archived_at: None,
        rhythm: Some("daily 02:00".to_owned()),
        schedule_timezone: None,
        spread_secs: Some(0),
        schedule_since: at("2026-03-01T12:00"),
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
    let bits = |days: &[u32]| days.iter().fold(0, |bits, day| bits | 1 << (day - 1));
    let on = |day: &u32| at(&format!("2026-04-{day:02}T02:00"));
    let gaps = verified
        .windows(2)
        .map(|pair| (on(&pair[1]) - on(&pair[0])).num_seconds());
    ReportResults {
        device: DeviceId(id),
        verified_days: bits(&verified),
        tried_days: bits(&verified),
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
    lines(period, SiteId(1), vec![device], results, &[]).remove(0)
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
    let lines = lines(
        &april("2026-05-03T12:00"),
        SiteId(1),
        devices,
        &results,
        &failures,
    );
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

#[test]
fn a_weekly_device_is_counted_by_its_weeks_and_says_so() {
    let mut weekly = device(1, "gw");
    weekly.rhythm = Some("weekly sun 02:00".to_owned());
    let period = april("2026-05-03T12:00");
    let line = only(&period, weekly.clone(), &[verified(1, [5, 12, 19, 26])]);
    assert_eq!(told(&line), (4, 4, String::new(), Some(7 * 24)));
    assert_eq!(line.coverage(), "4 of 4 days due");
    assert_eq!(line.rhythm().as_deref(), Some("Sunday at 02:00"));
    let line = only(&period, weekly.clone(), &[verified(1, [12, 19, 26])]);
    assert_eq!(line.coverage(), "3 of 4 days due");
    assert_eq!(line.missed.to_string(), "5");
    let line = only(&april("2026-04-05T01:00"), weekly, &[]);
    assert_eq!(line.coverage(), "none was due yet");
}

#[test]
fn a_device_that_nothing_is_scheduled_for_is_told_and_not_blamed() {
    let mut never = device(1, "gw");
    never.rhythm = Some("off".to_owned());
    let period = april("2026-05-03T12:00");
    let line = only(&period, never.clone(), &[verified(1, [2, 3, 9])]);
    assert_eq!(line.coverage(), "3 days");
    assert_eq!(line.rhythm().as_deref(), Some("nothing is scheduled"));
    assert!(line.is_covered());
    let line = only(&period, never, &[]);
    assert_eq!(line.coverage(), "nothing is scheduled");
    assert_eq!(line.rhythm(), None);
}

#[test]
fn a_schedule_that_was_changed_is_told() {
    let mut changed = device(1, "gw");
    changed.schedule_since = at("2026-04-20T12:00");
    let period = april("2026-05-03T12:00");
    let days = [5, 12, 19].into_iter().chain(21..=30);
    let line = only(&period, changed, &[verified(1, days)]);
    assert_eq!(line.coverage(), "13 of 13 days");
    assert_eq!(line.remarks(), ["its schedule was changed in this month"]);
}
