//! A plan of archives as it is typed, and checked.

use super::schedule::{ScheduleText, check_timezone};
use crate::db::archives::PlanValues;
use crate::db::schedules::ScheduleValues;
use crate::inventory::rules;
use crate::managing::problems::Problems;
use crate::managing::text::{texts, trimmed};
use crate::model::archive::{MOST_KEPT, USUAL_KEPT};
use crate::model::{ArchiveChoice, ArchivedSecrets, Contents, History, Target};

texts! {
    /// A plan as it is typed.
    ArchivePlanText {
        name,
        /// A slug; empty: everything.
        site,
        /// `whole` or `newest`.
        history,
        /// `everything` or `configurations`.
        contents,
        /// `exact` or `masked`.
        secrets,
        /// As in [`ScheduleText`], up to the time zone, which may be left empty: the site's, or UTC.
        rhythm,
        minute,
        time,
        mon, tue, wed, thu, fri, sat, sun,
        cron,
        timezone,
        keep,
        comment,
    }
}

impl ArchivePlanText {
    /// What a new plan has when nothing is said of it.
    #[must_use]
    pub fn new() -> Self {
        let usual = ArchiveChoice::usual(None);
        let text = Self {
            history: usual.history.to_string(),
            contents: usual.contents.to_string(),
            secrets: usual.secrets.to_string(),
            keep: USUAL_KEPT.to_string(),
            ..Self::default()
        };
        let sunday = ScheduleText {
            rhythm: "weekly".to_owned(),
            time: "04:00".to_owned(),
            sun: "true".to_owned(),
            ..ScheduleText::new()
        };
        text.with_rhythm(sunday)
    }

    /// The boxes of the days: their names, and whether each is ticked.
    #[must_use]
    pub fn days(&self) -> Vec<(&'static str, bool)> {
        self.schedule().days()
    }

    /// The part that says when, as that of a schedule.
    fn schedule(&self) -> ScheduleText {
        let of = Clone::clone;
        ScheduleText {
            rhythm: of(&self.rhythm),
            minute: of(&self.minute),
            time: of(&self.time),
            mon: of(&self.mon),
            tue: of(&self.tue),
            wed: of(&self.wed),
            thu: of(&self.thu),
            fri: of(&self.fri),
            sat: of(&self.sat),
            sun: of(&self.sun),
            cron: of(&self.cron),
            ..ScheduleText::new()
        }
    }

    /// The same with the rhythm of a schedule.
    #[must_use]
    pub fn with_rhythm(self, when: ScheduleText) -> Self {
        Self {
            rhythm: when.rhythm,
            minute: when.minute,
            time: when.time,
            mon: when.mon,
            tue: when.tue,
            wed: when.wed,
            thu: when.thu,
            fri: when.fri,
            sat: when.sat,
            sun: when.sun,
            cron: when.cron,
            ..self
        }
    }

    /// What is meant; whether its site is there is asked of the database. `advise`: whether to look
    /// for the time zone that was meant.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn check(&self, advise: bool) -> Result<PlanValues, Problems> {
        let mut problems = Problems::default();
        let name = problems.take("name", "The name", rules::name(&trimmed(&self.name)));
        let choice = self.check_choice(&mut problems);
        let rhythm = self.schedule().check_rhythm(&mut problems);
        let timezone = check_timezone(&self.timezone, advise, &mut problems);
        let keep = rules::in_range(self.keep.trim().parse().ok(), MOST_KEPT);
        let keep = problems.take("keep", "The number of archives", keep);
        let comment = rules::archive_comment(&self.comment);
        let comment = problems.take("comment", "The comment", comment);
        match (name, choice, rhythm, timezone, keep.zip(comment)) {
            (Some(name), Some(choice), Some(rhythm), Some(timezone), Some((keep, comment)))
                if problems.is_empty() =>
            {
                Ok(PlanValues {
                    name,
                    choice,
                    comment,
                    rhythm,
                    timezone,
                    keep,
                })
            }
            _ => Err(problems),
        }
    }

    fn check_choice(&self, problems: &mut Problems) -> Option<ArchiveChoice> {
        let site = match self.site.trim() {
            "" => Some(None),
            slug => problems
                .take("site", "The short name of the site", rules::slug(slug))
                .map(Some),
        };
        let history = [History::Whole, History::Newest];
        let history = history.into_iter().find(|one| one.as_str() == self.history);
        let contents = [Contents::Everything, Contents::Configurations];
        let contents = contents
            .into_iter()
            .find(|one| one.as_str() == self.contents);
        let secrets = [ArchivedSecrets::Exact, ArchivedSecrets::Masked];
        let secrets = secrets.into_iter().find(|one| one.as_str() == self.secrets);
        for (field, is_chosen) in [
            ("history", history.is_some()),
            ("contents", contents.is_some()),
            ("secrets", secrets.is_some()),
        ] {
            if !is_chosen {
                problems.add(field, "Choose one of these");
            }
        }
        Some(ArchiveChoice {
            site: site?,
            history: history?,
            contents: contents?,
            secrets: secrets?,
        })
    }
}

impl From<&PlanValues> for ArchivePlanText {
    fn from(values: &PlanValues) -> Self {
        let when = ScheduleText::from(&ScheduleValues {
            target: Target::Everything,
            rhythm: values.rhythm.clone(),
            timezone: None,
            spread_secs: 0,
            per_site: None,
        });
        let choice = &values.choice;
        let text = Self {
            name: values.name.clone(),
            site: choice.site.clone().unwrap_or_default(),
            history: choice.history.to_string(),
            contents: choice.contents.to_string(),
            secrets: choice.secrets.to_string(),
            timezone: values.timezone.clone().unwrap_or_default(),
            keep: values.keep.to_string(),
            comment: values.comment.clone(),
            ..Self::default()
        };
        text.with_rhythm(when)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_becomes_what_is_meant_and_comes_back() {
        let typed = ArchivePlanText {
            name: " Weekly".to_owned(),
            site: " acme ".to_owned(),
            comment: "For the auditor".to_owned(),
            ..ArchivePlanText::new()
        };
        let values = typed.check(true).unwrap();
        assert_eq!(values.name, "Weekly");
        assert_eq!(values.choice.site.as_deref(), Some("acme"));
        assert_eq!(values.rhythm.to_string(), "weekly sun 04:00");
        assert_eq!((values.keep, values.timezone.as_deref()), (7, None));
        assert_eq!(ArchivePlanText::from(&values).check(true).unwrap(), values);
    }

    #[test]
    fn every_field_tells_what_is_wrong_with_it() {
        let wrong = ArchivePlanText {
            site: "Acme".to_owned(),
            rhythm: "often".to_owned(),
            timezone: "Londn".to_owned(),
            keep: "101".to_owned(),
            comment: "x".repeat(501),
            ..ArchivePlanText::default()
        };
        let problems = wrong.check(true).unwrap_err();
        for field in [
            "name", "site", "history", "contents", "secrets", "rhythm", "timezone", "keep",
            "comment",
        ] {
            assert!(problems.of(field).is_some(), "{field}");
        }
    }
}
