//! Numbers, sizes and times as people read them. Pure, so that the wording is tested here and
//! the filters of the templates stay one line each.

use std::borrow::Cow;

use chrono::{DateTime, Datelike as _, TimeDelta, Utc};
use chrono_tz::Tz;

/// How far back a time is told as a distance; older ones are told as a date.
const RELATIVE_UP_TO: TimeDelta = TimeDelta::days(45);

/// The digits of a whole number in groups of three: `1234567` as `1,234,567`.
#[must_use]
pub fn thousands(number: &str) -> String {
    let (sign, digits) = match number.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", number),
    };
    let mut text = sign.to_owned();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// An address as it stands before `:` and a port: one of IPv6 in brackets, `[2001:db8::1]`.
#[must_use]
pub fn before_port(address: &str) -> Cow<'_, str> {
    if address.contains(':') {
        format!("[{address}]").into()
    } else {
        address.into()
    }
}

/// A number of bytes in decimal units: `912 B`, `48.2 kB`, `5.1 MB`.
#[must_use]
pub fn size(bytes: i64) -> String {
    const UNITS: [&str; 3] = ["kB", "MB", "GB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    // Tenths of the unit, rounded half up, in whole numbers: 999,950 B is 1.0 MB, not 1000.0 kB.
    let mut tenths = (i128::from(bytes) + 50) / 100;
    let mut unit = 0;
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths = (tenths + 500) / 1000;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

/// A duration in milliseconds: `870 ms`, `4.2 s`, `3 min 5 s`.
#[must_use]
pub fn duration(millis: i64) -> String {
    match millis {
        ..1000 => format!("{millis} ms"),
        1000..60_000 => format!("{}.{} s", millis / 1000, millis % 1000 / 100),
        _ => format!("{} min {} s", millis / 60_000, millis % 60_000 / 1000),
    }
}

/// The distance to `now` in words: `2 h ago`, `in 40 min`; from 45 days on the date.
#[must_use]
pub fn relative(at: DateTime<Utc>, now: DateTime<Utc>, zone: Tz) -> String {
    let past = now - at;
    let distance = past.abs();
    if distance >= RELATIVE_UP_TO {
        return day(at, now, zone);
    }
    if distance < TimeDelta::seconds(5) {
        return "just now".to_owned();
    }
    let amount = self::distance(distance);
    if past > TimeDelta::zero() {
        format!("{amount} ago")
    } else {
        format!("in {amount}")
    }
}

/// A span of time in its largest unit, hours up to two days: `40 s`, `5 min`, `30 h`, `3 d`.
#[must_use]
pub fn distance(span: TimeDelta) -> String {
    if span < TimeDelta::minutes(1) {
        format!("{} s", span.num_seconds())
    } else if span < TimeDelta::hours(1) {
        format!("{} min", span.num_minutes())
    } else if span < TimeDelta::hours(48) {
        format!("{} h", span.num_hours())
    } else {
        format!("{} d", span.num_days())
    }
}

/// The day in the given zone: `3 May`, with the year when it is not the one of `now`.
#[must_use]
pub fn day(at: DateTime<Utc>, now: DateTime<Utc>, zone: Tz) -> String {
    let local = at.with_timezone(&zone);
    if local.year() == now.with_timezone(&zone).year() {
        local.format("%-d %b").to_string()
    } else {
        local.format("%-d %b %Y").to_string()
    }
}

/// The minute in the given zone: `3 May 2026 04:00`.
#[must_use]
pub fn minute(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone)
        .format("%-d %b %Y %H:%M")
        .to_string()
}

/// The second in the given zone and in UTC, for a tooltip:
/// `2026-05-03 04:00:11 CEST (02:00:11 UTC)`.
#[must_use]
pub fn exact(at: DateTime<Utc>, zone: Tz) -> String {
    let local = at.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S %Z");
    if zone == Tz::UTC {
        local.to_string()
    } else {
        format!("{local} ({} UTC)", at.format("%H:%M:%S"))
    }
}

/// The zone of a site; UTC for a name that the time zone data of this build does not know.
#[must_use]
pub fn zone(name: &str) -> Tz {
    name.parse().unwrap_or(Tz::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn thousands_are_separated() {
        assert_eq!(thousands("0"), "0");
        assert_eq!(thousands("999"), "999");
        assert_eq!(thousands("1000"), "1,000");
        assert_eq!(thousands("-1234567"), "-1,234,567");
    }

    #[test]
    fn only_an_ipv6_address_has_brackets_before_its_port() {
        assert_eq!(before_port("gw.example.com"), "gw.example.com");
        assert_eq!(before_port("192.0.2.1"), "192.0.2.1");
        assert_eq!(before_port("2001:db8::1"), "[2001:db8::1]");
    }

    #[test]
    fn sizes_never_show_a_thousand_of_a_unit() {
        assert_eq!(size(0), "0 B");
        assert_eq!(size(999), "999 B");
        assert_eq!(size(1000), "1.0 kB");
        assert_eq!(size(48_213), "48.2 kB");
        assert_eq!(size(999_949), "999.9 kB");
        assert_eq!(size(999_950), "1.0 MB");
        assert_eq!(size(i64::MAX), "9223372036.9 GB");
    }

    #[test]
    fn durations_take_the_unit_that_fits() {
        assert_eq!(duration(870), "870 ms");
        assert_eq!(duration(4_250), "4.2 s");
        assert_eq!(duration(185_000), "3 min 5 s");
    }

    #[test]
    fn distances_are_told_in_words_both_ways() {
        let now = at("2026-05-03T12:00:00Z");
        let told = |text| relative(at(text), now, Tz::UTC);
        assert_eq!(told("2026-05-03T11:59:58Z"), "just now");
        assert_eq!(told("2026-05-03T11:59:20Z"), "40 s ago");
        assert_eq!(told("2026-05-03T10:00:00Z"), "2 h ago");
        assert_eq!(told("2026-05-01T11:00:00Z"), "2 d ago");
        assert_eq!(told("2026-05-03T12:40:00Z"), "in 40 min");
        assert_eq!(told("2026-01-02T00:00:00Z"), "2 Jan");
        assert_eq!(told("2025-12-31T00:00:00Z"), "31 Dec 2025");
    }

    #[test]
    fn exact_times_name_the_zone_of_the_site_and_utc() {
        let shown = exact(at("2026-05-03T02:00:11Z"), zone("Europe/Berlin"));
        assert_eq!(shown, "2026-05-03 04:00:11 CEST (02:00:11 UTC)");
        assert_eq!(zone("Mars/Olympus"), Tz::UTC);
    }
}
