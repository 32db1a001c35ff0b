//! What is meant by a rule as it is typed, or everything that is wrong with it, each with its field.

use chrono::NaiveTime;

use super::{AlertRuleText, USUAL_OVERDUE_HOURS};
use crate::db::alerts::settings::{AlertRuleValues, Destination};
use crate::inventory::rules::{self, quote};
use crate::managing::alerting::check_name;
use crate::managing::known::Known;
use crate::managing::problems::Problems;
use crate::managing::text::split_tags;
use crate::managing::user::MOST_SITES;
use crate::model::{AlertKind, DestinationId, schedule};

/// How many hours a rule may wait before a device is overdue: a year.
const LONGEST_OVERDUE_HOURS: u32 = 8_760;

impl AlertRuleText {
    /// What is meant.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn check(
        &self,
        known: &Known,
        destinations: &[Destination],
    ) -> Result<AlertRuleValues, Problems> {
        let mut problems = Problems::default();
        let name = problems.take("name", "The name", check_name(&self.name));
        let destination = self.check_destination(destinations, &mut problems);
        let kinds = self.check_kinds(&mut problems);
        let (sites, tags) = self.check_reach(known, &mut problems);
        let overdue_hours = self.check_overdue(&mut problems);
        let (digest_at, quiet) = self.check_pace(&mut problems);
        let timezone = rules::zone(self.timezone.trim(), true);
        if let Err(wrong) = &timezone {
            problems.add("timezone", wrong.clone());
        }
        match (name, destination, overdue_hours, timezone) {
            (Some(name), Some(destination), Some(overdue_hours), Ok(timezone))
                if problems.is_empty() =>
            {
                Ok(AlertRuleValues {
                    name,
                    destination,
                    enabled: self.is_enabled(),
                    kinds,
                    all_sites: self.is_all_sites(),
                    sites,
                    tags,
                    overdue_hours,
                    digest_at,
                    quiet,
                    timezone: timezone.name().to_owned(),
                })
            }
            _ => Err(problems),
        }
    }

    fn check_destination(
        &self,
        destinations: &[Destination],
        problems: &mut Problems,
    ) -> Option<DestinationId> {
        let found = destinations.iter().find(|one| one.name == self.destination);
        if found.is_none() {
            problems.add("destination", "Choose where its messages go");
        }
        found.map(|one| one.id)
    }

    fn check_kinds(&self, problems: &mut Problems) -> Vec<AlertKind> {
        let kinds = AlertKind::ALL.into_iter();
        let kinds: Vec<AlertKind> = kinds.filter(|kind| self.tells(kind)).collect();
        if kinds.is_empty() {
            problems.add("kinds", "Tick at least one thing that it tells of");
        }
        kinds
    }

    /// Slugs in alphabetical order, each once, and tags; nothing where it is about every site.
    fn check_reach(&self, known: &Known, problems: &mut Problems) -> (Vec<String>, Vec<String>) {
        if self.is_all_sites() {
            return (Vec::new(), Vec::new());
        }
        let tags = problems.take_tags(split_tags(&self.tags));
        let tags = tags.unwrap_or_default();
        let mut sites = self.slugs();
        sites.sort_unstable();
        sites.dedup();
        let wrong = sites
            .iter()
            .find_map(|slug| known.any_site(slug, true).err());
        if sites.len() > MOST_SITES {
            let sentence = format!("There are more than {MOST_SITES} sites; choose a tag instead");
            problems.add("sites", sentence);
        } else if let Some(wrong) = wrong {
            problems.add("sites", wrong);
        } else if sites.is_empty() && tags.is_empty() && problems.of("tags").is_none() {
            problems.add("sites", "Choose everything, or at least one site or tag");
        }
        (sites, tags)
    }

    /// What is typed counts only where overdue devices are told of.
    fn check_overdue(&self, problems: &mut Problems) -> Option<i32> {
        let number = self.overdue_hours.trim().parse().ok();
        let checked = rules::in_range(number, LONGEST_OVERDUE_HOURS);
        let hours = match checked {
            Err(_) if !self.tells(&AlertKind::Overdue) => return Some(USUAL_OVERDUE_HOURS),
            checked => problems.take("overdue_hours", "The number of hours", checked)?,
        };
        i32::try_from(hours).ok()
    }

    /// The time of a digest, or the quiet hours.
    fn check_pace(
        &self,
        problems: &mut Problems,
    ) -> (Option<NaiveTime>, Option<(NaiveTime, NaiveTime)>) {
        match self.pace.as_str() {
            "digest" => (check_time("digest_at", &self.digest_at, problems), None),
            "now" => (None, self.check_quiet(problems)),
            _ => {
                problems.add("pace", "Choose when it is told");
                (None, None)
            }
        }
    }

    fn check_quiet(&self, problems: &mut Problems) -> Option<(NaiveTime, NaiveTime)> {
        if self.quiet_from.trim().is_empty() && self.quiet_until.trim().is_empty() {
            return None;
        }
        let from = check_time("quiet_from", &self.quiet_from, problems);
        let until = check_time("quiet_until", &self.quiet_until, problems);
        let quiet = from.zip(until)?;
        if quiet.0 == quiet.1 {
            let sentence = "The quiet hours end when they begin: nothing would ever be sent";
            problems.add("quiet_until", sentence);
            return None;
        }
        Some(quiet)
    }
}

fn check_time(field: &'static str, text: &str, problems: &mut Problems) -> Option<NaiveTime> {
    let at = schedule::time_of_day(text.trim());
    if at.is_none() {
        let given = match text.trim() {
            "" => "The time is missing".to_owned(),
            text => format!("{} is no time", quote(text)),
        };
        problems.add(
            field,
            format!("{given}; write it as `07:00`, from 00:00 to 23:59"),
        );
    }
    at
}
