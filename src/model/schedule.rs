//! What a schedule and a maintenance window are for, and when: plain values with one text each,
//! which the database keeps. When that is next is reckoned in `scheduler`.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike as _, NaiveDateTime, NaiveTime, Weekday};
use serde::{Deserialize, Serialize};

/// Over how many minutes sites may be spread.
pub const LONGEST_SPREAD_MINUTES: u32 = 720;

/// The spread where nothing is said of it, in minutes.
pub const USUAL_SPREAD_MINUTES: u32 = 60;

/// The highest cap per site.
pub const HIGHEST_PER_SITE: u32 = 1000;

/// How long a window may be that comes every week, in minutes: until it comes again.
pub const LONGEST_WEEKLY_MINUTES: u32 = 7 * 24 * 60;

/// How a time of day is written.
const TIME: &str = "%H:%M";

/// How a local moment is written, as browsers send it.
const MOMENT: &str = "%Y-%m-%dT%H:%M";

/// The days of a week as they are written, from Monday on.
const DAYS: [(Weekday, &str, &str); 7] = [
    (Weekday::Mon, "mon", "Monday"),
    (Weekday::Tue, "tue", "Tuesday"),
    (Weekday::Wed, "wed", "Wednesday"),
    (Weekday::Thu, "thu", "Thursday"),
    (Weekday::Fri, "fri", "Friday"),
    (Weekday::Sat, "sat", "Saturday"),
    (Weekday::Sun, "sun", "Sunday"),
];

/// The text is none that the database keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not written as a schedule or a window is")]
pub struct Unwritten;

/// What a schedule or a window is for, by names.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    Everything,
    /// What has this tag, or is at a site that has it.
    Tag(String),
    /// By its slug.
    Site(String),
    /// By the slug of its site and its name.
    Device(String, String),
}

impl Target {
    /// `Site acme`.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self {
            Self::Everything => "Everything".to_owned(),
            Self::Tag(tag) => format!("Tag {tag}"),
            Self::Site(slug) => format!("Site {slug}"),
            Self::Device(slug, name) => format!("Device {slug}/{name}"),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everything => f.write_str("everything"),
            Self::Tag(tag) => write!(f, "tag {tag}"),
            Self::Site(slug) => write!(f, "site {slug}"),
            Self::Device(slug, name) => write!(f, "device {slug}/{name}"),
        }
    }
}

/// Days of the week; at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weekdays(u8);

impl Weekdays {
    /// These days; `None` without any.
    #[must_use]
    pub fn new(days: impl IntoIterator<Item = Weekday>) -> Option<Self> {
        let bit = |day: Weekday| 1 << day.num_days_from_monday();
        let bits = days.into_iter().fold(0, |bits, day| bits | bit(day));
        (bits != 0).then_some(Self(bits))
    }

    /// Whether this day is one of them.
    #[must_use]
    pub fn has(self, day: Weekday) -> bool {
        self.0 & (1 << day.num_days_from_monday()) != 0
    }

    /// The days, from Monday on.
    pub fn iter(self) -> impl Iterator<Item = Weekday> {
        let all = DAYS.iter().map(|(day, ..)| *day);
        all.filter(move |day| self.has(*day))
    }

    /// `Monday, Friday`.
    #[must_use]
    pub fn in_words(self) -> String {
        let named = DAYS.iter().filter(|(day, ..)| self.has(*day));
        let names: Vec<&str> = named.map(|(_, _, name)| *name).collect();
        names.join(", ")
    }
}

impl fmt::Display for Weekdays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = DAYS.iter().filter(|(day, ..)| self.has(*day));
        let names: Vec<&str> = named.map(|(_, short, _)| *short).collect();
        f.write_str(&names.join(","))
    }
}

impl FromStr for Weekdays {
    type Err = Unwritten;

    fn from_str(text: &str) -> Result<Self, Unwritten> {
        let days: Option<Vec<Weekday>> = text.split(',').map(weekday).collect();
        days.and_then(Self::new).ok_or(Unwritten)
    }
}

/// A day by its name or the first three letters of it, in any case.
#[must_use]
pub fn weekday(text: &str) -> Option<Weekday> {
    let is_it = |name: &str| name.eq_ignore_ascii_case(text);
    let mut named = DAYS
        .iter()
        .filter(|(_, short, long)| is_it(short) || is_it(long));
    named.next().map(|(day, ..)| *day)
}

/// When backups begin by themselves, on the clock of a time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rhythm {
    /// Never.
    Off,
    /// Every hour at this minute, 0 to 59.
    Hourly(u32),
    Daily(NaiveTime),
    Weekly(Weekdays, NaiveTime),
    /// By a pattern of cron with five fields. Whether it ever comes is checked where it is typed.
    Cron(String),
}

impl Rhythm {
    /// `daily at 02:00`.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self {
            Self::Off => "off".to_owned(),
            Self::Hourly(minute) => format!("hourly at minute {minute}"),
            Self::Daily(at) => format!("daily at {}", at.format(TIME)),
            Self::Weekly(days, at) => format!("{} at {}", days.in_words(), at.format(TIME)),
            Self::Cron(pattern) => format!("by cron {pattern}"),
        }
    }

    /// Whether nothing is ever begun by it.
    #[must_use]
    pub const fn is_off(&self) -> bool {
        matches!(self, Self::Off)
    }
}

impl fmt::Display for Rhythm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::Hourly(minute) => write!(f, "hourly {minute}"),
            Self::Daily(at) => write!(f, "daily {}", at.format(TIME)),
            Self::Weekly(days, at) => write!(f, "weekly {days} {}", at.format(TIME)),
            Self::Cron(pattern) => write!(f, "cron {pattern}"),
        }
    }
}

impl FromStr for Rhythm {
    type Err = Unwritten;

    fn from_str(text: &str) -> Result<Self, Unwritten> {
        let (kind, rest) = text.split_once(' ').unwrap_or((text, ""));
        match kind {
            "off" if rest.is_empty() => Ok(Self::Off),
            "hourly" => minute(rest).map(Self::Hourly).ok_or(Unwritten),
            "daily" => time_of_day(rest).map(Self::Daily).ok_or(Unwritten),
            "weekly" => {
                let (days, at) = rest.split_once(' ').ok_or(Unwritten)?;
                let at = time_of_day(at).ok_or(Unwritten)?;
                Ok(Self::Weekly(days.parse()?, at))
            }
            "cron" if !rest.is_empty() => Ok(Self::Cron(rest.to_owned())),
            _ => Err(Unwritten),
        }
    }
}

/// A minute of an hour, 0 to 59.
#[must_use]
pub fn minute(text: &str) -> Option<u32> {
    text.parse().ok().filter(|minute| *minute < 60)
}

/// A time of day, `02:00`.
#[must_use]
pub fn time_of_day(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text, TIME).ok()
}

/// A local moment, `2026-12-24T18:00`; a blank may stand for the `T`.
#[must_use]
pub fn moment(text: &str) -> Option<NaiveDateTime> {
    let text = text.replacen(' ', "T", 1);
    let moment = NaiveDateTime::parse_from_str(&text, MOMENT).ok();
    moment.filter(|at| (1970..=9999).contains(&at.year()))
}

/// When a maintenance window is, on the clock of a time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    /// Begins on each of these days at this time and lasts so many minutes.
    Weekly(Weekdays, NaiveTime, u32),
    /// From the first until the second.
    Once(NaiveDateTime, NaiveDateTime),
}

impl Span {
    /// `Friday from 22:00 for 3 h`.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self {
            Self::Weekly(days, at, minutes) => {
                let (hours, rest) = (minutes / 60, minutes % 60);
                let lasts = match (hours, rest) {
                    (0, rest) => format!("{rest} min"),
                    (hours, 0) => format!("{hours} h"),
                    (hours, rest) => format!("{hours} h {rest} min"),
                };
                format!("{} from {} for {lasts}", days.in_words(), at.format(TIME))
            }
            Self::Once(from, until) => {
                let words = "%-d %b %Y %H:%M";
                format!("once, {} to {}", from.format(words), until.format(words))
            }
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Weekly(days, at, minutes) => {
                write!(f, "weekly {days} {} {minutes}", at.format(TIME))
            }
            Self::Once(from, until) => {
                write!(f, "once {} {}", from.format(MOMENT), until.format(MOMENT))
            }
        }
    }
}

impl FromStr for Span {
    type Err = Unwritten;

    fn from_str(text: &str) -> Result<Self, Unwritten> {
        let words: Vec<&str> = text.split(' ').collect();
        match words[..] {
            ["weekly", days, at, minutes] => {
                let at = time_of_day(at).ok_or(Unwritten)?;
                let minutes = minutes.parse().map_err(|_| Unwritten)?;
                Ok(Self::Weekly(days.parse()?, at, minutes))
            }
            ["once", from, until] => {
                let ends = moment(from).zip(moment(until));
                ends.map(|(from, until)| Self::Once(from, until))
                    .ok_or(Unwritten)
            }
            _ => Err(Unwritten),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rhythm_comes_back_from_its_text() {
        for (text, words) in [
            ("off", "off"),
            ("hourly 7", "hourly at minute 7"),
            ("daily 02:00", "daily at 02:00"),
            ("weekly mon,fri 23:59", "Monday, Friday at 23:59"),
            ("cron */5 1-3 * * 1", "by cron */5 1-3 * * 1"),
        ] {
            let rhythm: Rhythm = text.parse().unwrap();
            assert_eq!(rhythm.to_string(), text);
            assert_eq!(rhythm.in_words(), words);
            assert_eq!(rhythm.is_off(), text == "off");
        }
        for text in [
            "",
            "on",
            "off 1",
            "hourly 60",
            "hourly -1",
            "daily",
            "daily 24:00",
            "weekly 02:00",
            "weekly  02:00",
            "weekly mon,day 02:00",
            "cron",
            "cron ",
        ] {
            assert_eq!(text.parse::<Rhythm>(), Err(Unwritten), "{text}");
        }
    }

    #[test]
    fn every_span_comes_back_from_its_text() {
        for (text, words) in [
            ("weekly fri 22:00 180", "Friday from 22:00 for 3 h"),
            (
                "weekly sat,sun 00:30 45",
                "Saturday, Sunday from 00:30 for 45 min",
            ),
            ("weekly mon 01:00 90", "Monday from 01:00 for 1 h 30 min"),
            (
                "once 2026-12-24T18:00 2026-12-27T06:00",
                "once, 24 Dec 2026 18:00 to 27 Dec 2026 06:00",
            ),
        ] {
            let span: Span = text.parse().unwrap();
            assert_eq!(span.to_string(), text);
            assert_eq!(span.in_words(), words);
        }
        for text in [
            "",
            "weekly fri 22:00",
            "weekly fri 22:00 -1",
            "once 2026-12-24T18:00",
            "once a b",
        ] {
            assert_eq!(text.parse::<Span>(), Err(Unwritten), "{text}");
        }
    }

    #[test]
    fn days_are_known_by_long_and_short_names_and_sorted() {
        let days: Weekdays = "sunday,Mon,mon".parse().unwrap();
        assert_eq!(days.to_string(), "mon,sun");
        assert!(days.iter().eq([Weekday::Mon, Weekday::Sun]));
        assert_eq!(Weekdays::new([]), None);
        assert_eq!(weekday("Montag"), None);
    }
}
