//! The filters of the templates: how a value is written, never whether it is shown.

use std::fmt::Display;

use askama::{Result, Values, filter_fn};
use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;

use super::format;
use crate::visible as show;

/// A name or sentence from outside, with what a page would swallow made visible.
#[filter_fn]
pub fn visible(text: impl AsRef<str>, _: &dyn Values) -> Result<String> {
    Ok(show::text(text.as_ref()))
}

/// A text of several lines from outside, each line like [`visible()`].
#[filter_fn]
pub fn visible_lines(text: impl AsRef<str>, _: &dyn Values) -> Result<String> {
    let lines = text.as_ref().lines().map(show::text);
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

/// A whole number of any width with separators of thousands.
#[filter_fn]
pub fn thousands(value: impl Display, _: &dyn Values) -> Result<String> {
    Ok(format::thousands(&value.to_string()))
}

/// Bytes in decimal units.
#[filter_fn]
pub fn size(bytes: &i64, _: &dyn Values) -> Result<String> {
    Ok(format::size(*bytes))
}

/// Milliseconds in the unit that fits.
#[filter_fn]
pub fn duration(millis: &i64, _: &dyn Values) -> Result<String> {
    Ok(format::duration(*millis))
}

/// The milliseconds of a step, in the unit that fits.
#[filter_fn]
pub fn millis(millis: &u64, _: &dyn Values) -> Result<String> {
    Ok(format::duration(i64::try_from(*millis).unwrap_or(i64::MAX)))
}

/// RFC 3339 in UTC, for the `datetime` attribute.
#[filter_fn]
pub fn iso(at: &DateTime<Utc>, _: &dyn Values) -> Result<String> {
    Ok(at.to_rfc3339_opts(SecondsFormat::Secs, true))
}

/// The distance to `now` in words.
#[filter_fn]
pub fn ago(at: &DateTime<Utc>, _: &dyn Values, now: &DateTime<Utc>, zone: &Tz) -> Result<String> {
    Ok(format::relative(*at, *now, *zone))
}

/// The day in a zone.
#[filter_fn]
pub fn day(at: &DateTime<Utc>, _: &dyn Values, now: &DateTime<Utc>, zone: &Tz) -> Result<String> {
    Ok(format::day(*at, *now, *zone))
}

/// The minute in a zone.
#[filter_fn]
pub fn minute(at: &DateTime<Utc>, _: &dyn Values, zone: &Tz) -> Result<String> {
    Ok(format::minute(*at, *zone))
}

/// The second in a zone and in UTC, for a tooltip.
#[filter_fn]
pub fn exact(at: &DateTime<Utc>, _: &dyn Values, zone: &Tz) -> Result<String> {
    Ok(format::exact(*at, *zone))
}

/// Bytes as hexadecimal digits.
#[filter_fn]
pub fn hex(bytes: &[u8], _: &dyn Values) -> Result<String> {
    Ok(::hex::encode(bytes))
}
