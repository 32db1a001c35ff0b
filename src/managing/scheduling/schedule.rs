//! A schedule as it is typed, and checked.

use super::{days, target};
use crate::db::schedules::ScheduleValues;
use crate::inventory::rules;
use crate::managing::problems::Problems;
use crate::managing::text::texts;
use crate::model::schedule::{HIGHEST_PER_SITE, LONGEST_SPREAD_MINUTES, USUAL_SPREAD_MINUTES};
use crate::model::{Rhythm, Target, schedule};
use crate::scheduler::check_pattern;

texts! {
    /// A schedule as it is typed.
    ScheduleText {
        /// `all`, `site`, `tag` or `device`.
        kind,
        /// A slug, a tag, or SITE/NAME.
        target,
        /// `off`, `hourly`, `daily`, `weekly` or `cron`.
        rhythm,
        /// Of the hour, for `hourly`.
        minute,
        /// For `daily` and `weekly`.
        time,
        mon, tue, wed, thu, fri, sat, sun,
        cron,
        /// Empty: that of each site.
        timezone,
        spread_minutes,
        /// Empty: what collectors are told.
        per_site,
    }
}

impl ScheduleText {
    /// What a new schedule has when nothing is said of it.
    #[must_use]
    pub fn new() -> Self {
        Self {
            kind: "site".to_owned(),
            rhythm: "daily".to_owned(),
            minute: "0".to_owned(),
            time: "02:00".to_owned(),
            spread_minutes: USUAL_SPREAD_MINUTES.to_string(),
            ..Self::default()
        }
    }

    /// The same for this target, whatever was typed.
    #[must_use]
    pub fn of_target(mut self, target: &Target) -> Self {
        (self.kind, self.target) = target::texts(target);
        self
    }

    /// The boxes of the days: their names, and whether each is ticked.
    #[must_use]
    pub fn days(&self) -> Vec<(&'static str, bool)> {
        let ticked = self.boxes().map(|text| text == "true");
        days::BOXES.into_iter().zip(ticked).collect()
    }

    fn boxes(&self) -> [&str; 7] {
        [
            &self.mon, &self.tue, &self.wed, &self.thu, &self.fri, &self.sat, &self.sun,
        ]
    }

    /// What is meant. `advise`: whether to look for the time zone that was meant.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn check(&self, advise: bool) -> Result<ScheduleValues, Problems> {
        let mut problems = Problems::default();
        let target = target::check(&self.kind, &self.target, &mut problems);
        let rhythm = self.check_rhythm(&mut problems);
        let timezone = check_timezone(&self.timezone, advise, &mut problems);
        let spread = self.spread_minutes.trim().parse::<u32>().ok();
        let spread = spread.filter(|minutes| *minutes <= LONGEST_SPREAD_MINUTES);
        if spread.is_none() {
            let wrong =
                format!("The spread is a number of minutes from 0 to {LONGEST_SPREAD_MINUTES}");
            problems.add("spread_minutes", wrong);
        }
        let per_site = match self.per_site.trim() {
            "" => Some(None),
            text => {
                let checked = rules::in_range(text.parse().ok(), HIGHEST_PER_SITE);
                problems.take("per_site", "The cap", checked).map(Some)
            }
        };
        match (target, rhythm, timezone, spread, per_site) {
            (Some(target), Some(rhythm), Some(timezone), Some(spread), Some(per_site)) => {
                Ok(ScheduleValues {
                    target,
                    rhythm,
                    timezone,
                    spread_secs: spread * 60,
                    per_site,
                })
            }
            _ => Err(problems),
        }
    }

    /// When it comes.
    pub(super) fn check_rhythm(&self, problems: &mut Problems) -> Option<Rhythm> {
        match self.rhythm.as_str() {
            "off" => Some(Rhythm::Off),
            "hourly" => {
                let minute = schedule::minute(self.minute.trim());
                let minute = minute.ok_or("is a number from 0 to 59".to_owned());
                let minute = problems.take("minute", "The minute", minute);
                minute.map(Rhythm::Hourly)
            }
            "daily" => check_time(&self.time, problems).map(Rhythm::Daily),
            "weekly" => {
                let at = check_time(&self.time, problems);
                let days = days::check(self.boxes(), problems);
                days.zip(at).map(|(days, at)| Rhythm::Weekly(days, at))
            }
            "cron" => {
                let pattern = check_pattern(&self.cron);
                let pattern = problems.take("cron", "The pattern", pattern);
                pattern.map(Rhythm::Cron)
            }
            _ => {
                problems.add("rhythm", "Choose a rhythm");
                None
            }
        }
    }
}

/// A time of day.
pub(super) fn check_time(text: &str, problems: &mut Problems) -> Option<chrono::NaiveTime> {
    let at = schedule::time_of_day(text.trim());
    let at = at.ok_or("is written as `02:00`, from 00:00 to 23:59".to_owned());
    problems.take("time", "The time", at)
}

/// The name of a time zone; inside `None`: none is named.
pub(super) fn check_timezone(
    text: &str,
    advise: bool,
    problems: &mut Problems,
) -> Option<Option<String>> {
    match text.trim() {
        "" => Some(None),
        name => match rules::zone(name, advise) {
            Ok(zone) => Some(Some(zone.name().to_owned())),
            Err(wrong) => {
                problems.add("timezone", wrong);
                None
            }
        },
    }
}

impl From<&ScheduleValues> for ScheduleText {
    fn from(values: &ScheduleValues) -> Self {
        let (kind, target) = target::texts(&values.target);
        let mut text = Self {
            kind,
            target,
            timezone: values.timezone.clone().unwrap_or_default(),
            spread_minutes: (values.spread_secs / 60).to_string(),
            per_site: values
                .per_site
                .map_or_else(String::new, |cap| cap.to_string()),
            ..Self::new()
        };
        let rhythm = match &values.rhythm {
            Rhythm::Off => "off",
            Rhythm::Hourly(minute) => {
                text.minute = minute.to_string();
                "hourly"
            }
            Rhythm::Daily(at) => {
                text.time = at.format("%H:%M").to_string();
                "daily"
            }
            Rhythm::Weekly(weekdays, at) => {
                text.time = at.format("%H:%M").to_string();
                [
                    text.mon, text.tue, text.wed, text.thu, text.fri, text.sat, text.sun,
                ] = days::boxes(*weekdays);
                "weekly"
            }
            Rhythm::Cron(pattern) => {
                text.cron.clone_from(pattern);
                "cron"
            }
        };
        rhythm.clone_into(&mut text.rhythm);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(rhythm: &str) -> ScheduleText {
        ScheduleText {
            target: "acme".to_owned(),
            rhythm: rhythm.to_owned(),
            cron: "30 2 * * 1-5".to_owned(),
            mon: "true".to_owned(),
            sun: "true".to_owned(),
            ..ScheduleText::new()
        }
    }

    #[test]
    fn what_is_typed_becomes_what_is_meant_and_comes_back() {
        for (rhythm, kept) in [
            ("off", "off"),
            ("hourly", "hourly 0"),
            ("daily", "daily 02:00"),
            ("weekly", "weekly mon,sun 02:00"),
            ("cron", "cron 30 2 * * 1-5"),
        ] {
            let values = typed(rhythm).check(true).unwrap();
            assert_eq!(values.rhythm.to_string(), kept);
            assert_eq!((values.spread_secs, values.per_site), (3600, None));
            let back = ScheduleText::from(&values);
            assert_eq!(back.check(true).unwrap(), values);
        }
    }

    #[test]
    fn every_field_tells_what_is_wrong_with_it() {
        let wrong = |change: fn(&mut ScheduleText), field: &str, words: &str| {
            let mut text = typed("weekly");
            change(&mut text);
            let problems = text.check(true).unwrap_err();
            let told = problems.of(field).unwrap_or_default();
            assert!(told.contains(words), "{field}: {told}");
        };
        wrong(|text| text.kind.clear(), "target", "Choose");
        wrong(|text| text.rhythm = "often".to_owned(), "rhythm", "Choose");
        wrong(
            |text| text.time = "25:00".to_owned(),
            "time",
            "00:00 to 23:59",
        );
        wrong(
            |text| (text.mon, text.sun) = Default::default(),
            "days",
            "at least one",
        );
        wrong(
            |text| text.timezone = "Londn".to_owned(),
            "timezone",
            "`Europe/London`",
        );
        wrong(
            |text| text.spread_minutes = "721".to_owned(),
            "spread_minutes",
            "720",
        );
        wrong(
            |text| text.per_site = "0".to_owned(),
            "per_site",
            "from 1 to 1000",
        );
        let minute = ScheduleText {
            minute: "60".to_owned(),
            ..typed("hourly")
        };
        assert!(minute.check(true).unwrap_err().of("minute").is_some());
        let cron = ScheduleText {
            cron: "0 0 30 2 *".to_owned(),
            ..typed("cron")
        };
        assert!(cron.check(true).unwrap_err().of("cron").is_some());
    }
}
