//! One record of an archive from values, and as values if the rules of forms hold for it: what is
//! wrong is a sentence without its full stop.

use std::collections::BTreeSet;

use super::values::RetentionValues;
use crate::db::archives::PlanValues;
use crate::db::archives::records::{PlanRecord, RetentionRecord, ScheduleRecord, WindowRecord};
use crate::db::schedules::{ScheduleValues, WindowValues};
use crate::inventory::rules;
use crate::managing::{ArchivePlanText, RetentionText, ScheduleText, WindowText};
use crate::model::{RetentionTarget, Target};

impl From<ScheduleValues> for ScheduleRecord {
    fn from(values: ScheduleValues) -> Self {
        Self {
            target: values.target,
            rhythm: values.rhythm.to_string(),
            timezone: values.timezone,
            spread_secs: values.spread_secs,
            per_site: values.per_site,
        }
    }
}

impl From<WindowValues> for WindowRecord {
    fn from(values: WindowValues) -> Self {
        Self {
            name: values.name,
            target: values.target,
            span: values.span.to_string(),
            timezone: values.timezone,
        }
    }
}

impl From<RetentionValues> for RetentionRecord {
    fn from(values: RetentionValues) -> Self {
        Self {
            target: values.target,
            rule: values.rule,
        }
    }
}

impl From<PlanValues> for PlanRecord {
    fn from(values: PlanValues) -> Self {
        Self {
            name: values.name,
            choice: values.choice,
            comment: values.comment,
            rhythm: values.rhythm.to_string(),
            timezone: values.timezone,
            keep: values.keep,
        }
    }
}

pub(super) fn schedule(
    record: &ScheduleRecord,
    there: &BTreeSet<Target>,
) -> Result<ScheduleValues, String> {
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

pub(super) fn window(
    record: &WindowRecord,
    there: &BTreeSet<Target>,
) -> Result<WindowValues, String> {
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

pub(super) fn rule(
    record: &RetentionRecord,
    there: &BTreeSet<Target>,
) -> Result<RetentionValues, String> {
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

pub(super) fn plan(record: &PlanRecord, there: &BTreeSet<Target>) -> Result<PlanValues, String> {
    let what = || format!("the archive plan {}", shown(&record.name));
    check_target(&plan_target(record.choice.site.as_deref()), there)
        .map_err(|wrong| format!("{} {wrong}", what()))?;
    let strange = || format!("{} can not be read", what());
    let values = PlanValues {
        name: record.name.clone(),
        choice: record.choice.clone(),
        comment: record.comment.clone(),
        rhythm: record.rhythm.parse().map_err(|_| strange())?,
        timezone: record.timezone.clone(),
        keep: record.keep,
    };
    match ArchivePlanText::from(&values).check(false) {
        Ok(checked) if checked == values => Ok(values),
        Ok(_) => Err(strange()),
        Err(problems) => Err(format!("of {}: {}", what(), problems.first())),
    }
}

/// Of what the archives of a plan are; `site` is a slug.
pub(super) fn plan_target(site: Option<&str>) -> Target {
    site.map_or(Target::Everything, |slug| Target::Site(slug.to_owned()))
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

pub(super) fn shown(name: &str) -> String {
    crate::visible::text(name)
}
