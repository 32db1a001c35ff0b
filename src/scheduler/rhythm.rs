//! When a rhythm comes next: pure, over the time it is given. croner reckons, so that a pattern
//! that people wrote and the plain rhythms follow one rule about clocks that are changed: a fixed
//! time that a night does not have comes when the clock has passed it, one that it has twice comes
//! once, and what comes every hour comes in both hours.

use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Timelike as _, Utc};
use chrono_tz::Tz;
use croner::Cron;

use crate::model::{Rhythm, SiteId};

/// How many characters a pattern of cron may have.
const LONGEST_PATTERN: usize = 100;

/// From when on a pattern that is typed has to come, and until when: eight years have every 29 of
/// February, on every day of the week but few.
static CHECKED: LazyLock<[DateTime<Utc>; 2]> = LazyLock::new(|| {
    ["2024-01-01T00:00:00Z", "2052-01-01T00:00:00Z"]
        .map(|text| text.parse().expect("it is written as times are"))
});

/// Reckons when a rhythm comes on the clock of a time zone.
#[derive(Debug, Clone)]
pub struct Clock {
    /// `None`: the rhythm is off.
    pattern: Option<Cron>,
    timezone: Tz,
}

impl Clock {
    /// `None` for a pattern of cron that can not be read.
    #[must_use]
    pub fn new(rhythm: &Rhythm, timezone: Tz) -> Option<Self> {
        let pattern = match pattern(rhythm) {
            Some(text) => Some(text.parse().ok()?),
            None => None,
        };
        Some(Self { pattern, timezone })
    }

    /// The first time after `now`; `None` when there is none.
    #[must_use]
    pub fn next(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let after = now.with_timezone(&self.timezone);
        let next = self.pattern.as_ref()?.find_next_occurrence(&after, false);
        next.ok().map(|at| at.with_timezone(&Utc))
    }

    /// The first time after `now` for who is `place` behind the rhythm.
    #[must_use]
    pub fn next_due(&self, place: TimeDelta, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        Some(self.next(now - place)? + place)
    }

    /// The next times, at most `count`.
    #[must_use]
    pub fn next_times(&self, now: DateTime<Utc>, count: usize) -> Vec<DateTime<Utc>> {
        let following = |at: &DateTime<Utc>| self.next(*at);
        std::iter::successors(self.next(now), following)
            .take(count)
            .collect()
    }
}

/// The five fields of cron; `None`: never.
fn pattern(rhythm: &Rhythm) -> Option<String> {
    Some(match rhythm {
        Rhythm::Off => return None,
        Rhythm::Hourly(minute) => format!("{minute} * * * *"),
        Rhythm::Daily(at) => format!("{} {} * * *", at.minute(), at.hour()),
        Rhythm::Weekly(days, at) => {
            let days = days.to_string().to_uppercase();
            format!("{} {} * * {days}", at.minute(), at.hour())
        }
        Rhythm::Cron(pattern) => pattern.clone(),
    })
}

/// A pattern of cron that comes now and then. What is wrong is the end of a sentence that begins
/// with its name.
///
/// # Errors
/// When it does not have five fields, can not be read, or never comes.
pub fn check_pattern(text: &str) -> Result<String, String> {
    if text.len() > LONGEST_PATTERN {
        return Err(format!("is longer than {LONGEST_PATTERN} characters"));
    }
    let fields: Vec<&str> = text.split_ascii_whitespace().collect();
    if fields.len() != 5 {
        return Err(
            "needs five fields: minute, hour, day of the month, month, day of the week; as \
             `30 2 * * 1-5`"
                .to_owned(),
        );
    }
    let text = fields.join(" ");
    let read: Result<Cron, _> = text.parse();
    let cron = read.map_err(|error| format!("can not be read: {error}"))?;
    let [from, until] = *CHECKED;
    match cron.find_next_occurrence(&from, true) {
        Ok(first) if first < until => Ok(text),
        _ => Err("never comes; there is no such day".to_owned()),
    }
}

/// How long after the rhythm a site is due: always the same, and even over consecutive ids
/// (Knuth's multiplicative hash), so that sites do not begin together.
#[must_use]
pub fn place(site: SiteId, spread_secs: u32) -> TimeDelta {
    let hashed = site.0.unsigned_abs().wrapping_mul(2_654_435_761) % u64::from(spread_secs.max(1));
    TimeDelta::seconds(i64::try_from(hashed).unwrap_or(0))
}
