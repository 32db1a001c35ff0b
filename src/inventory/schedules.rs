//! `[[schedule]]` and `[[maintenance_window]]`.

use std::collections::HashMap;

use chrono::NaiveTime;
use toml::Spanned;

use super::report::Report;
use super::section::Section;
use super::suggest::{nearest, quote, quote_list};
use super::targets::{self, Known};
use super::types::Site;
use super::unique::Unique;
use super::{keys, values};
use crate::db::schedules::{ScheduleValues, WindowValues};
use crate::model::schedule::{
    HIGHEST_PER_SITE, LONGEST_SPREAD_MINUTES, LONGEST_WEEKLY_MINUTES, USUAL_SPREAD_MINUTES, moment,
    time_of_day, weekday,
};
use crate::model::{Rhythm, Span, Target, Weekdays};
use crate::scheduler::check_pattern;

/// The rhythms, each with the keys that say more of it.
const RHYTHMS: [(&str, &[&str]); 5] = [
    ("off", &[]),
    ("hourly", &["minute"]),
    ("daily", &["time"]),
    ("weekly", &["weekdays", "time"]),
    ("cron", &["cron"]),
];

/// The keys that say what a schedule or a window is for.
const OF_WHAT: &[&str] = &["tag", "site", "device"];

/// Every key that says more of a rhythm.
const OF_RHYTHMS: [&str; 4] = ["minute", "time", "weekdays", "cron"];

/// Reads every `[[schedule]]`; those with a problem are reported and left out.
pub(super) fn read(top: &Section<'_>, sites: &[Site], report: &mut Report) -> Vec<ScheduleValues> {
    let known = Known::of(sites, report);
    let mut schedules = Vec::new();
    let mut lines: HashMap<Target, usize> = HashMap::new();
    for section in top.tables("schedule", ("[[schedule]]", keys::SCHEDULE), report) {
        let target = targets::read(&section, &known, OF_WHAT, report);
        if let Some(target) = &target {
            let line = report.line(&section.header);
            if let Some(first) = lines.insert(target.clone(), line) {
                let twice = format!("there is a [[schedule]] for {target} in line {first} already");
                report.add(&section.header, twice);
            }
        }
        let rhythm = read_rhythm(&section, report);
        let timezone = values::time_zone(&section, report);
        let spread = section.count("spread_minutes", LONGEST_SPREAD_MINUTES, report);
        let per_site = section.number("per_site", HIGHEST_PER_SITE, report);
        if let (Some(target), Some(rhythm)) = (target, rhythm) {
            schedules.push(ScheduleValues {
                target,
                rhythm,
                timezone: timezone.map(|zone| zone.name().to_owned()),
                spread_secs: spread.unwrap_or(USUAL_SPREAD_MINUTES) * 60,
                per_site,
            });
        }
    }
    schedules
}

/// When something comes; `None` also when it is wrong, which is reported.
pub(super) fn read_rhythm(section: &Section<'_>, report: &mut Report) -> Option<Rhythm> {
    let name = section.required_text("rhythm", check_rhythm, report)?;
    let (name, keys) = name.into_inner();
    for key in OF_RHYTHMS.iter().filter(|key| section.has(key)) {
        if !keys.contains(key) {
            let message = format!("`{key}` says nothing of a rhythm `{name}`; remove it");
            report.add(&section.header, message);
        }
    }
    for key in keys.iter().filter(|key| !section.has(key)) {
        let message = format!("a rhythm `{name}` needs `{key}`; add it");
        report.add(&section.header, message);
    }
    match name {
        "off" => Some(Rhythm::Off),
        "hourly" => section.count("minute", 59, report).map(Rhythm::Hourly),
        "daily" => read_time(section, report).map(Rhythm::Daily),
        "weekly" => {
            let days = read_weekdays(section, report);
            let at = read_time(section, report);
            days.zip(at).map(|(days, at)| Rhythm::Weekly(days, at))
        }
        _ => {
            let pattern = section.checked_text("cron", check_pattern, report);
            pattern.map(|pattern| Rhythm::Cron(pattern.into_inner()))
        }
    }
}

fn check_rhythm(text: &str) -> Result<(&'static str, &'static [&'static str]), String> {
    let names = || RHYTHMS.iter().map(|(name, _)| *name);
    if let Some(found) = RHYTHMS.iter().find(|(name, _)| *name == text) {
        return Ok(*found);
    }
    let advice = match nearest(text, names()) {
        Some(meant) => format!("did you mean {}?", quote(meant)),
        None => format!("known are {}", quote_list(names())),
    };
    Err(format!("{} is not known; {advice}", quote(text)))
}

fn read_time(section: &Section<'_>, report: &mut Report) -> Option<NaiveTime> {
    let check = |text: &str| {
        let at = time_of_day(text);
        at.ok_or_else(|| "is written as \"02:00\", from 00:00 to 23:59".to_owned())
    };
    section
        .checked_text("time", check, report)
        .map(Spanned::into_inner)
}

fn read_weekdays(section: &Section<'_>, report: &mut Report) -> Option<Weekdays> {
    let mut days = Vec::new();
    for text in section.texts("weekdays", report) {
        match weekday(text.get_ref()) {
            Some(day) => days.push(day),
            None => {
                let wrong = format!(
                    "{} is no day; write `monday` or `mon`",
                    quote(text.get_ref())
                );
                report.add(&text.span(), wrong);
            }
        }
    }
    let weekdays = Weekdays::new(days);
    if weekdays.is_none() && section.has("weekdays") && report.is_empty() {
        report.add(&section.header, "`weekdays` names no day; add one");
    }
    weekdays
}

/// Reads every `[[maintenance_window]]`; those with a problem are reported and left out.
pub(super) fn read_windows(
    top: &Section<'_>,
    sites: &[Site],
    report: &mut Report,
) -> Vec<WindowValues> {
    let known = Known::of(sites, report);
    let title = ("[[maintenance_window]]", keys::MAINTENANCE_WINDOW);
    let mut windows = Vec::new();
    let mut names = Unique::default();
    for section in top.tables("maintenance_window", title, report) {
        let name = section.required_text("name", values::name, report);
        if let Some(name) = &name {
            names.claim("name of a window", name, report);
        }
        let target = targets::read(&section, &known, OF_WHAT, report);
        let timezone = values::time_zone(&section, report);
        let span = read_span(&section, report);
        if let (Some(name), Some(target), Some(span)) = (name, target, span) {
            windows.push(WindowValues {
                name: name.into_inner(),
                target,
                span,
                timezone: timezone.map(|zone| zone.name().to_owned()),
            });
        }
    }
    windows
}

/// Every week by `weekdays`, `time` and `minutes`, or once by `from` and `until`.
fn read_span(section: &Section<'_>, report: &mut Report) -> Option<Span> {
    let (weekly, once) = (["weekdays", "time", "minutes"], ["from", "until"]);
    let has_any = |keys: &[&str]| keys.iter().any(|key| section.has(key));
    let is_once = has_any(&once);
    if is_once && has_any(&weekly) {
        let message = "`from` and `until` are for a window that comes once, `weekdays`, `time` and \
                       `minutes` for one that comes every week; keep one kind";
        report.add(&section.header, message);
        return None;
    }
    let needed = if is_once { &once[..] } else { &weekly[..] };
    for key in needed.iter().filter(|key| !section.has(key)) {
        report.add(
            &section.header,
            format!("this window needs `{key}`; add it"),
        );
    }
    if !is_once {
        let days = read_weekdays(section, report);
        let at = read_time(section, report);
        let minutes = section.number("minutes", LONGEST_WEEKLY_MINUTES, report);
        let (days, at) = days.zip(at)?;
        return minutes.map(|minutes| Span::Weekly(days, at, minutes));
    }
    let check = |text: &str| {
        let at = moment(text);
        at.ok_or_else(|| "is written as \"2026-12-24 18:00\"".to_owned())
    };
    let from = section.checked_text("from", check, report);
    let until = section.checked_text("until", check, report);
    let (from, until) = from.zip(until)?;
    if from.get_ref() >= until.get_ref() {
        report.add(&until.span(), "`until` is not after `from`");
        return None;
    }
    Some(Span::Once(from.into_inner(), until.into_inner()))
}
