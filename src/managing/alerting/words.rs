//! A rule in a sentence, for the page, the list and the audit.

use chrono::NaiveTime;

use crate::db::alerts::settings::AlertRuleValues;
use crate::model::AlertKind;

/// How many sites or tags are named; of more only the first.
const NAMED: usize = 5;

/// What a rule does: `Tells Night shift at once when a backup fails or a device recovers, at every
/// site.` `destination` is the name of where it leads.
#[must_use]
pub fn alert_rule_in_words(rule: &AlertRuleValues, destination: &str) -> String {
    let kinds = rule.kinds.iter();
    let kinds: Vec<String> = kinds
        .map(|kind| happening(*kind, rule.overdue_hours))
        .collect();
    let (what, whom) = (listed(&kinds, "or"), reach(rule));
    let zone = &rule.timezone;
    match (rule.digest_at, rule.quiet) {
        (Some(at), _) => format!(
            "Tells {destination} once a day, at {} ({zone}), when {what} {whom}. \
             The message also comes when nothing happened.",
            time(at)
        ),
        (None, None) => format!("Tells {destination} at once when {what} {whom}."),
        (None, Some((from, until))) => format!(
            "Tells {destination} at once when {what} {whom}. From {} to {} ({zone}) it is quiet: \
             what happens then comes in one message after.",
            time(from),
            time(until)
        ),
    }
}

fn happening(kind: AlertKind, overdue_hours: i32) -> String {
    match kind {
        AlertKind::FirstFailure => "a backup fails".to_owned(),
        AlertKind::Recovered => "a device recovers".to_owned(),
        AlertKind::Overdue => match overdue_hours {
            1 => "a device has had no verified backup for an hour".to_owned(),
            hours => format!("a device has had no verified backup for {hours} hours"),
        },
        AlertKind::Suspect => "a backup is suspect".to_owned(),
        AlertKind::HostKeyChanged => "a host key is another".to_owned(),
        AlertKind::ConfigurationChanged => "a configuration changes".to_owned(),
    }
}

fn reach(rule: &AlertRuleValues) -> String {
    if rule.all_sites {
        return "at any site".to_owned();
    }
    let sites = match rule.sites.as_slice() {
        [] => None,
        sites => Some(format!("at {}", listed(sites, "or"))),
    };
    let tags = match rule.tags.as_slice() {
        [] => None,
        [tag] => Some(format!("where the tag {tag} is")),
        tags => Some(format!("where one of the tags {} is", listed(tags, "or"))),
    };
    let both = [sites, tags].into_iter().flatten();
    both.collect::<Vec<_>>().join(", or ")
}

/// `a, b or c`; of many the first with how many more there are.
fn listed(words: &[String], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        many if many.len() > NAMED + 1 => {
            let more = many.len() - NAMED;
            format!("{} {last} {more} others", many[..NAMED].join(", "))
        }
        [others @ .., end] => format!("{} {last} {end}", others.join(", ")),
    }
}

fn time(at: NaiveTime) -> String {
    at.format("%H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{DestinationId, schedule::time_of_day};

    fn rule() -> AlertRuleValues {
        AlertRuleValues {
            name: "Failures".to_owned(),
            destination: DestinationId(1),
            enabled: true,
            kinds: vec![AlertKind::FirstFailure, AlertKind::Recovered],
            all_sites: true,
            sites: Vec::new(),
            tags: Vec::new(),
            overdue_hours: 48,
            digest_at: None,
            quiet: None,
            timezone: "Europe/London".to_owned(),
        }
    }

    #[test]
    fn a_rule_says_whom_it_tells_what_where_and_when() {
        let at_once = "Tells Ops at once when a backup fails or a device recovers at any site.";
        assert_eq!(alert_rule_in_words(&rule(), "Ops"), at_once);
        let daily = AlertRuleValues {
            kinds: vec![AlertKind::Overdue],
            all_sites: false,
            sites: vec!["acme".to_owned(), "depot".to_owned()],
            tags: vec!["gold".to_owned()],
            digest_at: time_of_day("07:00"),
            ..rule()
        };
        let told = alert_rule_in_words(&daily, "Ops");
        assert!(told.contains("once a day, at 07:00 (Europe/London)"));
        assert!(told.contains("for 48 hours at acme or depot, or where the tag gold is."));
        let quiet = AlertRuleValues {
            quiet: time_of_day("22:00").zip(time_of_day("07:00")),
            ..rule()
        };
        assert!(alert_rule_in_words(&quiet, "Ops").contains("From 22:00 to 07:00"));
    }

    #[test]
    fn of_many_sites_the_first_are_named() {
        let sites = |count: usize| AlertRuleValues {
            all_sites: false,
            sites: (1..=count).map(|n| format!("s-{n}")).collect(),
            ..rule()
        };
        let six = alert_rule_in_words(&sites(6), "Ops");
        assert!(six.contains("s-1, s-2, s-3, s-4, s-5 or s-6"));
        let many = alert_rule_in_words(&sites(40), "Ops");
        assert!(many.contains("s-5 or 35 others") && !many.contains("s-6"));
    }
}
