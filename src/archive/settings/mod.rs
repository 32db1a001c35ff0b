//! Schedules, maintenance windows, retention rules and archive plans of an archive: read to make one,
//! and written to restore one. There is one schedule and one rule for each target, and one window and
//! one plan of a name; so what is there already stays as it is, and is told.

mod plan;
mod record;
mod values;

pub use plan::{PlannedSettings, plan};
pub use values::SettingsValues;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use self::record::plan_target;
use crate::db::archives::PlanValues;
use crate::db::archives::records::{PlanRecord, RetentionRecord, ScheduleRecord, WindowRecord};
use crate::db::{archives, retention, schedules};
use crate::model::{Origin, RetentionTarget, SiteId, Target};

/// The paths of their files.
pub const SCHEDULES: &str = "schedules.jsonl";
pub const WINDOWS: &str = "maintenance_windows.jsonl";
pub const RETENTION_RULES: &str = "retention_rules.jsonl";
pub const ARCHIVE_PLANS: &str = "archive_plans.jsonl";

/// As they stand in an archive.
#[derive(Debug, Default)]
pub struct Settings {
    pub schedules: Vec<ScheduleRecord>,
    pub windows: Vec<WindowRecord>,
    pub retention: Vec<RetentionRecord>,
    pub plans: Vec<PlanRecord>,
}

impl Settings {
    /// Those of the database that are for a target which is in the archive.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load(
        conn: &mut PgConnection,
        is_in: impl Fn(&Target) -> bool,
    ) -> Result<Self, sqlx::Error> {
        let values = SettingsValues::load(conn).await?;
        let is_planned = |one: &PlanValues| is_in(&plan_target(one.choice.site.as_deref()));
        let schedules = values.schedules.into_iter();
        let windows = values.windows.into_iter();
        let rules = values.retention.into_iter();
        let plans = values.plans.into_iter().filter(is_planned);
        Ok(Self {
            schedules: schedules
                .filter(|one| is_in(&one.target))
                .map(ScheduleRecord::from)
                .collect(),
            windows: windows
                .filter(|one| is_in(&one.target))
                .map(WindowRecord::from)
                .collect(),
            retention: rules
                .filter(|one| is_in(&one.target))
                .map(RetentionRecord::from)
                .collect(),
            plans: plans.map(PlanRecord::from).collect(),
        })
    }
}

/// Writes what a plan says is new; it is the browser's from then on. `sites` are those that the
/// caller's transaction has made, by their slugs here.
///
/// # Errors
/// When the database fails.
pub async fn insert(
    conn: &mut PgConnection,
    planned: &PlannedSettings,
    sites: &HashMap<String, SiteId>,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let new = &planned.new;
    let wanted: Vec<_> = new
        .schedules
        .iter()
        .map(|one| (None, one.clone()))
        .collect();
    schedules::save_schedules(conn, Origin::Browser, &wanted).await?;
    let wanted: Vec<_> = new.windows.iter().map(|one| (None, one.clone())).collect();
    schedules::save_windows(conn, Origin::Browser, &wanted).await?;
    for one in &new.retention {
        let target = match &one.target {
            Target::Everything => RetentionTarget::All,
            Target::Tag(tag) => RetentionTarget::Tag(tag.clone()),
            Target::Site(slug) | Target::Device(slug, _) => match sites.get(slug) {
                Some(site) => RetentionTarget::Site(*site),
                None => return Err(sqlx::Error::RowNotFound),
            },
        };
        retention::save_rule(conn, Origin::Browser, (&target, &one.rule), now).await?;
    }
    for one in &new.plans {
        archives::insert_plan(conn, Origin::Browser, one).await?;
    }
    Ok(())
}

/// How many of what a plan says is new are in the database as they are meant, of how many.
///
/// # Errors
/// When the database fails.
pub async fn count_inserted(
    conn: &mut PgConnection,
    planned: &PlannedSettings,
) -> Result<(usize, usize), sqlx::Error> {
    let here: HashMap<_, _> = SettingsValues::load(conn).await?.told().collect();
    let new: Vec<_> = planned.new.told().collect();
    let is_here = |(key, said): &&(_, String)| here.get(key) == Some(said);
    Ok((new.iter().filter(is_here).count(), new.len()))
}
