//! `[[archive]]`: what is read, and what is told.

use super::{CORE, SITE, assert_problem, read};
use crate::model::ArchiveChoice;

#[test]
fn plans_are_read_as_they_are_meant() {
    let text = format!(
        "{CORE}{SITE}[[archive]]\nname = \"All\"\nrhythm = \"daily\"\ntime = \"04:00\"
         [[archive]]\nname = \"One\"\nsite = \"acme\"\nhistory = \"newest\"\ncontents = \"configurations\"
         secrets = \"masked\"\nrhythm = \"off\"\ntimezone = \"Asia/Tokyo\"\nkeep = 100\ncomment = \" mine \""
    );
    let plans = read(&text).unwrap().archives;
    let [all, one] = plans.as_slice() else {
        panic!("two plans");
    };
    assert_eq!((all.name.as_str(), all.keep), ("All", 7));
    assert_eq!(all.choice, ArchiveChoice::usual(None));
    assert_eq!(all.rhythm.to_string(), "daily 04:00");
    assert_eq!((all.timezone.as_deref(), all.comment.as_str()), (None, ""));

    assert_eq!((one.name.as_str(), one.keep), ("One", 100));
    assert_eq!(one.choice.site.as_deref(), Some("acme"));
    let words = "newest backups, configurations only, secrets masked";
    assert_eq!(one.choice.in_words(), words);
    assert!(one.rhythm.is_off());
    let said = (one.timezone.as_deref(), one.comment.as_str());
    assert_eq!(said, (Some("Asia/Tokyo"), "mine"));
}

#[test]
fn a_bad_line_of_a_plan_is_told() {
    let long = format!("rhythm = \"off\"\ncomment = \"{}\"", "x".repeat(501));
    for (lines, line, words) in [
        ("", 8, "no `rhythm`"),
        (
            "rhythm = \"weekly\"\ntime = \"02:00\"",
            8,
            "needs `weekdays`",
        ),
        (
            "rhythm = \"off\"\nhistory = \"hole\"",
            11,
            "did you mean `whole`?",
        ),
        ("rhythm = \"off\"\ncontents = \"x\"", 11, "`configurations`"),
        ("rhythm = \"off\"\nsecrets = true", 11, "a text in quotes"),
        (
            "rhythm = \"off\"\nsecrets = \"maskd\"",
            11,
            "did you mean `masked`?",
        ),
        ("rhythm = \"off\"\nkeep = 0", 11, "from 1 to 100"),
        ("rhythm = \"off\"\nkeep = 101", 11, "from 1 to 100"),
        (
            "rhythm = \"off\"\nsite = \"acne\"",
            11,
            "did you mean `acme`?",
        ),
        ("rhythm = \"off\"\ntag = \"gold\"", 11, "unknown key `tag`"),
        (
            "rhythm = \"off\"\ntimezone = \"Londn\"",
            11,
            "`Europe/London`",
        ),
        (long.as_str(), 11, "at most 500 characters"),
        (
            "rhythm = \"off\"\ncomment = \"a\\u0000\"",
            11,
            "none of them NUL",
        ),
        (
            "rhythm = \"off\"\n[[archive]]\nname = \"a\"\nrhythm = \"off\"",
            12,
            "name of an archive plan",
        ),
    ] {
        let text = format!("{CORE}{SITE}[[archive]]\nname = \"a\"\n{lines}\n");
        assert_problem(&text, line, &[words]);
    }
    let text = format!("{CORE}{SITE}[[archive]]\nrhythm = \"off\"\n");
    assert_problem(&text, 8, &["no `name`"]);
}

#[test]
fn there_is_a_limit_to_the_number_of_plans() {
    let plans = |count: usize| {
        let plan = |n: usize| format!("[[archive]]\nname = \"{n}\"\nrhythm = \"off\"\n");
        (0..count).map(plan).collect::<String>()
    };
    let most = format!("{CORE}{SITE}{}", plans(20));
    assert_eq!(read(&most).unwrap().archives.len(), 20);
    let text = format!("{CORE}{SITE}{}", plans(21));
    assert_problem(&text, 68, &["more than 20 [[archive]]"]);
}
