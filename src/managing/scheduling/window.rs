//! A maintenance window as it is typed, and checked.

use super::schedule::{check_time, check_timezone};
use super::{days, target};
use crate::db::schedules::WindowValues;
use crate::inventory::rules;
use crate::managing::problems::Problems;
use crate::managing::text::{texts, trimmed};
use crate::model::Span;
use crate::model::schedule::{self, LONGEST_WEEKLY_MINUTES};

texts! {
    /// A window as it is typed.
    WindowText {
        name,
        /// `all`, `site`, `tag` or `device`.
        kind,
        /// A slug, a tag, or SITE/NAME.
        target,
        /// `weekly` or `once`.
        span,
        mon, tue, wed, thu, fri, sat, sun,
        /// When it begins on each of the days.
        time,
        /// How long it lasts then.
        minutes,
        /// The local moment at which it begins, where it comes once.
        from,
        /// The same at which it ends.
        until,
        /// Empty: that of each site.
        timezone,
    }
}

impl WindowText {
    /// What a new window has when nothing is said of it.
    #[must_use]
    pub fn new() -> Self {
        Self {
            kind: "all".to_owned(),
            span: "weekly".to_owned(),
            time: "22:00".to_owned(),
            minutes: "120".to_owned(),
            ..Self::default()
        }
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
    pub fn check(&self, advise: bool) -> Result<WindowValues, Problems> {
        let mut problems = Problems::default();
        let name = rules::name(&trimmed(&self.name));
        let name = problems.take("name", "The name", name);
        let target = target::check(&self.kind, &self.target, &mut problems);
        let span = self.check_span(&mut problems);
        let timezone = check_timezone(&self.timezone, advise, &mut problems);
        match (name, target, span, timezone) {
            (Some(name), Some(target), Some(span), Some(timezone)) => Ok(WindowValues {
                name,
                target,
                span,
                timezone,
            }),
            _ => Err(problems),
        }
    }

    fn check_span(&self, problems: &mut Problems) -> Option<Span> {
        match self.span.as_str() {
            "weekly" => {
                let days = days::check(self.boxes(), problems);
                let at = check_time(&self.time, problems);
                let minutes = self.minutes.trim().parse().ok();
                let minutes = rules::in_range(minutes, LONGEST_WEEKLY_MINUTES);
                let minutes = problems.take("minutes", "The number of minutes", minutes);
                let (days, at) = days.zip(at)?;
                minutes.map(|minutes| Span::Weekly(days, at, minutes))
            }
            "once" => {
                let mut moment = |field, what, text: &str| {
                    let at = schedule::moment(text.trim());
                    let at = at.ok_or("is written as `2026-12-24 18:00`".to_owned());
                    problems.take(field, what, at)
                };
                let from = moment("from", "The beginning", &self.from);
                let until = moment("until", "The end", &self.until);
                let (from, until) = from.zip(until)?;
                if from >= until {
                    problems.add("until", "The end is not after the beginning");
                    return None;
                }
                Some(Span::Once(from, until))
            }
            _ => {
                problems.add("span", "Choose whether it comes every week or once");
                None
            }
        }
    }
}

impl From<&WindowValues> for WindowText {
    fn from(values: &WindowValues) -> Self {
        let (kind, target) = target::texts(&values.target);
        let mut text = Self {
            name: values.name.clone(),
            kind,
            target,
            timezone: values.timezone.clone().unwrap_or_default(),
            ..Self::new()
        };
        match &values.span {
            Span::Weekly(weekdays, at, minutes) => {
                text.time = at.format("%H:%M").to_string();
                text.minutes = minutes.to_string();
                [
                    text.mon, text.tue, text.wed, text.thu, text.fri, text.sat, text.sun,
                ] = days::boxes(*weekdays);
            }
            Span::Once(from, until) => {
                "once".clone_into(&mut text.span);
                text.from = from.format("%Y-%m-%dT%H:%M").to_string();
                text.until = until.format("%Y-%m-%dT%H:%M").to_string();
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(span: &str) -> WindowText {
        WindowText {
            name: "Patch night".to_owned(),
            span: span.to_owned(),
            fri: "true".to_owned(),
            from: "2026-12-24 18:00".to_owned(),
            until: "2026-12-27T06:00".to_owned(),
            ..WindowText::new()
        }
    }

    #[test]
    fn what_is_typed_becomes_what_is_meant_and_comes_back() {
        for (span, kept) in [
            ("weekly", "weekly fri 22:00 120"),
            ("once", "once 2026-12-24T18:00 2026-12-27T06:00"),
        ] {
            let values = typed(span).check(true).unwrap();
            assert_eq!(values.span.to_string(), kept);
            assert_eq!(WindowText::from(&values).check(true).unwrap(), values);
        }
    }

    #[test]
    fn every_field_tells_what_is_wrong_with_it() {
        let wrong = |span: &str, change: fn(&mut WindowText), field: &str, words: &str| {
            let mut text = typed(span);
            change(&mut text);
            let problems = text.check(true).unwrap_err();
            let told = problems.of(field).unwrap_or_default();
            assert!(told.contains(words), "{field}: {told}");
        };
        wrong("weekly", |text| text.name.clear(), "name", "empty");
        wrong("weekly", |text| text.kind.clear(), "target", "Choose");
        wrong("weekly", |text| text.fri.clear(), "days", "at least one");
        wrong("weekly", |text| text.time.clear(), "time", "`02:00`");
        wrong(
            "weekly",
            |text| text.minutes = "10081".to_owned(),
            "minutes",
            "10080",
        );
        wrong("", |_| {}, "span", "every week or once");
        wrong(
            "once",
            |text| text.from = "soon".to_owned(),
            "from",
            "2026-12-24",
        );
        wrong(
            "once",
            |text| text.until = text.from.clone(),
            "until",
            "not after",
        );
        wrong(
            "once",
            |text| text.until = "99999-01-01 00:00".to_owned(),
            "until",
            "2026-12-24",
        );
    }
}
