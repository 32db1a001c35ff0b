//! Alerts by their forms: what a first-time user is led through, what is kept of what was typed, and
//! that no secret comes out again.

mod destinations;
mod log;
mod mail_server;
mod rules;

use axum::http::StatusCode;

use super::{Answer, Desk, with};

const DESTINATIONS: &str = "/manage/alerts/destinations/new";
const RULES: &str = "/manage/alerts/rules/new";

/// A destination by mail, as the form sends it.
const NIGHT_SHIFT: [(&str, &str); 3] = [
    ("kind", "mail"),
    ("name", "Night shift"),
    ("recipients", "ops@example.com\r\nkim@example.com"),
];

/// A rule that tells it of all that fails.
fn failures() -> Vec<(&'static str, &'static str)> {
    vec![
        ("name", "Failures"),
        ("enabled", "true"),
        ("destination", "Night shift"),
        ("kind", "first_failure"),
        ("kind", "recovered"),
        ("all_sites", "true"),
        ("overdue_hours", "48"),
        ("pace", "now"),
        ("quiet_from", "22:00"),
        ("quiet_until", "07:00"),
        ("timezone", "Europe/London"),
    ]
}

impl Desk {
    /// With the destination Night shift and the rule Failures, number 1 each.
    async fn with_alerts() -> Self {
        let desk = Self::furnished().await;
        desk.post(DESTINATIONS, &NIGHT_SHIFT).await.location();
        let made = desk.post(RULES, &failures()).await;
        assert_eq!(made.location(), "/manage/alerts/rules/1?notice=made");
        desk
    }

    /// What the audit says of alerts, the oldest first.
    async fn audit_of_alerts(&self) -> String {
        self.text(
            "SELECT string_agg(action || ' ' || subject || ': ' || detail, E'\\n' ORDER BY id)
             FROM audit
             WHERE subject ~ '^(alert|mail server)'",
        )
        .await
    }
}

/// That a form was shown again with something wrong.
fn assert_refused(answer: &Answer, words: &str) {
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    answer.shows("Nothing was saved");
    answer.shows(words);
}

#[tokio::test]
async fn who_comes_first_is_led_from_the_mail_server_to_a_rule() {
    let desk = Desk::furnished().await;
    let empty = desk.get("/manage/alerts").await;
    empty.shows("Nobody is told of anything yet");
    empty.shows("href=\"/manage/alerts/mail-server\"");
    empty.shows("add where messages go");
    desk.get(RULES).await.shows("No destination yet");

    desk.post(DESTINATIONS, &NIGHT_SHIFT).await.location();
    let half = desk.get("/manage/alerts").await;
    half.shows("a rule is missing");
    half.shows("Mail can not be sent: there is no mail server yet");

    desk.post(RULES, &failures()).await.location();
    let whole = desk.get("/manage/alerts").await;
    whole.hides("Nobody is told");
    for words in [
        "Failures",
        "Backup failed, Recovered",
        "Everything",
        "Night shift",
    ] {
        whole.shows(words);
    }
    whole.shows("At once, quiet from 22:00 to 07:00");
    whole.shows("ops@example.com, kim@example.com");
    whole.shows("aria-current=\"page\">Rules and destinations</a>");
    whole.shows("aria-current=\"true\">Alerts</a>");
}

#[tokio::test]
async fn a_tag_that_a_rule_is_for_stays_as_it_is() {
    let desk = Desk::with_alerts().await;
    let rule = with(&failures(), ("all_sites", ""), "");
    let rule = with(&rule, ("tags", "edge"), "");
    let rule = with(&rule, ("name", "Edge"), "");
    desk.post(RULES, &rule).await.location();
    let rename = [("tag", "edge"), ("action", "rename"), ("new", "rim")];
    let answer = desk.post("/manage/tags", &rename).await;
    assert!(answer.location().contains("tag-alerted"));
    assert_eq!(desk.text("SELECT tags::text FROM devices").await, "{edge}");
}
