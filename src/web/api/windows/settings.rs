//! What a program says of a maintenance window, by the names of `devices.toml`; and the same as the
//! texts of the form, which has the checks.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::schedules::WindowValues;
use crate::managing::WindowText;
use crate::model::Span;
use crate::web::api::scheduling::{Day, named, target_texts};
use crate::web::api::whole;
use crate::web::error::PageError;

/// How local moments are written.
const MOMENT: &str = "%Y-%m-%d %H:%M";

/// When no scheduled backup begins, and for what: on days of the week, or once.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WindowSettings {
    /// Unique.
    name: String,
    /// For what has this tag. Of `tag`, `site` and `device` at most one is named; none: it is for
    /// everything.
    #[serde(default)]
    tag: Option<String>,
    /// For the site of this slug.
    #[serde(default)]
    site: Option<String>,
    /// For one device, as `acme-hq/gw-1`.
    #[serde(default)]
    device: Option<String>,
    /// Each week on these days,
    #[serde(default)]
    weekdays: Vec<Day>,
    /// from this time on, as `22:00`,
    #[serde(default)]
    time: Option<String>,
    /// for so many minutes, 1 to 10080.
    #[serde(default, deserialize_with = "whole::optional")]
    #[schema(minimum = 1, maximum = 10_080)]
    minutes: Option<u32>,
    /// Or once, from this local moment, as `2026-12-24 18:00`,
    #[serde(default)]
    from: Option<String>,
    /// until this one.
    #[serde(default)]
    until: Option<String>,
    /// IANA name; null: that of each site.
    #[serde(default)]
    timezone: Option<String>,
}

impl WindowSettings {
    /// What the form would be filled with to say the same.
    ///
    /// # Errors
    /// [`PageError::Wrong`] when it is for several, or comes every week and once.
    pub fn text(&self) -> Result<WindowText, PageError> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let [tag, site, device] = [&self.tag, &self.site, &self.device].map(Option::as_deref);
        let (kind, target) = target_texts(tag, site, device)?;
        let [mon, tue, wed, thu, fri, sat, sun] = Day::boxes(&self.weekdays);
        let is_once = self.from.is_some() || self.until.is_some();
        let is_weekly = !self.weekdays.is_empty() || self.time.is_some() || self.minutes.is_some();
        if is_once && is_weekly {
            let sentence = "Say `weekdays`, `time` and `minutes`, or `from` and `until`.";
            return Err(PageError::Wrong(sentence.to_owned()));
        }
        let minutes = self.minutes.map(|minutes| minutes.to_string());
        Ok(WindowText {
            name: self.name.clone(),
            kind,
            target,
            span: if is_once { "once" } else { "weekly" }.to_owned(),
            mon,
            tue,
            wed,
            thu,
            fri,
            sat,
            sun,
            time: text(&self.time),
            minutes: minutes.unwrap_or_default(),
            from: text(&self.from),
            until: text(&self.until),
            timezone: text(&self.timezone),
        })
    }
}

impl From<&WindowValues> for WindowSettings {
    fn from(values: &WindowValues) -> Self {
        let (tag, site, device) = named(&values.target);
        let settings = Self {
            name: values.name.clone(),
            tag,
            site,
            device,
            timezone: values.timezone.clone(),
            ..Self::default()
        };
        match &values.span {
            Span::Weekly(days, at, minutes) => Self {
                weekdays: Day::of(*days),
                time: Some(at.format("%H:%M").to_string()),
                minutes: Some(*minutes),
                ..settings
            },
            Span::Once(from, until) => Self {
                from: Some(from.format(MOMENT).to_string()),
                until: Some(until.format(MOMENT).to_string()),
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
        for span in [
            "weekly fri,sat 22:00 180",
            "once 2026-12-24T18:00 2026-12-27T06:00",
        ] {
            let values = WindowValues {
                name: "Patch night".to_owned(),
                target: Target::Site("acme".to_owned()),
                span: span.parse().unwrap(),
                timezone: None,
            };
            let text = WindowSettings::from(&values).text().unwrap();
            assert_eq!(text.check(true).unwrap(), values);
        }
    }

    #[test]
    fn a_window_comes_every_week_or_once() {
        let both = WindowSettings {
            time: Some("22:00".to_owned()),
            until: Some("2026-12-27 06:00".to_owned()),
            ..WindowSettings::default()
        };
        assert!(matches!(both.text(), Err(PageError::Wrong(_))));
    }
}
