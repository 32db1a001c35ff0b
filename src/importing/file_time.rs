//! The time in the name of a file: what people and scripts call their backups. Taken as UTC, for
//! a name does not say otherwise.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};

/// The years that a time may be of: a router without a clock writes 1970, and longer numbers are
/// serial numbers and the like.
const YEARS: std::ops::RangeInclusive<i32> = 1995..=2100;

/// What may stand between a day and a time.
const GAPS: &[u8] = b"T_- ";

/// What may stand between numbers.
const MARKS: &[u8] = b"-._:";

/// The time in a name, and what is left of the name. Day and time may be
/// `2026-01-02T030405Z`, `20260102-0304` or the day alone, which then begins at midnight; the first
/// that is a time counts. `None`: there is none.
#[must_use]
pub fn in_name(name: &str) -> Option<(DateTime<Utc>, String)> {
    let bytes = name.as_bytes();
    let begins =
        |at: usize| bytes[at].is_ascii_digit() && (at == 0 || !bytes[at - 1].is_ascii_digit());
    (0..bytes.len()).filter(|at| begins(*at)).find_map(|at| {
        let (time, length) = parse(&bytes[at..])?;
        // All that was taken is ASCII, so both cuts are between characters.
        let before = name[..at].trim_end_matches(is_gap);
        let after = name[at + length..].trim_start_matches(is_gap);
        let gap = if before.is_empty() || after.is_empty() {
            ""
        } else {
            "-"
        };
        Some((time, format!("{before}{gap}{after}")))
    })
}

fn is_gap(c: char) -> bool {
    matches!(c, '-' | '_' | '.' | ' ' | '@')
}

/// A day at the beginning, perhaps with a time behind it; gives also how long that is.
fn parse(bytes: &[u8]) -> Option<(DateTime<Utc>, usize)> {
    let mut cursor = Cursor { bytes, at: 0 };
    let year = i32::try_from(cursor.number(4)?).ok()?;
    cursor.skip_one(MARKS);
    let month = cursor.number(2)?;
    cursor.skip_one(MARKS);
    let day = cursor.number(2)?;
    let date = NaiveDate::from_ymd_opt(year, month, day).filter(|_| YEARS.contains(&year))?;
    let mut behind = Cursor { ..cursor };
    let (time, end) = match behind.time() {
        Some(time) => (time, behind.at),
        None => (NaiveTime::MIN, cursor.at),
    };
    // A longer number is none of a time.
    let is_whole = !bytes.get(end).is_some_and(u8::is_ascii_digit);
    is_whole.then(|| (NaiveDateTime::new(date, time).and_utc(), end))
}

/// Reads along.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    /// A number of so many digits.
    fn number(&mut self, digits: usize) -> Option<u32> {
        let text = self.bytes.get(self.at..self.at + digits)?;
        let is_number = text.iter().all(u8::is_ascii_digit);
        let number = std::str::from_utf8(text).ok()?.parse().ok()?;
        self.at += digits;
        is_number.then_some(number)
    }

    fn skip_one(&mut self, any: &[u8]) {
        let next = self.bytes.get(self.at);
        self.at += usize::from(next.is_some_and(|byte| any.contains(byte)));
    }

    /// Hours and minutes, perhaps seconds and a `Z`.
    fn time(&mut self) -> Option<NaiveTime> {
        self.skip_one(GAPS);
        let hour = self.number(2)?;
        self.skip_one(MARKS);
        let minute = self.number(2)?;
        let before_seconds = self.at;
        self.skip_one(MARKS);
        let second = self.number(2).unwrap_or_else(|| {
            self.at = before_seconds;
            0
        });
        self.skip_one(b"Z");
        NaiveTime::from_hms_opt(hour, minute, second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str) -> Option<(String, String)> {
        let (time, rest) = in_name(name)?;
        Some((time.format("%Y-%m-%dT%H:%M:%S").to_string(), rest))
    }

    #[test]
    fn times_are_found_as_people_and_scripts_write_them() {
        for (name, time, rest) in [
            ("gw-1_2026-01-02T030405Z", "2026-01-02T03:04:05", "gw-1"),
            ("gw-1-20260102-0304", "2026-01-02T03:04:00", "gw-1"),
            ("20260102030405", "2026-01-02T03:04:05", ""),
            ("2026-01-02 gw-1", "2026-01-02T00:00:00", "gw-1"),
            (
                "gw-1.2026.01.02_03.04.05.full",
                "2026-01-02T03:04:05",
                "gw-1-full",
            ),
            ("2026-01-02_gw-12", "2026-01-02T00:00:00", "gw-12"),
            ("büro_2026-01-02", "2026-01-02T00:00:00", "büro"),
        ] {
            let expected = Some((time.to_owned(), rest.to_owned()));
            assert_eq!(found(name), expected, "{name}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for name in [
            "",
            "gw-1",
            "1970-01-01",
            "2026-13-01",
            "123456789012345",
            "20260102030",
            "2026",
            "2026-01",
            "серьёзно",
            "19700101-0000",
        ] {
            assert_eq!(found(name), None, "{name}");
        }
    }
}
