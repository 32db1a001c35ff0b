//! What is typed and what is meant by it: there, back, and every way to be wrong.

use super::{AlertRuleText, USUAL_OVERDUE_HOURS};
use crate::db::alerts::settings::{AlertRule, AlertRuleValues, Destination};
use crate::managing::known::Known;
use crate::managing::problems::Problems;
use crate::model::{AlertRuleId, DestinationId, DestinationKind};

fn night_shift() -> Destination {
    Destination {
        id: DestinationId(7),
        name: "Night shift".to_owned(),
        kind: DestinationKind::Mail,
        recipients: vec!["a@example.com".to_owned()],
        url: None,
        secret_sealed: None,
    }
}

fn typed() -> AlertRuleText {
    AlertRuleText {
        name: " Failures ".to_owned(),
        destination: "Night shift".to_owned(),
        all_sites: String::new(),
        sites: "old, acme,acme".to_owned(),
        tags: "gold".to_owned(),
        quiet_from: "22:00".to_owned(),
        quiet_until: "07:00".to_owned(),
        ..AlertRuleText::new()
    }
}

fn checked(text: &AlertRuleText) -> Result<AlertRuleValues, Problems> {
    text.check(&Known::for_tests(&[]), &[night_shift()])
}

fn stored(values: AlertRuleValues) -> AlertRule {
    AlertRule {
        id: AlertRuleId(1),
        values,
        destination_name: "Night shift".to_owned(),
        destination_kind: DestinationKind::Mail,
    }
}

#[test]
fn what_is_typed_becomes_what_is_meant_and_comes_back() {
    let digest = AlertRuleText {
        pace: "digest".to_owned(),
        ..typed()
    };
    for text in [typed(), digest] {
        let values = checked(&text).unwrap();
        assert_eq!(
            (values.name.as_str(), values.destination.0),
            ("Failures", 7)
        );
        assert_eq!(values.sites, ["acme", "old"]);
        assert_eq!(values.digest_at.is_some(), text.is_digest());
        assert_eq!(values.quiet.is_none(), text.is_digest());
        let back = AlertRuleText::from(&stored(values.clone()));
        assert_eq!(checked(&back).unwrap(), values);
    }
}

#[test]
fn what_does_not_count_is_not_looked_at() {
    let text = AlertRuleText {
        all_sites: "true".to_owned(),
        kinds: "suspect".to_owned(),
        overdue_hours: "often".to_owned(),
        digest_at: "late".to_owned(),
        ..typed()
    };
    let values = checked(&text).unwrap();
    assert!(values.sites.is_empty() && values.tags.is_empty());
    assert_eq!(values.overdue_hours, USUAL_OVERDUE_HOURS);
}

#[test]
fn every_field_tells_what_is_wrong_with_it() {
    let wrong = |change: fn(&mut AlertRuleText), field: &str, words: &str| {
        let mut text = typed();
        change(&mut text);
        let problems = checked(&text).unwrap_err();
        let told = problems.of(field).unwrap_or_default();
        assert!(told.contains(words), "{field}: {told}");
    };
    wrong(|text| text.name.clear(), "name", "empty");
    wrong(|text| text.destination.clear(), "destination", "Choose");
    wrong(
        |text| text.kinds = "all".to_owned(),
        "kinds",
        "at least one",
    );
    wrong(|text| text.sites = "acne".to_owned(), "sites", "`acme`");
    wrong(|text| text.tags = "a, a".to_owned(), "tags", "twice");
    wrong(
        |text| (text.sites, text.tags) = Default::default(),
        "sites",
        "at least one",
    );
    wrong(
        |text| text.overdue_hours = "8761".to_owned(),
        "overdue_hours",
        "8760",
    );
    wrong(|text| text.pace.clear(), "pace", "Choose");
    wrong(|text| text.quiet_from.clear(), "quiet_from", "missing");
    wrong(
        |text| text.quiet_until = "7".to_owned(),
        "quiet_until",
        "`7` is no time",
    );
    wrong(
        |text| text.quiet_until = "22:00".to_owned(),
        "quiet_until",
        "ever",
    );
    wrong(
        |text| (text.pace, text.digest_at) = ("digest".to_owned(), "24:00".to_owned()),
        "digest_at",
        "`24:00` is no time",
    );
    wrong(|text| text.timezone.clear(), "timezone", "no time zone");
}
