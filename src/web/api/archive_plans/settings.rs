//! What a program says of a plan of archives, by the names of `devices.toml`; and the same as the
//! texts of the form, which has the checks.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::archives::PlanValues;
use crate::db::schedules::ScheduleValues;
use crate::managing::ArchivePlanText;
use crate::model::{ArchivedSecrets, Contents, History, Target};
use crate::web::api::schedules::{RhythmKind, ScheduleSettings};
use crate::web::api::scheduling::Day;
use crate::web::api::whole;
use crate::web::error::PageError;

/// What is archived by itself, when, and how many are kept.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ArchivePlanSettings {
    /// No other plan has it.
    name: String,
    /// The slug of the only site; null or left out: all.
    #[serde(default)]
    site: Option<String>,
    history: History,
    contents: Contents,
    secrets: ArchivedSecrets,
    rhythm: RhythmKind,
    /// Of the hour, 0 to 59, for `hourly`.
    #[serde(default, deserialize_with = "whole::optional")]
    #[schema(minimum = 0, maximum = 59)]
    minute: Option<u32>,
    /// `02:00`, for `daily` and `weekly`.
    #[serde(default)]
    time: Option<String>,
    /// For `weekly`.
    #[serde(default)]
    weekdays: Vec<Day>,
    /// Five fields, for `cron`.
    #[serde(default)]
    cron: Option<String>,
    /// IANA name; null: that of the site, or UTC.
    #[serde(default)]
    timezone: Option<String>,
    /// How many of its archives are kept; null: 7.
    #[serde(default, deserialize_with = "whole::optional")]
    #[schema(minimum = 1, maximum = 100)]
    keep: Option<u32>,
    /// Stands beside each archive.
    #[serde(default)]
    #[schema(max_length = 500)]
    comment: String,
}

impl ArchivePlanSettings {
    /// What the form would be filled with to say the same.
    ///
    /// # Errors
    /// [`PageError::Wrong`] when the minute is none.
    pub fn text(&self) -> Result<ArchivePlanText, PageError> {
        let when = ScheduleSettings {
            rhythm: self.rhythm,
            minute: self.minute,
            time: self.time.clone(),
            weekdays: self.weekdays.clone(),
            cron: self.cron.clone(),
            ..ScheduleSettings::default()
        };
        let usual = ArchivePlanText::new();
        let text = ArchivePlanText {
            name: self.name.clone(),
            site: self.site.clone().unwrap_or_default(),
            history: self.history.to_string(),
            contents: self.contents.to_string(),
            secrets: self.secrets.to_string(),
            timezone: self.timezone.clone().unwrap_or_default(),
            keep: self.keep.map_or(usual.keep, |keep| keep.to_string()),
            comment: self.comment.clone(),
            ..ArchivePlanText::default()
        };
        Ok(text.with_rhythm(when.text()?))
    }
}

impl From<&PlanValues> for ArchivePlanSettings {
    fn from(values: &PlanValues) -> Self {
        let when = ScheduleSettings::from(&ScheduleValues {
            target: Target::Everything,
            rhythm: values.rhythm.clone(),
            timezone: None,
            spread_secs: 0,
            per_site: None,
        });
        let choice = &values.choice;
        Self {
            name: values.name.clone(),
            site: choice.site.clone(),
            history: choice.history,
            contents: choice.contents,
            secrets: choice.secrets,
            rhythm: when.rhythm,
            minute: when.minute,
            time: when.time,
            weekdays: when.weekdays,
            cron: when.cron,
            timezone: values.timezone.clone(),
            keep: Some(values.keep),
            comment: values.comment.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ArchiveChoice;

    #[test]
    fn what_is_stored_comes_back_from_what_a_program_is_told_of_it() {
        for rhythm in ["off", "weekly sun 04:00", "cron 30 2 * * 1-5"] {
            let values = PlanValues {
                name: "Weekly".to_owned(),
                choice: ArchiveChoice::usual(Some("acme".to_owned())),
                comment: "For the auditor".to_owned(),
                rhythm: rhythm.parse().unwrap(),
                timezone: Some("Europe/London".to_owned()),
                keep: 3,
            };
            let text = ArchivePlanSettings::from(&values).text().unwrap();
            assert_eq!(text.check(true).unwrap(), values);
        }
    }
}
