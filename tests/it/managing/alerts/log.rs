//! Tests of destinations, and the log of messages.

use axum::http::StatusCode;

use super::Desk;

const TEST: &str = "/manage/alerts/destinations/1/test";

#[tokio::test]
async fn a_test_is_queued_and_its_page_says_where_it_stands() {
    let desk = Desk::with_alerts().await;
    let asked = desk.post(TEST, &[]).await;
    assert_eq!(asked.location(), "/manage/alerts/log/1?notice=test-asked");
    let page = desk.get(asked.location()).await;
    page.shows("Test to Night shift");
    page.shows(">Waiting</span>");
    page.shows("This page updates by itself every few seconds.");
    page.shows("Asked for by");
    page.hides("Try again");
    desk.run("UPDATE alert_messages SET state = 'sent', attempt = 1, finished_at = now()")
        .await;
    let page = desk.get("/manage/alerts/log/1").await;
    page.shows(">Sent</span>");
    page.hides("updates by itself");
    desk.get("/manage/alerts")
        .await
        .shows("href=\"/manage/alerts/log/1\">Sent</a>");
    let audit = desk.audit_of_alerts().await;
    assert!(
        audit.contains("alert_tested alert destination Night shift: message 1"),
        "{audit}"
    );
    let nowhere = desk.post("/manage/alerts/destinations/9/test", &[]).await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
}

/// A message of two things that happened, given up after five attempts.
const GIVEN_UP: &str = "
    INSERT INTO alert_events (kind, device_id, occurred_at, detail)
    VALUES ('first_failure', 1, now(), 'The router did not answer.'), ('recovered', 1, now(), '');
    INSERT INTO alert_messages (token, rule_id, destination_id, destination_name, kind, state,
                                created_at, due_at, attempt, finished_at, failure)
    VALUES ('t', 1, 1, 'Night shift', 'events', 'failed', now(), now(), 5, now(),
            'The mail server refused the sender.');
    INSERT INTO alert_message_events SELECT 1, id FROM alert_events";

#[tokio::test]
async fn a_message_that_was_given_up_says_why_and_is_tried_again() {
    let desk = Desk::with_alerts().await;
    desk.run(GIVEN_UP).await;
    let page = desk.get("/manage/alerts/log/1").await;
    for words in [
        "It was given up: The mail server refused the sender.",
        "href=\"/manage/alerts/rules/1\">Failures</a>",
        "href=\"/sites/acme/devices/gw-1\">gw-1</a>",
        "The router did not answer.",
        "<b>Recovered</b>",
    ] {
        page.shows(words);
    }
    let retry = "/manage/alerts/log/1/retry";
    let again = desk.post(retry, &[]).await;
    assert_eq!(again.location(), "/manage/alerts/log/1?notice=tried-again");
    let stands = "SELECT concat_ws(' ', state, attempt, finished_at) FROM alert_messages";
    assert_eq!(desk.text(stands).await, "waiting 0");
    let twice = desk.post(retry, &[]).await;
    assert_eq!(twice.location(), "/manage/alerts/log/1?notice=not-failed");
    let audit = desk.audit_of_alerts().await;
    assert_eq!(audit.matches("alert_retried").count(), 1, "{audit}");
    let nothing = desk.post("/manage/alerts/log/9/retry", &[]).await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_message_on_its_way_moves_with_and_without_scripts_until_its_reader_stops_it() {
    const RELOADS: &str = "<noscript><meta http-equiv=\"refresh\" content=\"5\"></noscript>";
    const STREAMS: &str = "hx-sse:connect=\"/manage/alerts/log/1/events?page=1\"";
    const ASKS: &str = "hx-get=\"/manage/alerts/log/1?page=1\" hx-trigger=\"every 10s\"";
    let desk = Desk::with_alerts().await;
    desk.post(TEST, &[]).await.location();
    let page = desk.get("/manage/alerts/log/1").await;
    for words in [RELOADS, STREAMS, ASKS, "vendor/htmx/htmx.min.js"] {
        page.shows(words);
    }
    let still = "/manage/alerts/log/1?page=1&still=1";
    page.shows(&format!("href=\"{}\">Stop", still.replace('&', "&#38;")));
    let still = desk.get(still).await;
    still.shows("This page stands still.");
    for words in [RELOADS, "hx-", "<script"] {
        still.hides(words);
    }
    let part = desk.part("/manage/alerts/log/1?page=1").await;
    assert!(part.text.starts_with("<title>Waiting: message 1"));
    part.shows("<section id=\"progress\"");
    part.hides("<h1>");
    desk.run(
        "UPDATE alert_messages
         SET state = 'failed', attempt = 5, finished_at = now(), failure = 'Nobody <answers>.'",
    )
    .await;
    let part = desk.part("/manage/alerts/log/1?page=1").await;
    part.shows("It was given up: Nobody &#60;answers&#62;.");
    part.shows(">Try again</button>");
    part.hides("hx-");
    let ended = desk.get("/manage/alerts/log/1").await;
    ended.hides(RELOADS);
    ended.hides("hx-");
}

#[tokio::test]
async fn what_has_nowhere_to_go_is_not_tried_again_and_stays_in_the_log() {
    let desk = Desk::with_alerts().await;
    desk.run(GIVEN_UP).await;
    desk.post("/manage/alerts/rules/1/delete", &[])
        .await
        .location();
    desk.post("/manage/alerts/destinations/1/delete", &[])
        .await
        .location();
    let page = desk.get("/manage/alerts/log/1").await;
    page.shows("Night shift, deleted since");
    page.hides("Try again");
    let again = desk.post("/manage/alerts/log/1/retry", &[]).await;
    assert_eq!(again.location(), "/manage/alerts/log/1?notice=not-failed");
    assert_eq!(
        desk.text("SELECT state FROM alert_messages").await,
        "failed"
    );
}

#[tokio::test]
async fn the_log_has_pages_and_a_filter() {
    let desk = Desk::with_alerts().await;
    desk.run(
        "INSERT INTO alert_messages (token, destination_id, destination_name, kind, state,
                                     created_at, due_at, attempt, failure, requested_by)
         SELECT n, 1, 'Night shift', 'test', CASE WHEN n % 60 = 0 THEN 'failed' ELSE 'sent' END,
                now(), now(), 1, CASE WHEN n % 60 = 0 THEN 'No answer.' END, 'asker-' || n
         FROM generate_series(1, 120) AS n
         ORDER BY n",
    )
    .await;
    let first = desk.get("/manage/alerts/log").await;
    first.shows("asker-120<");
    first.shows("asker-71<");
    first.hides("asker-70<");
    first.shows("before=71");
    let second = desk.get("/manage/alerts/log?before=71").await;
    second.shows("asker-70<");
    second.hides("asker-71<");
    let last = desk.get("/manage/alerts/log?before=21").await;
    last.shows("asker-1<");
    last.hides("rel=\"next\"");
    let failed = desk.get("/manage/alerts/log?state=failed").await;
    failed.shows("asker-120<");
    failed.shows("asker-60<");
    failed.shows("No answer.");
    failed.hides("asker-119<");
    desk.get("/manage/alerts/log?state=waiting")
        .await
        .shows("No such message");
}
