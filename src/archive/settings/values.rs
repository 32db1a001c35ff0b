//! Schedules, maintenance windows, retention rules and archive plans as values: from the database, or
//! from the records of an archive once the rules of forms hold for them.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::PgConnection;

use super::Settings;
use super::record::{plan, rule, schedule, shown, window};
use crate::db::archives::{self, MOST_PLANS, PlanValues};
use crate::db::retention::{self, StoredRule};
use crate::db::schedules::{self, ScheduleValues, WindowValues};
use crate::managing::retention_in_words;
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
    pub plans: Vec<PlanValues>,
}

/// What is there once: the word for it, and its target or name.
pub type Key = (&'static str, String);

/// The words of keys, in the order of reports.
pub const SCHEDULE: &str = "schedule";
pub const WINDOW: &str = "maintenance window";
pub const RETENTION_RULE: &str = "retention rule";
pub const ARCHIVE_PLAN: &str = "archive plan";

/// How many plans an archive may have: as many as people make, and as many of the inventory file.
const MOST_ARCHIVED_PLANS: usize = 2 * MOST_PLANS;

impl SettingsValues {
    /// Those of the database.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load(conn: &mut PgConnection) -> Result<Self, sqlx::Error> {
        let schedules = schedules::list_schedules(conn).await?.into_iter();
        let windows = schedules::list_windows(conn).await?.into_iter();
        let rules = retention::list_rules(conn).await?.into_iter();
        let plans = archives::list_plans(conn).await?.into_iter();
        Ok(Self {
            schedules: schedules.map(|stored| stored.values).collect(),
            windows: windows.map(|stored| stored.values).collect(),
            retention: rules.map(RetentionValues::from).collect(),
            plans: plans.map(|stored| stored.values).collect(),
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
        let plans = records.plans.iter().map(|one| plan(one, there));
        let values = Self {
            schedules: schedules.collect::<Result<_, _>>()?,
            windows: windows.collect::<Result<_, _>>()?,
            retention: rules.collect::<Result<_, _>>()?,
            plans: plans.collect::<Result<_, _>>()?,
        };
        if values.plans.len() > MOST_ARCHIVED_PLANS {
            let many = values.plans.len();
            return Err(format!(
                "it has {many} archive plans, and there are at most {MOST_ARCHIVED_PLANS}"
            ));
        }
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
        let plans = self
            .plans
            .iter()
            .map(|one| (plan_key(one), plan_in_words(one)));
        schedules.chain(windows).chain(rules).chain(plans)
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
        for plan in &mut self.plans {
            let site = plan.choice.site.as_mut();
            if let Some(slug) = site.filter(|slug| *slug == old) {
                new.clone_into(slug);
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
        self.plans.retain(|one| !here.contains_key(&plan_key(one)));
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

fn plan_key(one: &PlanValues) -> Key {
    (ARCHIVE_PLAN, one.name.clone())
}

fn plan_in_words(one: &PlanValues) -> String {
    let of = one.choice.site.as_deref();
    let of = of.map_or_else(|| "everything".to_owned(), |slug| format!("site {slug}"));
    let zone = one.timezone.as_deref();
    let zone = zone.unwrap_or("on the clock of its site or in UTC");
    let comment = match one.comment.as_str() {
        "" => String::new(),
        comment => format!(", comment `{comment}`"),
    };
    format!(
        "of {of}, {}, {}, {zone}, {} kept{comment}",
        one.choice.in_words(),
        one.rhythm.in_words(),
        one.keep
    )
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
