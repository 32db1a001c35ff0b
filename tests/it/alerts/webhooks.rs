//! Webhooks: signed, tried again, given up, and in the forms of Slack and Teams.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use routervault::db::alerts::{log, messages};
use routervault::model::{MessageKind, MessageState};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::house::{House, ORIGIN, Rule, SECRET, noon};
use super::receiver::{IN_THE_ADDRESS, Receiver, Request};
use crate::support::until;

fn after(minutes: i64) -> DateTime<Utc> {
    noon() + TimeDelta::minutes(minutes)
}

/// A name as hostile as names can be.
const NAME: &str = "<!channel> [x](https://evil.example) <b>&*_`\r\nBcc: eve@example.net\u{202e}";

/// One webhook of this kind, and a failure of a device that is to be told.
async fn house_with_failure(kind: &str) -> (House, Receiver) {
    let (house, receiver) = (House::new().await, Receiver::start().await);
    let to = house.webhook(kind, &receiver).await;
    house.rule(to, Rule::default()).await;
    house.ended("a1", "failed", after(0)).await;
    house.worker().look(after(0)).await.unwrap();
    (house, receiver)
}

/// What Python says the signature of a request is.
fn signature(request: &Request) -> String {
    let script = "import base64, hmac, sys\n\
                  key = base64.b64decode(sys.argv[1].removeprefix('whsec_'))\n\
                  signed = (sys.argv[2] + '.' + sys.argv[3] + '.').encode() + sys.stdin.buffer.read()\n\
                  print('v1,' + base64.b64encode(hmac.digest(key, signed, 'sha256')).decode())";
    let (id, timestamp) = (
        request.header("webhook-id"),
        request.header("webhook-timestamp"),
    );
    let mut python = Command::new("python3")
        .args(["-c", script, SECRET, id, timestamp])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    python
        .stdin
        .take()
        .unwrap()
        .write_all(&request.body)
        .unwrap();
    let output = python.wait_with_output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[tokio::test]
async fn a_message_is_json_with_links_and_signed_for_who_receives_it() {
    let (house, receiver) = house_with_failure("webhook").await;
    assert_eq!(house.send(after(1)).await, 1);
    let request = &receiver.requests()[0];
    assert_eq!(request.header("content-type"), "application/json");
    assert_eq!(request.header("webhook-signature"), signature(request));
    assert_eq!(
        request.header("webhook-timestamp"),
        after(1).timestamp().to_string()
    );
    let body = request.json();
    assert_eq!(body["id"], request.header("webhook-id"));
    assert_eq!(body["kind"], "events");
    assert_eq!(body["created_at"], "2026-11-22T12:00:00.000Z");
    assert_eq!(body["subject"], "RouterVault: Backup failed: a1 at Alpha");
    let event = &body["events"][0];
    assert_eq!(
        event["site"],
        serde_json::json!({ "slug": "alpha", "name": "Alpha" })
    );
    assert_eq!(
        event["links"]["device"],
        format!("{ORIGIN}/sites/alpha/devices/a1")
    );
    assert_eq!(event["links"]["run"], format!("{ORIGIN}/runs/1"));
    assert_eq!(event["difference"], Value::Null);
    let text = include_str!("../../../docs/ALERTS.md");
    let example = text.split("```json").nth(1).unwrap();
    let example: Value = serde_json::from_str(example.split("```").next().unwrap()).unwrap();
    assert_eq!(keys(&body), keys(&example));
    assert_eq!(keys(event), keys(&example["events"][0]));
    assert_eq!(keys(&event["links"]), keys(&example["events"][0]["links"]));
}

fn keys(object: &Value) -> Vec<&String> {
    object.as_object().unwrap().keys().collect()
}

#[tokio::test]
async fn who_answers_with_errors_gets_it_again_later_under_the_same_name() {
    let (house, receiver) = house_with_failure("webhook").await;
    receiver.answer(&[500, 503, 200]);
    assert_eq!(house.send(after(1)).await, 1);
    let first = &house.messages().await[0];
    assert_eq!((first.state, first.attempt), (MessageState::Waiting, 1));
    assert_eq!(first.failure.as_deref(), Some("It answered 500."));
    assert_eq!(first.due_at, after(2));
    for (minutes, sent) in [(2, 1), (6, 0), (7, 1), (8, 0)] {
        assert_eq!(house.send(after(minutes)).await, sent, "{minutes}");
    }
    let sent = &house.messages().await[0];
    assert_eq!(
        (sent.state, sent.attempt, &sent.failure),
        (MessageState::Sent, 3, &None)
    );
    let requests = receiver.requests();
    let ids: Vec<&str> = requests
        .iter()
        .map(|request| request.header("webhook-id"))
        .collect();
    assert_eq!(ids, [ids[0]; 3]);
}

#[tokio::test]
async fn what_is_refused_for_good_is_given_up_and_no_redirect_is_followed() {
    for status in [404, 307] {
        let (house, receiver) = house_with_failure("webhook").await;
        receiver.answer(&[status; 9]);
        for minutes in [1, 2, 7, 8, 100] {
            house.send(after(minutes)).await;
        }
        assert_eq!(receiver.requests().len(), 3);
        let message = &house.messages().await[0];
        assert_eq!(message.state, MessageState::Failed);
        assert_eq!(message.failure, Some(format!("It answered {status}.")));
        assert_eq!(message.finished_at, Some(after(7)));
    }
}

#[tokio::test]
async fn a_receiver_that_hangs_costs_its_deadline_and_nobody_elses_messages() {
    let (house, hanging) = house_with_failure("webhook").await;
    let well = Receiver::start().await;
    let to = house.webhook("webhook", &well).await;
    house.rule(to, Rule::default()).await;
    house.ended("b1", "failed", after(0)).await;
    house.worker().look(after(0)).await.unwrap();
    hanging.hold();
    let worker = house.worker_with(Duration::from_millis(300));
    let (first, second) = tokio::join!(worker.send_next(after(1)), worker.send_next(after(1)));
    assert!(first.unwrap() && second.unwrap());
    assert_eq!(well.requests().len(), 1);
    let states: Vec<_> = house
        .messages()
        .await
        .into_iter()
        .map(|row| (row.state, row.failure))
        .collect();
    let slow = Some("It did not answer in time.".to_owned());
    assert_eq!(
        states,
        [(MessageState::Waiting, slow), (MessageState::Sent, None)]
    );
    hanging.let_go();
    assert_eq!(house.send(after(2)).await, 1);
}

#[tokio::test]
async fn what_is_being_sent_when_the_program_stops_is_done_with() {
    let (house, receiver) = house_with_failure("webhook").await;
    let due = "UPDATE alert_messages
               SET due_at = now() - interval '1 second', gathers_until = NULL";
    house.run(due).await;
    receiver.hold();
    let stop = CancellationToken::new();
    let running = tokio::spawn(house.worker().run(stop.clone()));
    until("it is being sent", async || {
        (receiver.requests().len() == 1).then_some(())
    })
    .await;
    stop.cancel();
    receiver.let_go();
    running.await.unwrap();
    assert_eq!(house.messages().await[0].state, MessageState::Sent);
    assert_eq!(receiver.requests().len(), 1);
}

#[tokio::test]
async fn nothing_of_an_address_or_a_secret_is_in_what_is_kept() {
    let (house, receiver) = house_with_failure("webhook").await;
    receiver.answer(&[500]);
    house.send(after(1)).await;
    drop(receiver);
    house.send(after(2)).await;
    let failure = house.messages().await[0].failure.clone().unwrap();
    assert!(
        failure.starts_with("It could not be reached: "),
        "{failure}"
    );
    assert!(!failure.contains("127.0.0.1"), "{failure}");
    for table in ["alert_messages", "alert_events", "alert_destinations"] {
        let hidden = [IN_THE_ADDRESS, &SECRET[6..]].map(|secret| {
            format!("SELECT count(*) FROM {table} WHERE {table}::text LIKE '%{secret}%'")
        });
        for statement in hidden {
            assert_eq!(house.count(&statement).await, 0, "{statement}");
        }
    }
}

async fn hostile(kind: &str) -> Request {
    let (house, receiver) = house_with_failure(kind).await;
    sqlx::query("UPDATE devices SET name = $1 WHERE name = 'a1'")
        .bind(NAME)
        .execute(&house.pool)
        .await
        .unwrap();
    assert_eq!(house.send(after(1)).await, 1);
    receiver.requests()[0].clone()
}

#[tokio::test]
async fn in_slack_a_name_is_text_and_calls_nobody() {
    let body = hostile("slack").await.json();
    let text = body["text"].as_str().unwrap();
    assert!(text.contains("&lt;!channel&gt;"), "{text}");
    let whole = body.to_string();
    assert!(
        !whole.contains("<!channel>") && !whole.contains("<b>"),
        "{whole}"
    );
    assert!(!whole.contains('\u{202e}'));
    let section = body["blocks"][1]["text"]["text"].as_str().unwrap();
    assert!(section.contains("It did not answer within 10 seconds."));
    assert!(section.contains(&format!("<{ORIGIN}/runs/1|Open in RouterVault>")));
}

#[tokio::test]
async fn in_teams_a_name_is_text_without_markup() {
    let body = hostile("teams").await.json();
    let card = &body["attachments"][0];
    assert_eq!(
        card["contentType"],
        "application/vnd.microsoft.card.adaptive"
    );
    let blocks = card["content"]["body"].as_array().unwrap();
    assert!(blocks.iter().all(|block| block["type"] == "RichTextBlock"));
    assert!(!body.to_string().contains('\u{202e}'));
    let runs = blocks[1]["inlines"].as_array().unwrap();
    let address = format!("{ORIGIN}/runs/1");
    assert_eq!(runs[2]["selectAction"]["url"], address);
}

#[tokio::test]
async fn messages_for_slack_and_teams_stay_within_their_limits() {
    for (kind, most) in [("slack", 50 * 3_100), ("teams", 28_000)] {
        let (house, receiver) = (House::new().await, Receiver::start().await);
        let to = house.webhook(kind, &receiver).await;
        house.rule(to, Rule::default()).await;
        house
            .run(
                "INSERT INTO devices (site_id, name, address, port, platform, credential_id)
                 SELECT 1, 'many' || number || repeat('<', 100), '192.0.2.1', 22, 'routeros', 1
                 FROM generate_series(1, 100) AS number;
                 INSERT INTO runs (batch_id, device_id, site_id, priority, state, finished_at,
                                   failure_code, failure_message)
                 SELECT 1, id, site_id, 0, 'failed', '2026-11-22T12:00:00Z', 'timeout',
                        repeat('&', 5000)
                 FROM devices
                 WHERE name LIKE 'many%'",
            )
            .await;
        assert_eq!(house.look_and_send(after(0)).await, 1);
        let request = &receiver.requests()[0];
        assert!(request.body.len() < most, "{kind}: {}", request.body.len());
        let body = request.json();
        let blocks = body["blocks"].as_array().map_or(0, Vec::len);
        assert!(blocks <= 50, "{blocks}");
        assert!(body.to_string().contains("more, in RouterVault"), "{kind}");
    }
}

#[tokio::test]
async fn a_test_is_sent_at_once_also_in_quiet_hours_and_says_who_asked() {
    let (house, receiver) = (House::new().await, Receiver::start().await);
    let to = house.webhook("webhook", &receiver).await;
    let mut conn = house.pool.acquire().await.unwrap();
    let id = messages::request_test(&mut conn, to, "kim", noon())
        .await
        .unwrap();
    assert_eq!(house.send(noon()).await, 1);
    let body = receiver.requests()[0].json();
    assert_eq!(
        (&body["kind"], &body["requested_by"]),
        (&"test".into(), &"kim".into())
    );
    let row = log::get_message(&mut conn, id).await.unwrap().unwrap();
    assert_eq!(
        (row.kind, row.state),
        (MessageKind::Test, MessageState::Sent)
    );
    assert_eq!(row.rule_name, None);
    let missing = routervault::model::DestinationId(99);
    assert!(
        messages::request_test(&mut conn, missing, "kim", noon())
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_message_to_a_destination_that_is_gone_is_given_up_and_then_forgotten() {
    let (house, receiver) = house_with_failure("webhook").await;
    house
        .run("DELETE FROM alert_rules; DELETE FROM alert_destinations")
        .await;
    for minutes in [1, 2, 7] {
        house.send(after(minutes)).await;
    }
    assert_eq!(receiver.requests().len(), 0);
    let message = &house.messages().await[0];
    assert_eq!(message.state, MessageState::Failed);
    assert_eq!(
        message.failure.as_deref(),
        Some("The destination was deleted.")
    );
    house
        .worker()
        .sweep(after(0) + TimeDelta::days(90))
        .await
        .unwrap();
    assert_eq!(house.count("SELECT count(*) FROM alert_events").await, 1);
    house
        .worker()
        .sweep(after(8) + TimeDelta::days(90))
        .await
        .unwrap();
    assert_eq!(house.count("SELECT count(*) FROM alert_messages").await, 0);
    assert_eq!(house.count("SELECT count(*) FROM alert_events").await, 0);
}
