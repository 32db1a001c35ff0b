//! Rules of retention, and the limits of runs, as they are typed, and checked.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::change::{Changed, Refused};
use super::problems::Problems;
use super::text::{stamp, texts};
use crate::db::managing as db;
use crate::db::retention::{self, StoredRule};
use crate::inventory::rules;
use crate::model::retention::{MOST_DAYS, MOST_SNAPSHOTS};
use crate::model::{Origin, Retention, RetentionTarget, RunLimits, Thinning};

texts! {
    /// A rule as it is typed.
    RetentionText {
        /// `all`, `site` or `tag`.
        target,
        /// Slug of the site that it is for; of no meaning for another target, as the tag is.
        site,
        tag,
        /// The three ways; each empty: not so.
        count,
        days,
        /// `1`: thinned, after the days below.
        thin,
        all_days,
        daily_days,
    }
}

texts! {
    /// The limits of runs as they are typed; empty: for ever.
    RunLimitsText { runs_days, trails_days }
}

impl RetentionText {
    /// A rule for this target, with what the form offers where nothing is said.
    #[must_use]
    pub fn of(target: &RetentionTarget, slug: &str, rule: &Retention) -> Self {
        let (kind, tag) = match target {
            RetentionTarget::All => ("all", ""),
            RetentionTarget::Site(_) => ("site", ""),
            RetentionTarget::Tag(tag) => ("tag", tag.as_str()),
        };
        let thinning = rule.thinning.unwrap_or(Thinning::USUAL);
        Self {
            target: kind.to_owned(),
            site: slug.to_owned(),
            tag: tag.to_owned(),
            count: number_text(rule.count),
            days: number_text(rule.days),
            thin: rule.thinning.map_or("", |_| "1").to_owned(),
            all_days: thinning.all_days.to_string(),
            daily_days: thinning.daily_days.to_string(),
        }
    }

    /// What is meant.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn check(&self) -> Result<Retention, Problems> {
        let mut problems = Problems::default();
        let count = number(&mut problems, "count", &self.count, MOST_SNAPSHOTS);
        let days = number(&mut problems, "days", &self.days, MOST_DAYS);
        let mut rule = Retention {
            count,
            days,
            thinning: None,
        };
        if self.is_thinned() {
            let all_days = needed(&mut problems, "all_days", &self.all_days);
            let daily_days = needed(&mut problems, "daily_days", &self.daily_days);
            rule.thinning = all_days
                .zip(daily_days)
                .map(|(all_days, daily_days)| Thinning {
                    all_days,
                    daily_days,
                });
            if rule
                .thinning
                .is_some_and(|thinning| thinning.daily_days < thinning.all_days)
            {
                problems.add("daily_days", "These days begin before all are kept no longer; write a number that is not below the one above");
            }
        }
        if problems.is_empty() {
            Ok(rule)
        } else {
            Err(problems)
        }
    }

    /// Whether the box of thinning is ticked.
    #[must_use]
    pub fn is_thinned(&self) -> bool {
        self.thin == "1"
    }
}

fn number_text(number: Option<i32>) -> String {
    number.map_or_else(String::new, |number| number.to_string())
}

/// A number that may be left out; `None` also when it is wrong.
fn number(problems: &mut Problems, field: &'static str, text: &str, most: i32) -> Option<i32> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let number = text
        .parse()
        .ok()
        .filter(|number| (1..=most).contains(number));
    if number.is_none() {
        problems.add(
            field,
            format!("This is to be a whole number from 1 to {most}, or empty"),
        );
    }
    number
}

fn needed(problems: &mut Problems, field: &'static str, text: &str) -> Option<i32> {
    if text.trim().is_empty() {
        problems.add(
            field,
            "Thinning needs this number; write one, or take the tick away",
        );
    }
    number(problems, field, text, MOST_DAYS)
}

/// What a text says it is for, with the site's slug for the audit.
///
/// # Errors
/// [`Refused::Wrong`] when there is no such site or the tag is none, or what the database answers.
pub async fn find_target(
    conn: &mut PgConnection,
    text: &RetentionText,
) -> Result<RetentionTarget, Refused> {
    let mut problems = Problems::default();
    match text.target.as_str() {
        "all" => return Ok(RetentionTarget::All),
        "site" => match db::get_site(conn, text.site.trim()).await? {
            Some(site) => return Ok(RetentionTarget::Site(site.id)),
            None => problems.add(
                "site",
                "There is no such site; write its slug as its address has it",
            ),
        },
        "tag" => {
            let tag = text.tag.trim();
            if problems
                .take("tag", "The tag", rules::check_tag(tag))
                .is_some()
            {
                return Ok(RetentionTarget::Tag(tag.to_owned()));
            }
        }
        _ => problems.add("target", "Choose what the rule is for"),
    }
    Err(problems.into())
}

/// Says how long the snapshots of a target are kept. `seen` is the stamp of the form.
///
/// # Errors
/// [`Refused::Wrong`], [`Refused::InFile`], [`Refused::Meanwhile`], or what the database answers.
pub async fn save_retention(
    conn: &mut PgConnection,
    text: &RetentionText,
    seen: &str,
    now: DateTime<Utc>,
) -> Result<Changed, Refused> {
    retention::lock_rules(conn).await?;
    let target = find_target(conn, text).await?;
    let rule = text.check()?;
    let before = get(conn, &target).await?;
    if before
        .as_ref()
        .is_some_and(|stored| stored.origin.is_file())
    {
        return Err(Refused::InFile);
    }
    let before = before.map(|stored| stored.rule);
    if stamp(&before) != seen {
        return Err(Refused::Meanwhile);
    }
    retention::save_rule(conn, Origin::Browser, (&target, &rule), now).await?;
    let was = before.map_or_else(|| "no rule".to_owned(), |rule| retention_in_words(&rule));
    Ok(changed(
        text,
        &target,
        format!("{}; before: {was}", retention_in_words(&rule)),
    ))
}

/// Takes the rule of a target away.
///
/// # Errors
/// [`Refused::Wrong`], [`Refused::Gone`], [`Refused::InFile`], or what the database answers.
pub async fn remove_retention(
    conn: &mut PgConnection,
    text: &RetentionText,
    now: DateTime<Utc>,
) -> Result<Changed, Refused> {
    retention::lock_rules(conn).await?;
    let target = find_target(conn, text).await?;
    let before = get(conn, &target).await?.ok_or(Refused::Gone)?;
    if before.origin.is_file() {
        return Err(Refused::InFile);
    }
    retention::delete_rule(conn, &target, now).await?;
    let was = retention_in_words(&before.rule);
    Ok(changed(text, &target, format!("taken away; before: {was}")))
}

async fn get(
    conn: &mut PgConnection,
    target: &RetentionTarget,
) -> Result<Option<StoredRule>, sqlx::Error> {
    let mut rules = retention::list_rules(conn).await?.into_iter();
    Ok(rules.find(|stored| stored.target == *target))
}

fn changed(text: &RetentionText, target: &RetentionTarget, detail: String) -> Changed {
    let (site, subject) = match target {
        RetentionTarget::All => (None, "retention of everything".to_owned()),
        RetentionTarget::Site(site) => (
            Some(*site),
            format!("retention of site {}", text.site.trim()),
        ),
        RetentionTarget::Tag(tag) => (None, format!("retention of tag {tag}")),
    };
    Changed {
        site,
        subject,
        detail,
        batches: Vec::new(),
    }
}

/// A rule in words, as the list and the audit have it: `the newest 12; for 60 days`.
#[must_use]
pub fn retention_in_words(rule: &Retention) -> String {
    if rule.is_for_ever() {
        return "for ever".to_owned();
    }
    let ways = [
        rule.count.map(|count| format!("the newest {count}")),
        rule.days
            .map(|days| format!("for {days} days after they were last seen")),
        rule.thinning.map(
            |Thinning {
                 all_days,
                 daily_days,
             }| {
                format!(
                    "all for {all_days} days, one a day until {daily_days} days, one a week after"
                )
            },
        ),
    ];
    ways.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

impl From<&RunLimits> for RunLimitsText {
    fn from(limits: &RunLimits) -> Self {
        Self {
            runs_days: number_text(limits.runs_days),
            trails_days: number_text(limits.trails_days),
        }
    }
}

/// Says how long runs are kept.
///
/// # Errors
/// [`Refused::Wrong`], or what the database answers.
pub async fn save_run_limits(
    conn: &mut PgConnection,
    text: &RunLimitsText,
) -> Result<Changed, Refused> {
    let mut problems = Problems::default();
    let limits = RunLimits {
        runs_days: number(&mut problems, "runs_days", &text.runs_days, MOST_DAYS),
        trails_days: number(&mut problems, "trails_days", &text.trails_days, MOST_DAYS),
    };
    if !problems.is_empty() {
        return Err(problems.into());
    }
    retention::set_run_limits(conn, &limits).await?;
    let days =
        |days: Option<i32>| days.map_or("for ever".to_owned(), |days| format!("{days} days"));
    let detail = format!(
        "runs {}, their steps and checks {}",
        days(limits.runs_days),
        days(limits.trails_days)
    );
    Ok(Changed {
        site: None,
        subject: "retention of runs".to_owned(),
        detail,
        batches: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thinned() -> RetentionText {
        let rule = Retention {
            count: Some(12),
            thinning: Some(Thinning::USUAL),
            ..Retention::default()
        };
        RetentionText::of(&RetentionTarget::All, "", &rule)
    }

    #[test]
    fn what_is_typed_is_what_is_meant_and_said_in_words() {
        let rule = thinned().check().unwrap();
        assert_eq!(
            retention_in_words(&rule),
            "the newest 12; all for 30 days, one a day until 365 days, one a week after"
        );
        let nothing = RetentionText::default().check().unwrap();
        assert_eq!(retention_in_words(&nothing), "for ever");
    }

    #[test]
    fn every_number_tells_what_is_wrong_with_it() {
        let wrong = RetentionText {
            count: "0".to_owned(),
            days: "-3".to_owned(),
            all_days: "1e3".to_owned(),
            daily_days: String::new(),
            ..thinned()
        };
        let problems = wrong.check().unwrap_err();
        for field in ["count", "days", "all_days", "daily_days"] {
            assert!(problems.of(field).is_some(), "{field}");
        }
        let backwards = RetentionText {
            daily_days: "29".to_owned(),
            ..thinned()
        };
        assert_eq!(backwards.check().unwrap_err().count(), 1);
    }
}
