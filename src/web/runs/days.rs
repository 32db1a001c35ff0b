//! The days that the list of runs may be narrowed to, as the form's calendars write them, and the
//! moments at which they begin and end at a site.

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;

/// The first and the last day that can be asked for.
pub const FIRST_DAY: &str = "2000-01-01";
pub const LAST_DAY: &str = "2199-12-31";

/// Why days make no sense, as the page says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DaysError {
    #[error("A day is written like 2026-05-03, with a year from 2000 to 2199.")]
    NoDay,
    #[error("The first day is after the last one.")]
    Backwards,
}

/// Days from one to another, both included; without one, from or to whenever there are runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Days {
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
}

impl Days {
    /// Reads the fields of the form.
    ///
    /// # Errors
    /// [`DaysError::NoDay`] when one is neither empty nor a day in range,
    /// [`DaysError::Backwards`] when they are in the wrong order.
    pub fn read(from: &str, to: &str) -> Result<Self, DaysError> {
        let days = Self {
            from: day(from)?,
            to: day(to)?,
        };
        match (days.from, days.to) {
            (Some(from), Some(to)) if from > to => Err(DaysError::Backwards),
            _ => Ok(days),
        }
    }

    /// When the first begins in a time zone.
    pub fn begin(self, zone: Tz) -> Option<DateTime<Utc>> {
        self.from.map(|day| midnight(day, zone))
    }

    /// When the day after the last begins.
    pub fn end(self, zone: Tz) -> Option<DateTime<Utc>> {
        let next = self.to.and_then(|day| day.succ_opt());
        next.map(|day| midnight(day, zone))
    }
}

fn day(text: &str) -> Result<Option<NaiveDate>, DaysError> {
    if text.is_empty() {
        return Ok(None);
    }
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .filter(|day| (2000..2200).contains(&day.year()))
        .map_or(Err(DaysError::NoDay), |day| Ok(Some(day)))
}

/// The first moment of a day. Clocks that are put forward may skip midnight (Beirut does, in
/// March), and Samoa once skipped a whole day: then the next moment that there was.
pub(in crate::web) fn midnight(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    let quarters = (0..=96).map(|quarter| midnight + TimeDelta::minutes(15 * quarter));
    let mut moments = quarters.filter_map(|local| zone.from_local_datetime(&local).earliest());
    moments
        .next()
        .map_or(midnight.and_utc(), |moment| moment.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Begin and end of these days, in UTC.
    fn span(from: &str, to: &str, zone: Tz) -> [Option<String>; 2] {
        let days = Days::read(from, to).unwrap();
        let told = |at: DateTime<Utc>| at.format("%Y-%m-%d %H:%M").to_string();
        [days.begin(zone).map(told), days.end(zone).map(told)]
    }

    fn some(from: &str, to: &str) -> [Option<String>; 2] {
        [Some(from.to_owned()), Some(to.to_owned())]
    }

    #[test]
    fn days_begin_and_end_at_midnight_where_the_site_is() {
        assert_eq!(
            span("2026-05-03", "2026-05-03", Tz::UTC),
            some("2026-05-03 00:00", "2026-05-04 00:00")
        );
        assert_eq!(
            span("2026-03-29", "2026-03-29", Tz::Europe__Berlin),
            some("2026-03-28 23:00", "2026-03-29 22:00")
        );
        assert_eq!(span("", "", Tz::UTC), [None, None]);
        assert_eq!(
            span("2026-05-03", "", Tz::UTC),
            [Some("2026-05-03 00:00".to_owned()), None]
        );
    }

    #[test]
    fn a_day_without_midnight_begins_when_it_does() {
        assert_eq!(
            span("2026-03-29", "2026-03-29", Tz::Asia__Beirut),
            some("2026-03-28 22:00", "2026-03-29 21:00")
        );
        assert_eq!(
            span("2011-12-30", "2011-12-30", Tz::Pacific__Apia),
            some("2011-12-30 10:00", "2011-12-30 10:00")
        );
    }

    #[test]
    fn what_is_no_day_or_out_of_range_or_backwards_is_refused() {
        for text in [
            "3 May",
            "2026-02-30",
            "1999-12-31",
            "2200-01-01",
            "+262142-12-31",
            "2026-05-03T12:00",
            "\u{e9}",
        ] {
            assert_eq!(Days::read(text, ""), Err(DaysError::NoDay), "{text}");
            assert_eq!(Days::read("", text), Err(DaysError::NoDay), "{text}");
        }
        assert_eq!(
            Days::read("2026-05-03", "2026-05-02"),
            Err(DaysError::Backwards)
        );
        let edges = Days::read(FIRST_DAY, LAST_DAY).unwrap();
        assert!(edges.begin(Tz::UTC) < edges.end(Tz::UTC));
    }
}
