//! Schedules, maintenance windows and retention rules as values: from the database, or from the
//! records of an archive once the rules of forms hold for them.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::PgConnection;

use super::Settings;
use crate::db::archives::records::{RetentionRecord, ScheduleRecord, WindowRecord};
use crate::db::retention::{self, StoredRule};
use crate::db::schedules::{self, ScheduleValues, WindowValues};
use crate::inventory::rules;
use crate::managing::{RetentionText, ScheduleText, WindowText, retention_in_words};
use crate::model::{Retention, RetentionTarget, Target};

/// A retention rule and what it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionValues {
    /// Never a device.
    pub target: Target,
    pub rule: Retention,
}

/// All of them.
#[derive(Debug, Default)]
pub struct SettingsValues {
    pub schedules: Vec<ScheduleValues>,
    pub windows: Vec<WindowValues>,
    pub retention: Vec<RetentionValues>,
}

/// What is there once: the word for it, and its target or name.
pub type Key = (&'static str, String);

/// The words of keys, in the order of reports.
pub const SCHEDULE: &str = "schedule";
pub const WINDOW: &str = "maintenance window";
pub const RETENTION_RULE: &str = "retention rule";

impl SettingsValues {
    /// Those of the database.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load(conn: &mut PgConnection) -> Result<Self, sqlx::Error> {
        let schedules = schedules::list_schedules(conn).await?.into_iter();
        let windows = schedules::list_windows(conn).await?.into_iter();
        let rules = retention::list_rules(conn).await?.into_iter();
        Ok(Self {
            schedules: schedules.map(|stored| stored.values).collect(),
            windows: windows.map(|stored| stored.values).collect(),
            retention: rules.map(RetentionValues::from).collect(),
        })
    }

    /// Those of an archive that has these sites and devices.
    ///
    /// # Errors
    /// What is wrong first, a sentence without its full stop.
    pub fn check(records: &Settings, there: &BTreeSet<Target>) -> Result<Self, String> {
        let schedules = records.schedules.iter().map(|one| schedule(one, there));
        let windows = records.windows.iter().map(|one| window(one, there));
        let rules = records.retention.iter().map(|one| rule(one, there));
        let values = Self {
            schedules: schedules.collect::<Result<_, _>>()?,
            windows: windows.collect::<Result<_, _>>()?,
            retention: rules.collect::<Result<_, _>>()?,
        };
        let mut keys = BTreeSet::new();
        for (what, name) in values.keys() {
            if !keys.insert((what, name.clone())) {
                return Err(format!("the {what} {} is in it twice", shown(&name)));
            }
        }
        Ok(values)
    }

    fn keys(&self) -> impl Iterator<Item = Key> {
        self.told().map(|(key, _)| key)
    }

    /// Each with all that is said of it, in words.
    pub fn told(&self) -> impl Iterator<Item = (Key, String)> {
        let schedules = self.schedules.iter().map(|one| {
            let said = schedule_in_words(one);
            (schedule_key(one), said)
        });
        let windows = self.windows.iter().map(|one| {
            let zone = one.timezone.as_deref().unwrap_or("on each site's clock");
            let said = format!("for {}, {}, {zone}", one.target, one.span.in_words());
            (window_key(one), said)
        });
        let rules = self
            .retention
            .iter()
            .map(|one| (rule_key(one), retention_in_words(&one.rule)));
        schedules.chain(windows).chain(rules)
    }

    /// The same with another slug in place of `old`.
    #[must_use]
    pub fn moved(mut self, old: &str, new: &str) -> Self {
        let schedules = self.schedules.iter_mut().map(|one| &mut one.target);
        let windows = self.windows.iter_mut().map(|one| &mut one.target);
        let rules = self.retention.iter_mut().map(|one| &mut one.target);
        for target in schedules.chain(windows).chain(rules) {
            match target {
                Target::Site(slug) | Target::Device(slug, _) if slug == old => {
                    new.clone_into(slug);
                }
                _ => {}
            }
        }
        self
    }

    /// Those that `here` does not have.
    #[must_use]
    pub fn without(mut self, here: &BTreeMap<Key, String>) -> Self {
        self.schedules
            .retain(|one| !here.contains_key(&schedule_key(one)));
        self.windows
            .retain(|one| !here.contains_key(&window_key(one)));
        self.retention
            .retain(|one| !here.contains_key(&rule_key(one)));
        self
    }
}

fn schedule_key(one: &ScheduleValues) -> Key {
    (SCHEDULE, one.target.to_string())
}

fn window_key(one: &WindowValues) -> Key {
    (WINDOW, one.name.clone())
}

fn rule_key(one: &RetentionValues) -> Key {
    (RETENTION_RULE, one.target.to_string())
}

fn schedule_in_words(one: &ScheduleValues) -> String {
    let zone = one.timezone.as_deref().unwrap_or("on each site's clock");
    let cap = one
        .per_site
        .map_or_else(String::new, |cap| format!(", {cap} at a time"));
    let spread = one.spread_secs / 60;
    format!(
        "{}, {zone}, spread over {spread} min{cap}",
        one.rhythm.in_words()
    )
}

impl From<StoredRule> for RetentionValues {
    fn from(stored: StoredRule) -> Self {
        let target = match stored.target {
            RetentionTarget::All => Target::Everything,
            RetentionTarget::Tag(tag) => Target::Tag(tag),
            RetentionTarget::Site(_) => {
                Target::Site(stored.site.map(|(slug, _)| slug).unwrap_or_default())
            }
        };
        Self {
            target,
            rule: stored.rule,
        }
    }
}

fn schedule(record: &ScheduleRecord, there: &BTreeSet<Target>) -> Result<ScheduleValues, String> {
    let what = || format!("the schedule for {}", shown(&record.target.to_string()));
    check_target(&record.target, there).map_err(|wrong| format!("{} {wrong}", what()))?;
    let strange = || format!("{} can not be read", what());
    let values = ScheduleValues {
        target: record.target.clone(),
        rhythm: record.rhythm.parse().map_err(|_| strange())?,
        timezone: record.timezone.clone(),
        spread_secs: record.spread_secs,
        per_site: record.per_site,
    };
    match ScheduleText::from(&values).check(false) {
        Ok(checked) if checked == values => Ok(values),
        Ok(_) => Err(strange()),
        Err(problems) => Err(format!("of {}: {}", what(), problems.first())),
    }
}

fn window(record: &WindowRecord, there: &BTreeSet<Target>) -> Result<WindowValues, String> {
    let what = || format!("the maintenance window {}", shown(&record.name));
    check_target(&record.target, there).map_err(|wrong| format!("{} {wrong}", what()))?;
    let strange = || format!("{} can not be read", what());
    let values = WindowValues {
        name: record.name.clone(),
        target: record.target.clone(),
        span: record.span.parse().map_err(|_| strange())?,
        timezone: record.timezone.clone(),
    };
    match WindowText::from(&values).check(false) {
        Ok(checked) if checked == values => Ok(values),
        Ok(_) => Err(strange()),
        Err(problems) => Err(format!("of {}: {}", what(), problems.first())),
    }
}

fn rule(record: &RetentionRecord, there: &BTreeSet<Target>) -> Result<RetentionValues, String> {
    let what = || {
        format!(
            "the retention rule for {}",
            shown(&record.target.to_string())
        )
    };
    check_target(&record.target, there).map_err(|wrong| format!("{} {wrong}", what()))?;
    if matches!(record.target, Target::Device(..)) {
        return Err(format!("{} can not be: rules are not for devices", what()));
    }
    let text = RetentionText::of(&RetentionTarget::All, "", &record.rule);
    match text.check() {
        Ok(checked) if checked == record.rule => Ok(RetentionValues {
            target: record.target.clone(),
            rule: record.rule,
        }),
        Ok(_) => Err(format!("{} can not be read", what())),
        Err(problems) => Err(format!("of {}: {}", what(), problems.first())),
    }
}

/// Refuses what is for a site or device that the archive does not have, or for a tag that is none.
/// The end of a sentence.
fn check_target(target: &Target, there: &BTreeSet<Target>) -> Result<(), String> {
    match target {
        Target::Everything => Ok(()),
        Target::Tag(tag) => {
            rules::check_tag(tag).map_err(|wrong| format!("has a tag that {wrong}"))
        }
        Target::Site(_) | Target::Device(..) if there.contains(target) => Ok(()),
        Target::Site(_) | Target::Device(..) => Err("is for what is not in it".to_owned()),
    }
}

fn shown(name: &str) -> String {
    crate::visible::text(name)
}
