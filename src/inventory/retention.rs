//! `[[retention]]`: how long backups are kept, with the bounds that the form has.

use std::collections::HashMap;

use super::keys;
use super::report::Report;
use super::section::Section;
use super::targets::{self, Known};
use super::types::{KeptOf, RetentionRule, Site};
use crate::model::retention::{MOST_DAYS, MOST_SNAPSHOTS};
use crate::model::{Retention, Target, Thinning};

/// The keys that say what a rule is for.
const OF_WHAT: &[&str] = &["tag", "site"];

/// Reads every `[[retention]]`; those with a problem are reported and left out.
pub(super) fn read(top: &Section<'_>, sites: &[Site], report: &mut Report) -> Vec<RetentionRule> {
    let known = Known::of(sites, report);
    let mut rules = Vec::new();
    let mut lines: HashMap<KeptOf, usize> = HashMap::new();
    for section in top.tables("retention", ("[[retention]]", keys::RETENTION), report) {
        let target = targets::read(&section, &known, OF_WHAT, report).and_then(kept_of);
        if let Some(target) = &target {
            let line = report.line(&section.header);
            if let Some(first) = lines.insert(target.clone(), line) {
                let twice =
                    format!("there is a [[retention]] for {target} in line {first} already");
                report.add(&section.header, twice);
            }
        }
        let rule = read_rule(&section, report);
        if let (Some(target), Some(rule)) = (target, rule) {
            rules.push(RetentionRule { target, rule });
        }
    }
    rules
}

/// `None` for a device, which no key of the section can name.
fn kept_of(target: Target) -> Option<KeptOf> {
    match target {
        Target::Everything => Some(KeptOf::Everything),
        Target::Tag(tag) => Some(KeptOf::Tag(tag)),
        Target::Site(slug) => Some(KeptOf::Site(slug)),
        Target::Device(..) => None,
    }
}

/// Nothing said is for ever.
fn read_rule(section: &Section<'_>, report: &mut Report) -> Option<Retention> {
    let count = number(section, "keep_newest", MOST_SNAPSHOTS, report);
    let days = number(section, "keep_days", MOST_DAYS, report);
    let all_days = number(section, "thin_all_days", MOST_DAYS, report);
    let daily_days = number(section, "thin_daily_days", MOST_DAYS, report);
    let (has_all, has_daily) = (section.has("thin_all_days"), section.has("thin_daily_days"));
    if has_all != has_daily {
        let missing = if has_all {
            "thin_daily_days"
        } else {
            "thin_all_days"
        };
        let message =
            format!("thinning needs `thin_all_days` and `thin_daily_days`; add `{missing}`");
        report.add(&section.header, message);
        return None;
    }
    let thinning = all_days.zip(daily_days);
    if thinning.is_some_and(|(all_days, daily_days)| daily_days < all_days) {
        let message = "`thin_daily_days` ends before `thin_all_days` does; write a number that is not below it";
        report.add(&section.header, message);
        return None;
    }
    Some(Retention {
        count,
        days,
        thinning: thinning.map(|(all_days, daily_days)| Thinning {
            all_days,
            daily_days,
        }),
    })
}

/// A whole number from 1; `None` also when it is wrong, which is reported.
fn number(section: &Section<'_>, key: &str, most: i32, report: &mut Report) -> Option<i32> {
    let number = section.number(key, most.unsigned_abs(), report)?;
    i32::try_from(number).ok()
}
