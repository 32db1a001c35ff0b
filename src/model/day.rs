//! The last thirty days of a device, a mark a day, as a device's row keeps them and as its strip
//! shows them.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

/// How many days are kept and shown.
pub const DAYS_SHOWN: usize = 30;

/// What came of a device's backups on one day; the best of the day counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DayMark {
    /// No run ended, or only cancelled ones.
    NotTried,
    /// Every run failed.
    Failed,
    /// An export was kept, but not counted as good.
    Suspect,
    /// Verified, and the same as before.
    Unchanged,
    /// Verified, and something new.
    Changed,
}

impl DayMark {
    /// The letter in the column `days` of a device.
    #[must_use]
    pub const fn as_char(self) -> char {
        match self {
            Self::NotTried => '-',
            Self::Failed => 'f',
            Self::Suspect => 's',
            Self::Unchanged => 'u',
            Self::Changed => 'c',
        }
    }

    /// What a letter stands for; one that is not known says nothing of its day.
    const fn of(letter: u8) -> Self {
        match letter {
            b'f' => Self::Failed,
            b's' => Self::Suspect,
            b'u' => Self::Unchanged,
            b'c' => Self::Changed,
            _ => Self::NotTried,
        }
    }
}

/// The last [`DAYS_SHOWN`] days of a device, oldest first, the last of them today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days([DayMark; DAYS_SHOWN]);

impl Days {
    /// From a device's row: its letters, the day of the last of them (`None`: there is none yet),
    /// and what day it is at its site now. Letters of a day yet to come (the time zone was
    /// changed) count as today's, as the database has it.
    #[must_use]
    pub fn decode(letters: &str, until: Option<NaiveDate>, today: NaiveDate) -> Self {
        let mut marks = [DayMark::NotTried; DAYS_SHOWN];
        let passed = until.map_or(0, |until| (today - until).num_days().max(0));
        let passed = usize::try_from(passed).unwrap_or(usize::MAX);
        let known = DAYS_SHOWN.saturating_sub(passed);
        let newest_first = letters.bytes().rev();
        for (mark, letter) in marks[..known].iter_mut().rev().zip(newest_first) {
            *mark = DayMark::of(letter);
        }
        Self(marks)
    }

    /// The marks, oldest first.
    #[must_use]
    pub const fn marks(&self) -> &[DayMark; DAYS_SHOWN] {
        &self.0
    }
}

/// What day it is in that time zone (an IANA name) at that moment; reckoned in UTC where the name
/// is not known.
#[must_use]
pub fn day_in(timezone: &str, at: DateTime<Utc>) -> NaiveDate {
    let timezone: Tz = timezone.parse().unwrap_or(Tz::UTC);
    at.with_timezone(&timezone).date_naive()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn shown(letters: &str, until: Option<&str>, today: &str) -> String {
        let days = Days::decode(letters, until.map(day), day(today));
        days.marks().iter().map(|mark| mark.as_char()).collect()
    }

    #[test]
    fn a_device_without_runs_was_tried_on_no_day() {
        assert_eq!(shown("", None, "2026-05-03"), "-".repeat(30));
    }

    #[test]
    fn letters_end_today_when_the_last_is_of_today() {
        let expected = format!("{}fsuc", "-".repeat(26));
        assert_eq!(shown("fsuc", Some("2026-05-03"), "2026-05-03"), expected);
    }

    #[test]
    fn days_since_the_last_letter_were_not_tried() {
        let expected = format!("{}cu---", "-".repeat(25));
        assert_eq!(shown("cu", Some("2026-04-30"), "2026-05-03"), expected);
        let full: String = "c".repeat(30);
        let expected = format!("{}--", "c".repeat(28));
        assert_eq!(shown(&full, Some("2026-05-01"), "2026-05-03"), expected);
        assert_eq!(
            shown(&full, Some("2024-05-01"), "2026-05-03"),
            "-".repeat(30)
        );
        let one_left = format!("c{}", "-".repeat(29));
        assert_eq!(shown(&full, Some("2026-04-04"), "2026-05-03"), one_left);
    }

    #[test]
    fn a_last_letter_of_tomorrow_is_todays() {
        let expected = format!("{}c", "-".repeat(29));
        assert_eq!(shown("c", Some("2026-05-04"), "2026-05-03"), expected);
    }

    #[test]
    fn unknown_letters_and_too_many_do_no_harm() {
        let long = format!("{}\u{e4}u", "c".repeat(100));
        let days = shown(&long, Some("2026-05-03"), "2026-05-03");
        assert_eq!(days.len(), 30);
        assert!(days.ends_with("c--u"), "{days}");
    }

    #[test]
    fn every_mark_has_a_letter_of_its_own() {
        use DayMark::{Changed, Failed, NotTried, Suspect, Unchanged};
        for mark in [NotTried, Failed, Suspect, Unchanged, Changed] {
            assert_eq!(DayMark::of(mark.as_char() as u8), mark);
        }
    }

    #[test]
    fn the_day_is_that_of_the_site() {
        let late = "2026-05-03T23:30:00Z".parse().unwrap();
        assert_eq!(day_in("Europe/Vienna", late), day("2026-05-04"));
        assert_eq!(day_in("America/New_York", late), day("2026-05-03"));
        assert_eq!(day_in("Nowhere/At_All", late), day("2026-05-03"));
    }
}
