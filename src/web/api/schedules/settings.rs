//! What a program says of a schedule, by the names of `devices.toml`; and the same as the texts of
//! the form, which has the checks.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::schedules::ScheduleValues;
use crate::managing::ScheduleText;
use crate::model::Rhythm;
use crate::web::api::scheduling::{Day, named, target_texts};
use crate::web::api::whole;
use crate::web::error::PageError;

/// When backups begin by themselves, and for what.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleSettings {
    /// For what has this tag. Of `tag`, `site` and `device` at most one is named; none: it is for
    /// everything.
    #[serde(default)]
    pub tag: Option<String>,
    /// For the site of this slug.
    #[serde(default)]
    pub site: Option<String>,
    /// For one device, as `acme-hq/gw-1`.
    #[serde(default)]
    pub device: Option<String>,
    pub rhythm: RhythmKind,
    /// Of the hour, 0 to 59, for `hourly`.
    #[serde(default, deserialize_with = "whole::optional")]
    #[schema(minimum = 0, maximum = 59)]
    pub minute: Option<u32>,
    /// `02:00`, for `daily` and `weekly`.
    #[serde(default)]
    pub time: Option<String>,
    /// For `weekly`.
    #[serde(default)]
    pub weekdays: Vec<Day>,
    /// Five fields, for `cron`.
    #[serde(default)]
    pub cron: Option<String>,
    /// IANA name; null: that of each site.
    #[serde(default)]
    pub timezone: Option<String>,
    /// Over how many minutes the sites are spread, 0 to 720; null: 60.
    #[serde(default, deserialize_with = "whole::optional")]
    #[schema(minimum = 0, maximum = 720)]
    pub spread_minutes: Option<u32>,
    /// How many backups of a site may run at once, 1 to 1000; null: what collectors are told.
    #[serde(default, deserialize_with = "whole::optional")]
    #[schema(minimum = 1, maximum = 1000)]
    pub per_site: Option<u32>,
}

/// How often it comes.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RhythmKind {
    /// Never.
    #[default]
    Off,
    Hourly,
    Daily,
    Weekly,
    Cron,
}

impl RhythmKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Hourly => "hourly",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Cron => "cron",
        }
    }
}

impl ScheduleSettings {
    /// What the form would be filled with to say the same.
    ///
    /// # Errors
    /// [`PageError::Wrong`] when it is for several, or the minute is none.
    pub fn text(&self) -> Result<ScheduleText, PageError> {
        let number = |number: Option<u32>| number.map_or_else(String::new, |one| one.to_string());
        let [tag, site, device] = [&self.tag, &self.site, &self.device].map(Option::as_deref);
        let (kind, target) = target_texts(tag, site, device)?;
        if self.minute.is_some_and(|minute| minute > 59) {
            let sentence = "The minute is a number from 0 to 59.";
            return Err(PageError::Wrong(sentence.to_owned()));
        }
        let [mon, tue, wed, thu, fri, sat, sun] = Day::boxes(&self.weekdays);
        let usual = ScheduleText::new();
        Ok(ScheduleText {
            kind,
            target,
            rhythm: self.rhythm.as_str().to_owned(),
            minute: number(self.minute),
            time: self.time.clone().unwrap_or_default(),
            mon,
            tue,
            wed,
            thu,
            fri,
            sat,
            sun,
            cron: self.cron.clone().unwrap_or_default(),
            timezone: self.timezone.clone().unwrap_or_default(),
            spread_minutes: match self.spread_minutes {
                Some(minutes) => minutes.to_string(),
                None => usual.spread_minutes,
            },
            per_site: number(self.per_site),
        })
    }
}

impl From<&ScheduleValues> for ScheduleSettings {
    fn from(values: &ScheduleValues) -> Self {
        let (tag, site, device) = named(&values.target);
        let settings = Self {
            tag,
            site,
            device,
            timezone: values.timezone.clone(),
            spread_minutes: Some(values.spread_secs / 60),
            per_site: values.per_site,
            ..Self::default()
        };
        let time = |at: &chrono::NaiveTime| Some(at.format("%H:%M").to_string());
        match &values.rhythm {
            Rhythm::Off => settings,
            Rhythm::Hourly(minute) => Self {
                rhythm: RhythmKind::Hourly,
                minute: Some(*minute),
                ..settings
            },
            Rhythm::Daily(at) => Self {
                rhythm: RhythmKind::Daily,
                time: time(at),
                ..settings
            },
            Rhythm::Weekly(days, at) => Self {
                rhythm: RhythmKind::Weekly,
                weekdays: Day::of(*days),
                time: time(at),
                ..settings
            },
            Rhythm::Cron(pattern) => Self {
                rhythm: RhythmKind::Cron,
                cron: Some(pattern.clone()),
                ..settings
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Target;

    #[test]
    fn what_is_stored_comes_back_from_what_a_program_is_told_of_it() {
        for (rhythm, target) in [
            ("off", Target::Everything),
            ("hourly 7", Target::Tag("gold".to_owned())),
            ("daily 02:00", Target::Site("acme".to_owned())),
            (
                "weekly mon,sun 23:59",
                Target::Device("acme".to_owned(), "gw 1".to_owned()),
            ),
            ("cron 30 2 * * 1-5", Target::Everything),
        ] {
            let values = ScheduleValues {
                target,
                rhythm: rhythm.parse().unwrap(),
                timezone: Some("Europe/London".to_owned()),
                spread_secs: 1800,
                per_site: Some(4),
            };
            let text = ScheduleSettings::from(&values).text().unwrap();
            assert_eq!(text.check(true).unwrap(), values);
        }
    }

    #[test]
    fn a_schedule_is_for_one_thing() {
        let two = ScheduleSettings {
            tag: Some("gold".to_owned()),
            site: Some("acme".to_owned()),
            ..ScheduleSettings::default()
        };
        assert!(matches!(two.text(), Err(PageError::Wrong(_))));
    }
}
