//! `[[retention]]`: what is read, and what is told.

use super::{CORE, SITE, assert_problem, read};
use crate::model::{Retention, Thinning};

#[test]
fn rules_are_read_as_they_are_meant() {
    let text = format!(
        "{CORE}{SITE}[[retention]]\nkeep_newest = 100\nkeep_days = 36500
         [[retention]]\nsite = \"acme\"
         [[retention]]\ntag = \"gold\"\nthin_all_days = 7\nthin_daily_days = 7"
    );
    let rules = read(&text).unwrap().retention;
    let targets: Vec<String> = rules.iter().map(|one| one.target.to_string()).collect();
    assert_eq!(targets, ["everything", "site acme", "tag gold"]);
    let all = Retention {
        count: Some(100),
        days: Some(36_500),
        thinning: None,
    };
    assert_eq!(rules[0].rule, all);
    assert!(rules[1].rule.is_for_ever());
    let week = Thinning {
        all_days: 7,
        daily_days: 7,
    };
    assert_eq!(rules[2].rule.thinning, Some(week));
}

#[test]
fn a_bad_line_of_a_rule_is_told() {
    for (lines, line, words) in [
        ("keep_newest = 0", 9, "from 1 to 1000000"),
        ("keep_days = 36501", 9, "from 1 to 36500"),
        ("keep_days = \"60\"", 9, "a whole number without quotes"),
        ("thin_all_days = 30", 8, "add `thin_daily_days`"),
        ("thin_daily_days = 30", 8, "add `thin_all_days`"),
        (
            "thin_all_days = 30\nthin_daily_days = 29",
            8,
            "ends before `thin_all_days` does",
        ),
        ("thin_all_days = 0\nthin_daily_days = 29", 9, "from 1 to"),
        ("keep_day = 3", 9, "did you mean `keep_days`?"),
        ("device = \"acme/gw\"", 9, "unknown key `device`"),
        ("site = \"acne\"", 9, "did you mean `acme`?"),
        ("tag = \"a,b\"", 9, "comma"),
        (
            "tag = \"a\"\nsite = \"acme\"",
            8,
            "keep only one of `tag`, `site`",
        ),
        (
            "keep_days = 3\n[[retention]]\nkeep_days = 4",
            10,
            "everything in line 8 already",
        ),
    ] {
        let text = format!("{CORE}{SITE}[[retention]]\n{lines}\n");
        assert_problem(&text, line, &[words]);
    }
}
