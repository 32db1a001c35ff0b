//! `[[schedule]]` and `[[maintenance_window]]`: what is read, and what is told.

use super::{CORE, SITE, assert_problem, read};

const DEVICE: &str = "[[site.device]]\nname = \"gw\"\naddress = \"x\"\ncredential = \"core\"\n";

#[test]
fn schedules_and_windows_are_read_as_they_are_meant() {
    let text = format!(
        "{CORE}{SITE}{DEVICE}
         [[schedule]]\nrhythm = \"daily\"\ntime = \"04:05\"\nspread_minutes = 0
         [[schedule]]\nsite = \"acme\"\nrhythm = \"hourly\"\nminute = 0\nper_site = 2
         [[schedule]]\ntag = \"gold\"\nrhythm = \"off\"
         [[schedule]]\ndevice = \"acme/gw\"\nrhythm = \"cron\"\ncron = \"0  3 * * 1\"\ntimezone = \"Asia/Tokyo\"
         [[maintenance_window]]\nname = \"a\"\nfrom = \"2026-12-24 18:00\"\nuntil = \"2026-12-25T00:00\""
    );
    let inventory = read(&text).unwrap();
    let told = inventory.schedules.iter().map(|one| {
        let (zone, cap) = (&one.timezone, one.per_site);
        format!(
            "{}: {} {} {zone:?} {cap:?}",
            one.target, one.rhythm, one.spread_secs
        )
    });
    let expected = [
        "everything: daily 04:05 0 None None",
        "site acme: hourly 0 3600 None Some(2)",
        "tag gold: off 3600 None None",
        "device acme/gw: cron 0 3 * * 1 3600 Some(\"Asia/Tokyo\") None",
    ];
    assert_eq!(told.collect::<Vec<_>>(), expected);
    let window = &inventory.windows[0];
    assert_eq!(
        window.span.to_string(),
        "once 2026-12-24T18:00 2026-12-25T00:00"
    );
}

#[test]
fn a_bad_line_of_a_schedule_is_told() {
    for (lines, line, words) in [
        ("time = \"02:00\"", 12, "no `rhythm`"),
        ("rhythm = \"dayly\"", 13, "did you mean `daily`?"),
        ("rhythm = \"daily\"", 12, "needs `time`"),
        ("rhythm = \"daily\"\ntime = \"2 am\"", 14, "00:00 to 23:59"),
        (
            "rhythm = \"daily\"\ntime = 02:00:00",
            14,
            "a text in quotes",
        ),
        (
            "rhythm = \"off\"\nminute = 5",
            12,
            "says nothing of a rhythm `off`",
        ),
        ("rhythm = \"hourly\"\nminute = 60", 14, "from 0 to 59"),
        ("rhythm = \"cron\"\ncron = \"@daily\"", 14, "five fields"),
        (
            "rhythm = \"cron\"\ncron = \"0 0 30 2 *\"",
            14,
            "never comes",
        ),
        (
            "rhythm = \"off\"\nsite = \"acne\"",
            14,
            "did you mean `acme`?",
        ),
        (
            "rhythm = \"off\"\ndevice = \"acme/gv\"",
            14,
            "did you mean `acme/gw`?",
        ),
        ("rhythm = \"off\"\ndevice = \"gw\"", 14, "SITE/NAME"),
        ("rhythm = \"off\"\ntag = \"a,b\"", 14, "comma"),
        (
            "rhythm = \"off\"\ntag = \"a\"\nsite = \"acme\"",
            12,
            "keep only one of",
        ),
        (
            "rhythm = \"off\"\nspread_minutes = 721",
            14,
            "from 0 to 720",
        ),
        ("rhythm = \"off\"\nper_site = 0", 14, "from 1 to 1000"),
        (
            "rhythm = \"off\"\ntimezone = \"Londn\"",
            14,
            "`Europe/London`",
        ),
        (
            "rhythm = \"off\"\n[[schedule]]\nrhythm = \"off\"",
            14,
            "everything in line 12 already",
        ),
        (
            "rhythm = \"off\"\nweekday = [\"mon\"]",
            14,
            "did you mean `weekdays`?",
        ),
        (
            "rhythm = \"weekly\"\ntime = \"02:00\"\nweekdays = [\"montag\"]",
            15,
            "`montag` is no day",
        ),
        (
            "rhythm = \"weekly\"\ntime = \"02:00\"\nweekdays = []",
            12,
            "names no day",
        ),
    ] {
        let text = format!("{CORE}{SITE}{DEVICE}[[schedule]]\n{lines}\n");
        assert_problem(&text, line, &[words]);
    }
}

#[test]
fn a_bad_line_of_a_window_is_told() {
    let weekly = "weekdays = [\"mon\"]\ntime = \"22:00\"\n";
    for (lines, line, words) in [
        (format!("{weekly}minutes = 60"), 12, "no `name`"),
        (format!("name = \"a\"\n{weekly}"), 12, "needs `minutes`"),
        (
            format!("name = \"a\"\n{weekly}minutes = 10081"),
            16,
            "from 1 to 10080",
        ),
        (
            format!("name = \"a\"\n{weekly}from = \"2026-12-24 18:00\""),
            12,
            "keep one kind",
        ),
        (
            "name = \"a\"\nfrom = \"2026-12-24 18:00\"".to_owned(),
            12,
            "needs `until`",
        ),
        (
            "name = \"a\"\nuntil = \"2026-12-24 18:00\"\nfrom = \"2026-12-24 18:00\"".to_owned(),
            14,
            "not after",
        ),
        (
            "name = \"a\"\nuntil = \"2026-12-24 18:00\"\nfrom = \"soon\"".to_owned(),
            15,
            "2026-12-24 18:00",
        ),
    ] {
        let text = format!("{CORE}{SITE}{DEVICE}[[maintenance_window]]\n{lines}\n");
        assert_problem(&text, line, &[words]);
    }
}
