//! Rules: what they say, for whom, and when.

use axum::http::StatusCode;

use super::{Desk, RULES, assert_refused, failures, with};

const PAGE: &str = "/manage/alerts/rules/1";

#[tokio::test]
async fn a_rule_is_kept_as_it_was_typed_and_says_what_it_does() {
    let desk = Desk::with_alerts().await;
    let page = desk.get(PAGE).await;
    page.shows("Tells Night shift at once when a backup fails or a device recovers at any site.");
    page.shows("From 22:00 to 07:00 (Europe/London) it is quiet");
    let ticked = page.text.matches("name=\"kind\"").count();
    assert_eq!(ticked, 6);
    page.shows("value=\"recovered\" checked");
    page.hides("value=\"suspect\" checked");

    let stamp = page.hidden("stamp");
    let digest = with(&failures(), ("pace", "digest"), &stamp);
    let digest = with(&digest, ("digest_at", "06:30"), &stamp);
    let digest = with(&digest, ("enabled", ""), &stamp);
    desk.post(PAGE, &digest).await.location();
    let page = desk.get(PAGE).await;
    page.shows("It is off. When on: Tells Night shift once a day, at 06:30 (Europe/London)");
    desk.get("/manage/alerts")
        .await
        .shows("Once a day at 06:30");
    let stored = "SELECT concat_ws(' ', enabled, digest_at, quiet_from) FROM alert_rules";
    assert_eq!(desk.text(stored).await, "f 06:30:00");
    let audit = desk.audit_of_alerts().await;
    assert!(
        audit.contains("alert rule Failures: made: Tells"),
        "{audit}"
    );
    assert!(audit.contains("pace from `now` to `digest`"), "{audit}");
}

#[tokio::test]
async fn sites_are_found_ticked_and_kept() {
    let desk = Desk::with_alerts().await;
    let stamp = desk.get(PAGE).await.hidden("stamp");
    let some = with(&failures(), ("all_sites", ""), &stamp);
    assert_refused(&desk.post(PAGE, &some).await, "at least one site or tag");
    let find = with(&some, ("search", "acm"), &stamp);
    let find = with(&find, ("find", "1"), &stamp);
    let found = desk.post(PAGE, &find).await;
    assert_eq!(found.status, StatusCode::OK);
    found.shows("name=\"site\" value=\"acme\"");
    let count = "SELECT count(*)::text FROM alert_rule_sites";
    assert_eq!(desk.text(count).await, "0", "nothing is saved by a search");

    let stamp = found.hidden("stamp");
    let ticked = with(&some, ("site", "acme"), &stamp);
    desk.post(PAGE, &ticked).await.location();
    desk.get(PAGE).await.shows("at acme.");
    let stamp = desk.get(PAGE).await.hidden("stamp");
    desk.post(PAGE, &with(&failures(), ("name", "Failures"), &stamp))
        .await
        .location();
    assert_eq!(
        desk.text(count).await,
        "0",
        "everything needs no site by name"
    );
}

#[tokio::test]
async fn who_comes_too_late_is_shown_both() {
    let desk = Desk::with_alerts().await;
    let stamp = desk.get(PAGE).await.hidden("stamp");
    let first = with(&failures(), ("name", "All failures"), &stamp);
    desk.post(PAGE, &first).await.location();
    let late = with(&failures(), ("name", "Some failures"), &stamp);
    let late = desk.post(PAGE, &late).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    late.shows("is now “All failures”, and you have “Some failures”");
    let name = "SELECT name FROM alert_rules";
    assert_eq!(desk.text(name).await, "All failures");
    let again = late.hidden("stamp");
    let over = with(&failures(), ("name", "Some failures"), &again);
    desk.post(PAGE, &over).await.location();
    assert_eq!(desk.text(name).await, "Some failures");
}

#[tokio::test]
async fn what_a_rule_can_not_say_is_told_beside_its_field() {
    let desk = Desk::with_alerts().await;
    assert_refused(&desk.post(RULES, &failures()).await, "There is a rule");
    for (field, value, words) in [
        ("destination", "Nobody", "Choose where its messages go"),
        ("kind", "nothing", "Tick at least one thing"),
        ("quiet_until", "", "The time is missing"),
        ("timezone", "Mars", "is no time zone"),
    ] {
        let wrong = with(&failures(), ("name", "Other"), "");
        let wrong = with(&wrong, (field, value), "");
        let answer = desk.post(RULES, &wrong).await;
        assert_refused(&answer, words);
        answer.shows("value=\"Other\"");
    }
    assert_eq!(
        desk.text("SELECT count(*)::text FROM alert_rules").await,
        "1"
    );
}
