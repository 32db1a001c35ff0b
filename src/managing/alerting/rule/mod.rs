//! A rule of alerts as it is typed: what a form shows, of a new rule and of one that is there. What
//! is meant by it is found out apart (`check`).

mod check;
#[cfg(test)]
mod tests;

use chrono::NaiveTime;

use crate::db::alerts::settings::{AlertRule, AlertRuleValues};
use crate::managing::text::{split_tags, texts};
use crate::model::AlertKind;

/// How many hours a rule waits before a device is overdue when nothing is said of it: two nights.
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
