//! A rule of alerts as it is typed, and checked.

use chrono::NaiveTime;

use super::check_name;
use crate::db::alerts::settings::{AlertRule, AlertRuleValues, Destination};
use crate::inventory::rules::{self, quote};
use crate::managing::known::Known;
use crate::managing::problems::Problems;
use crate::managing::text::{split_tags, texts};
use crate::managing::user::MOST_SITES;
use crate::model::{AlertKind, DestinationId, schedule};

/// How many hours a rule may wait before a device is overdue: a year.
const LONGEST_OVERDUE_HOURS: u32 = 8_760;

/// The same when nothing is said of it: two nights.
const USUAL_OVERDUE_HOURS: i32 = 48;

texts! {
    /// A rule as it is typed.
    AlertRuleText {
        name,
        /// `true` or empty.
        enabled,
        /// The name of a destination.
        destination,
        /// With commas between.
        kinds,
        /// `true` or empty.
        all_sites,
        /// Slugs, with commas between.
        sites,
        /// With commas between.
        tags,
        overdue_hours,
        /// `now` or `digest`.
        pace,
        /// For `digest`.
        digest_at,
        /// For `now`; both or none.
        quiet_from,
        quiet_until,
        timezone,
    }
}

impl AlertRuleText {
    /// What a new rule has when nothing is said of it.
    #[must_use]
    pub fn new() -> Self {
        let kinds = AlertKind::ALL.into_iter();
        let kinds = kinds.filter(|kind| *kind != AlertKind::ConfigurationChanged);
        Self {
            enabled: "true".to_owned(),
            kinds: joined(kinds),
            all_sites: "true".to_owned(),
            overdue_hours: USUAL_OVERDUE_HOURS.to_string(),
            pace: "now".to_owned(),
            digest_at: "07:00".to_owned(),
            timezone: "UTC".to_owned(),
            ..Self::default()
        }
    }

    /// Whether it tells of this, as it is typed.
    #[must_use]
    pub fn tells(&self, kind: &AlertKind) -> bool {
        let words = split_tags(&self.kinds);
        words.iter().any(|word| word == kind.as_str())
    }

    /// Whether it is about every site, as it is typed.
    #[must_use]
    pub fn is_all_sites(&self) -> bool {
        self.all_sites == "true"
    }

    /// Whether it is on, as it is typed.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.enabled == "true"
    }

    /// Whether it is told once a day, as it is typed.
    #[must_use]
    pub fn is_digest(&self) -> bool {
        self.pace == "digest"
    }

    /// The slugs that are typed.
    #[must_use]
    pub fn slugs(&self) -> Vec<String> {
        split_tags(&self.sites)
    }

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

fn joined(kinds: impl Iterator<Item = AlertKind>) -> String {
    kinds.map(AlertKind::as_str).collect::<Vec<_>>().join(", ")
}

impl From<&AlertRule> for AlertRuleText {
    fn from(rule: &AlertRule) -> Self {
        let AlertRuleValues {
            digest_at, quiet, ..
        } = rule.values;
        let values = &rule.values;
        let time = |at: NaiveTime| at.format("%H:%M").to_string();
        let ticked = |is_so: bool| if is_so { "true" } else { "" }.to_owned();
        let usual = Self::new();
        Self {
            name: values.name.clone(),
            enabled: ticked(values.enabled),
            destination: rule.destination_name.clone(),
            kinds: joined(values.kinds.iter().copied()),
            all_sites: ticked(values.all_sites),
            sites: values.sites.join(", "),
            tags: values.tags.join(", "),
            overdue_hours: values.overdue_hours.to_string(),
            pace: if digest_at.is_some() { "digest" } else { "now" }.to_owned(),
            digest_at: digest_at.map_or(usual.digest_at, time),
            quiet_from: quiet.map_or_else(String::new, |(from, _)| time(from)),
            quiet_until: quiet.map_or_else(String::new, |(_, until)| time(until)),
            timezone: values.timezone.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AlertRuleId, DestinationKind};

    fn night_shift() -> Destination {
        Destination {
            id: DestinationId(7),
            name: "Night shift".to_owned(),
            kind: DestinationKind::Mail,
            recipients: vec!["a@example.com".to_owned()],
            url: None,
            secret_sealed: None,
        }
    }

    fn typed() -> AlertRuleText {
        AlertRuleText {
            name: " Failures ".to_owned(),
            destination: "Night shift".to_owned(),
            all_sites: String::new(),
            sites: "old, acme,acme".to_owned(),
            tags: "gold".to_owned(),
            quiet_from: "22:00".to_owned(),
            quiet_until: "07:00".to_owned(),
            ..AlertRuleText::new()
        }
    }

    fn checked(text: &AlertRuleText) -> Result<AlertRuleValues, Problems> {
        text.check(&Known::for_tests(&[]), &[night_shift()])
    }

    fn stored(values: AlertRuleValues) -> AlertRule {
        AlertRule {
            id: AlertRuleId(1),
            values,
            destination_name: "Night shift".to_owned(),
            destination_kind: DestinationKind::Mail,
        }
    }

    #[test]
    fn what_is_typed_becomes_what_is_meant_and_comes_back() {
        let digest = AlertRuleText {
            pace: "digest".to_owned(),
            ..typed()
        };
        for text in [typed(), digest] {
            let values = checked(&text).unwrap();
            assert_eq!(
                (values.name.as_str(), values.destination.0),
                ("Failures", 7)
            );
            assert_eq!(values.sites, ["acme", "old"]);
            assert_eq!(values.digest_at.is_some(), text.is_digest());
            assert_eq!(values.quiet.is_none(), text.is_digest());
            let back = AlertRuleText::from(&stored(values.clone()));
            assert_eq!(checked(&back).unwrap(), values);
        }
    }

    #[test]
    fn what_does_not_count_is_not_looked_at() {
        let text = AlertRuleText {
            all_sites: "true".to_owned(),
            kinds: "suspect".to_owned(),
            overdue_hours: "often".to_owned(),
            digest_at: "late".to_owned(),
            ..typed()
        };
        let values = checked(&text).unwrap();
        assert!(values.sites.is_empty() && values.tags.is_empty());
        assert_eq!(values.overdue_hours, USUAL_OVERDUE_HOURS);
    }

    #[test]
    fn every_field_tells_what_is_wrong_with_it() {
        let wrong = |change: fn(&mut AlertRuleText), field: &str, words: &str| {
            let mut text = typed();
            change(&mut text);
            let problems = checked(&text).unwrap_err();
            let told = problems.of(field).unwrap_or_default();
            assert!(told.contains(words), "{field}: {told}");
        };
        wrong(|text| text.name.clear(), "name", "empty");
        wrong(|text| text.destination.clear(), "destination", "Choose");
        wrong(
            |text| text.kinds = "all".to_owned(),
            "kinds",
            "at least one",
        );
        wrong(|text| text.sites = "acne".to_owned(), "sites", "`acme`");
        wrong(|text| text.tags = "a, a".to_owned(), "tags", "twice");
        wrong(
            |text| (text.sites, text.tags) = Default::default(),
            "sites",
            "at least one",
        );
        wrong(
            |text| text.overdue_hours = "8761".to_owned(),
            "overdue_hours",
            "8760",
        );
        wrong(|text| text.pace.clear(), "pace", "Choose");
        wrong(|text| text.quiet_from.clear(), "quiet_from", "missing");
        wrong(
            |text| text.quiet_until = "7".to_owned(),
            "quiet_until",
            "`7` is no time",
        );
        wrong(
            |text| text.quiet_until = "22:00".to_owned(),
            "quiet_until",
            "ever",
        );
        wrong(
            |text| (text.pace, text.digest_at) = ("digest".to_owned(), "24:00".to_owned()),
            "digest_at",
            "`24:00` is no time",
        );
        wrong(|text| text.timezone.clear(), "timezone", "no time zone");
    }
}
