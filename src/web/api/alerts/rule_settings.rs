//! What a program says of a rule of alerts; and the same as the texts of the form, which has the
//! checks.

use chrono::NaiveTime;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::alerts::settings::AlertRule;
use crate::managing::AlertRuleText;
use crate::model::AlertKind;
use crate::web::api::managed::{slugs_text, tags_text};
use crate::web::api::whole;
use crate::web::error::PageError;

/// Who hears of what.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertRuleSettings {
    /// Unique.
    name: String,
    #[serde(default = "on")]
    enabled: bool,
    /// The name of the destination that its messages go to.
    destination: String,
    /// What it tells of.
    #[schema(min_items = 1)]
    kinds: Vec<AlertKind>,
    /// Whether it is for everything; else for the sites and tags that are named.
    #[serde(default)]
    all_sites: bool,
    /// Slugs.
    #[serde(default)]
    sites: Vec<String>,
    /// Of devices or of sites.
    #[serde(default)]
    tags: Vec<String>,
    /// How many hours after its last verified backup a device is overdue, 1 to 8760; null: 48.
    #[serde(default, deserialize_with = "whole::optional")]
    #[schema(minimum = 1, maximum = 8760)]
    overdue_hours: Option<u32>,
    /// The time of one message a day, as `07:00`; null: a message as soon as something happens.
    #[serde(default)]
    digest_at: Option<String>,
    /// Where there is no digest: nothing is sent from this time on,
    #[serde(default)]
    quiet_from: Option<String>,
    /// until this one.
    #[serde(default)]
    quiet_until: Option<String>,
    /// IANA name of the zone of these times; null: UTC.
    #[serde(default)]
    timezone: Option<String>,
}

const fn on() -> bool {
    true
}

impl AlertRuleSettings {
    /// What the form would be filled with to say the same.
    ///
    /// # Errors
    /// [`PageError::Wrong`] when it is for everything and for some, or has a digest and quiet hours.
    pub fn text(&self) -> Result<AlertRuleText, PageError> {
        let wrong = |sentence: &str| Err(PageError::Wrong(sentence.to_owned()));
        if self.all_sites && !(self.sites.is_empty() && self.tags.is_empty()) {
            return wrong("Say `all_sites`, or name `sites` and `tags`.");
        }
        let is_quiet = self.quiet_from.is_some() || self.quiet_until.is_some();
        if self.digest_at.is_some() && is_quiet {
            return wrong("Say `digest_at`, or `quiet_from` and `quiet_until`.");
        }
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let ticked = |is_so: bool| if is_so { "true" } else { "" }.to_owned();
        let kinds: Vec<&str> = self.kinds.iter().map(|kind| kind.as_str()).collect();
        let usual = AlertRuleText::new();
        let hours = self.overdue_hours.map(|hours| hours.to_string());
        let pace = if self.digest_at.is_some() {
            "digest"
        } else {
            "now"
        };
        Ok(AlertRuleText {
            name: self.name.clone(),
            enabled: ticked(self.enabled),
            destination: self.destination.clone(),
            kinds: kinds.join(", "),
            all_sites: ticked(self.all_sites),
            sites: slugs_text(&self.sites)?,
            tags: tags_text(&self.tags)?,
            overdue_hours: hours.unwrap_or(usual.overdue_hours),
            pace: pace.to_owned(),
            digest_at: text(&self.digest_at),
            quiet_from: text(&self.quiet_from),
            quiet_until: text(&self.quiet_until),
            timezone: self.timezone.clone().unwrap_or(usual.timezone),
        })
    }
}

impl From<&AlertRule> for AlertRuleSettings {
    fn from(rule: &AlertRule) -> Self {
        let values = &rule.values;
        let time = |at: NaiveTime| at.format("%H:%M").to_string();
        Self {
            name: values.name.clone(),
            enabled: values.enabled,
            destination: rule.destination_name.clone(),
            kinds: values.kinds.clone(),
            all_sites: values.all_sites,
            sites: values.sites.clone(),
            tags: values.tags.clone(),
            overdue_hours: u32::try_from(values.overdue_hours).ok(),
            digest_at: values.digest_at.map(time),
            quiet_from: values.quiet.map(|(from, _)| time(from)),
            quiet_until: values.quiet.map(|(_, until)| time(until)),
            timezone: Some(values.timezone.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::alerts::settings::AlertRuleValues;
    use crate::model::{AlertRuleId, DestinationId, DestinationKind};

    fn rule() -> AlertRule {
        let at = |text: &str| text.parse::<NaiveTime>().unwrap();
        AlertRule {
            id: AlertRuleId(1),
            values: AlertRuleValues {
                name: "Failures".to_owned(),
                destination: DestinationId(7),
                enabled: false,
                kinds: vec![AlertKind::FirstFailure, AlertKind::Overdue],
                all_sites: false,
                sites: vec!["acme".to_owned(), "depot".to_owned()],
                tags: vec!["gold".to_owned()],
                overdue_hours: 72,
                digest_at: None,
                quiet: Some((at("22:00:00"), at("07:00:00"))),
                timezone: "Europe/London".to_owned(),
            },
            destination_name: "Night shift".to_owned(),
            destination_kind: DestinationKind::Mail,
        }
    }

    #[test]
    fn what_a_program_is_told_fills_the_form_as_the_rule_does() {
        let mut daily = rule();
        daily.values.quiet = None;
        daily.values.digest_at = "06:30:00".parse().ok();
        daily.values.all_sites = true;
        (daily.values.sites, daily.values.tags) = Default::default();
        for (rule, pace) in [(rule(), "now"), (daily, "digest")] {
            let text = AlertRuleSettings::from(&rule).text().unwrap();
            let digest_at = text.digest_at.clone();
            let expected = AlertRuleText {
                // Of what does not count the form has a proposal.
                digest_at,
                ..AlertRuleText::from(&rule)
            };
            assert_eq!(text, expected);
            assert_eq!(text.pace, pace);
        }
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        let said = AlertRuleSettings::from(&rule());
        let all = AlertRuleSettings {
            all_sites: true,
            ..said.clone()
        };
        let both = AlertRuleSettings {
            digest_at: Some("07:00".to_owned()),
            ..said.clone()
        };
        let several = AlertRuleSettings {
            sites: vec!["acme, depot".to_owned()],
            ..said
        };
        for wrong in [all, both, several] {
            assert!(matches!(wrong.text(), Err(PageError::Wrong(_))));
        }
    }
}
