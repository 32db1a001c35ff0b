//! What is told by which rule, and when.

use chrono::{DateTime, TimeDelta, Utc};
use routervault::model::{MessageKind, MessageState};
use serde_json::Value;

use super::house::{House, Rule, noon};
use super::receiver::Receiver;

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn after(minutes: i64) -> DateTime<Utc> {
    noon() + TimeDelta::minutes(minutes)
}

/// What a message tells: kind and device of each event.
fn told(body: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let events = body["events"].as_array().unwrap().iter();
    events
        .map(|event| (text(&event["kind"]), text(&event["device"])))
        .collect()
}

fn pairs(wanted: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(kind, device): &(&str, &str)| ((*kind).to_owned(), (*device).to_owned());
    wanted.iter().map(owned).collect()
}

#[tokio::test]
async fn what_happens_together_is_one_message_and_each_thing_is_told_once() {
    let (house, receiver) = (House::new().await, Receiver::start().await);
    let to = house.webhook("webhook", &receiver).await;
    house.rule(to, Rule::default()).await;
    for device in ["a1", "a2", "b1"] {
        house.ended(device, "failed", after(0)).await;
        house.ended(device, "failed", after(1)).await;
    }
    house.ended("b1", "verified", after(2)).await;
    house.ended("b2", "suspect", after(2)).await;
    house.worker().look(after(3)).await.unwrap();
    assert_eq!(house.send(after(3)).await, 0, "it still gathers");
    house.ended("a3", "failed", after(3)).await;
    assert_eq!(house.look_and_send(after(3)).await, 1);
    let requests = receiver.requests();
    assert_eq!(requests.len(), 1);
    let body = requests[0].json();
    let wanted = [
        ("first_failure", "a1"),
        ("first_failure", "a2"),
        ("first_failure", "a3"),
        ("first_failure", "b1"),
        ("recovered", "b1"),
        ("suspect", "b2"),
    ];
    assert_eq!(told(&body), pairs(&wanted));
    let subject = "RouterVault: 4 Backup failed, 1 Recovered, 1 Suspect backup at 2 sites";
    assert_eq!(body["subject"], subject);
    assert_eq!(
        body["events"][0]["detail"],
        "It did not answer within 10 seconds."
    );
    assert_eq!(body["events"][5]["detail"], "less than half");
    // Nothing of it again, however often it is looked.
    assert_eq!(house.look_and_send(after(10)).await, 0);
    let messages = house.messages().await;
    assert_eq!(messages.len(), 1);
    assert_eq!(
        (messages[0].state, messages[0].events),
        (MessageState::Sent, 6)
    );
}

#[tokio::test]
async fn a_rule_tells_of_its_sites_and_tags_and_of_the_kinds_it_asks_for() {
    let house = House::new().await;
    let cases: [(Rule<'_>, &[(&str, &str)]); 4] = [
        (
            Rule {
                sites: &["beta"],
                ..Rule::default()
            },
            &[("first_failure", "b1"), ("suspect", "b2")],
        ),
        (
            Rule {
                tags: &["core"],
                ..Rule::default()
            },
            &[("first_failure", "a1"), ("first_failure", "b1")],
        ),
        (
            Rule {
                tags: &["gold"],
                ..Rule::default()
            },
            &[("first_failure", "a1")],
        ),
        (
            Rule {
                kinds: &["suspect"],
                ..Rule::default()
            },
            &[("suspect", "b2")],
        ),
    ];
    let mut receivers = Vec::new();
    for (rule, wanted) in cases {
        let receiver = Receiver::start().await;
        let to = house.webhook("webhook", &receiver).await;
        house.rule(to, rule).await;
        receivers.push((receiver, wanted));
    }
    house.ended("a1", "failed", after(0)).await;
    house.ended("b1", "failed", after(0)).await;
    house.ended("b2", "suspect", after(0)).await;
    house.look_and_send(after(1)).await;
    for (receiver, wanted) in receivers {
        let requests = receiver.requests();
        assert_eq!(requests.len(), 1, "{wanted:?}");
        assert_eq!(told(&requests[0].json()), pairs(wanted));
    }
    assert_eq!(house.count("SELECT count(*) FROM alert_events").await, 3);
}

#[tokio::test]
async fn what_no_rule_asks_for_is_looked_at_and_not_kept() {
    let (house, receiver) = (House::new().await, Receiver::start().await);
    let to = house.webhook("webhook", &receiver).await;
    let rule = house.rule(to, Rule::default()).await;
    house.run("UPDATE alert_rules SET enabled = false").await;
    house.ended("a1", "failed", after(0)).await;
    house.look_and_send(after(1)).await;
    assert_eq!(house.count("SELECT count(*) FROM alert_events").await, 0);
    // Switched on later, it hears of what comes then, and how the device stood is known.
    house.run("UPDATE alert_rules SET enabled = true").await;
    house.ended("a1", "verified", after(2)).await;
    house.look_and_send(after(3)).await;
    let requests = receiver.requests();
    assert_eq!(told(&requests[0].json()), pairs(&[("recovered", "a1")]));
    assert_eq!(requests[0].json()["rule"], format!("rule {}", rule - 1));
}

#[tokio::test]
async fn a_thousand_failures_are_ten_messages() {
    let (house, receiver) = (House::new().await, Receiver::start().await);
    let to = house.webhook("webhook", &receiver).await;
    house.rule(to, Rule::default()).await;
    house
        .run(
            "INSERT INTO devices (site_id, name, address, port, platform, credential_id)
             SELECT 1, 'many' || number, '192.0.2.1', 22, 'routeros', 1
             FROM generate_series(1, 1000) AS number;
             INSERT INTO runs (batch_id, device_id, site_id, priority, state, finished_at,
                               failure_code, failure_message)
             SELECT 1, id, site_id, 0, 'failed', '2026-11-22T12:00:00Z', 'timeout', 'Too slow.'
             FROM devices
             WHERE name LIKE 'many%'",
        )
        .await;
    assert_eq!(house.look_and_send(after(1)).await, 10);
    let mut devices: Vec<_> = Vec::new();
    for request in receiver.requests() {
        devices.extend(told(&request.json()));
    }
    devices.sort();
    devices.dedup();
    assert_eq!(devices.len(), 1000);
}

#[tokio::test]
async fn in_quiet_hours_nothing_is_sent_until_they_end() {
    let (house, receiver) = (House::new().await, Receiver::start().await);
    let to = house.webhook("webhook", &receiver).await;
    let quiet = Some(("22:00", "06:00"));
    house
        .rule(
            to,
            Rule {
                quiet,
                ..Rule::default()
            },
        )
        .await;
    // Berlin is an hour ahead of UTC.
    house
        .ended("a1", "failed", utc("2026-11-22T22:00:00Z"))
        .await;
    house
        .worker()
        .look(utc("2026-11-22T22:00:05Z"))
        .await
        .unwrap();
    house
        .ended("b1", "failed", utc("2026-11-23T03:00:00Z"))
        .await;
    house
        .worker()
        .look(utc("2026-11-23T03:00:05Z"))
        .await
        .unwrap();
    assert_eq!(house.send(utc("2026-11-23T04:59:59Z")).await, 0);
    assert_eq!(house.send(utc("2026-11-23T05:00:00Z")).await, 1);
    let wanted = [("first_failure", "a1"), ("first_failure", "b1")];
    assert_eq!(told(&receiver.requests()[0].json()), pairs(&wanted));
    // What was due before, and is tried again or was kept waiting, waits for the morning, too.
    house
        .ended("a1", "verified", utc("2026-11-23T20:30:00Z"))
        .await;
    house
        .worker()
        .look(utc("2026-11-23T20:30:00Z"))
        .await
        .unwrap();
    assert_eq!(house.send(utc("2026-11-23T21:00:00Z")).await, 1);
    let waiting = &house.messages().await[1];
    assert_eq!((waiting.state, waiting.attempt), (MessageState::Waiting, 0));
    assert_eq!(waiting.due_at, utc("2026-11-24T05:00:00Z"));
    assert_eq!(receiver.requests().len(), 1);
}

#[tokio::test]
async fn a_digest_comes_once_a_day_at_its_time_and_says_that_nothing_happened() {
    let (house, receiver) = (House::new().await, Receiver::start().await);
    let to = house.webhook("webhook", &receiver).await;
    let digest_at = Some("07:00");
    house
        .rule(
            to,
            Rule {
                digest_at,
                ..Rule::default()
            },
        )
        .await;
    let worker = house.worker();
    worker.look(after(0)).await.unwrap();
    house.ended("a1", "failed", after(1)).await;
    house.ended("b1", "failed", after(1)).await;
    house.ended("b1", "verified", after(2)).await;
    worker.look(after(3)).await.unwrap();
    assert_eq!(house.send(utc("2026-11-23T05:59:59Z")).await, 0);
    worker.look(utc("2026-11-23T06:00:00Z")).await.unwrap();
    assert_eq!(house.send(utc("2026-11-23T06:00:01Z")).await, 1);
    // A day later, when nothing was looked at in time: one is told, of a day without anything.
    worker.look(utc("2026-11-24T09:00:00Z")).await.unwrap();
    assert_eq!(house.send(utc("2026-11-24T09:00:01Z")).await, 1);
    assert_eq!(house.send(utc("2026-11-24T09:00:02Z")).await, 0);
    let [first, second] = &receiver.requests()[..] else {
        panic!("two digests");
    };
    let (first, second) = (first.json(), second.json());
    assert_eq!(
        (&first["kind"], &second["kind"]),
        (&"digest".into(), &"digest".into())
    );
    let wanted = [
        ("first_failure", "a1"),
        ("first_failure", "b1"),
        ("recovered", "b1"),
    ];
    assert_eq!(told(&first), pairs(&wanted));
    assert_eq!(first["coverage"]["devices"], 6);
    assert_eq!(first["coverage"]["verified"], 6);
    assert_eq!(first["coverage"]["failing"], 1);
    let subject = "RouterVault: 0 of 6 devices verified, nothing happened";
    assert_eq!(second["subject"], subject);
    assert_eq!(second["coverage"]["overdue"].as_array().unwrap().len(), 6);
    assert_eq!(
        second["coverage"]["overdue"][0]["last_verified_at"],
        "2026-11-22T12:00:00Z"
    );
}

#[tokio::test]
async fn a_rule_that_changes_takes_its_open_message_along() {
    let (house, receiver) = (House::new().await, Receiver::start().await);
    let elsewhere = Receiver::start().await;
    let to = house.webhook("webhook", &receiver).await;
    let other = house.webhook("webhook", &elsewhere).await;
    let digest_at = Some("07:00");
    house
        .rule(
            to,
            Rule {
                digest_at,
                ..Rule::default()
            },
        )
        .await;
    let worker = house.worker();
    house.ended("a1", "failed", after(0)).await;
    worker.look(after(0)).await.unwrap();
    let move_it = format!("UPDATE alert_rules SET destination_id = {other}, digest_at = '18:00'");
    house.run(&move_it).await;
    worker.look(after(1)).await.unwrap();
    let message = &house.messages().await[0];
    assert_eq!(message.due_at, utc("2026-11-22T17:00:00Z"));
    assert_eq!(message.destination_name, format!("webhook{other}"));
    // Without a digest, what happened is told at once.
    house.run("UPDATE alert_rules SET digest_at = NULL").await;
    worker.look(after(2)).await.unwrap();
    assert_eq!(house.send(after(2)).await, 1);
    assert_eq!(house.messages().await[0].kind, MessageKind::Events);
    assert_eq!(
        (receiver.requests().len(), elsewhere.requests().len()),
        (0, 1)
    );
}

#[tokio::test]
async fn a_rule_that_goes_leaves_no_empty_digest_and_no_untold_event() {
    let (house, receiver) = (House::new().await, Receiver::start().await);
    let to = house.webhook("webhook", &receiver).await;
    let digest_at = Some("07:00");
    let (one, two) = (
        house
            .rule(
                to,
                Rule {
                    digest_at,
                    sites: &["alpha"],
                    ..Rule::default()
                },
            )
            .await,
        house
            .rule(
                to,
                Rule {
                    digest_at,
                    sites: &["beta"],
                    ..Rule::default()
                },
            )
            .await,
    );
    let worker = house.worker();
    house.ended("a1", "failed", after(0)).await;
    worker.look(after(0)).await.unwrap();
    house.run("DELETE FROM alert_rules").await;
    worker.look(after(1)).await.unwrap();
    assert_eq!(house.send(after(1)).await, 1, "{one} {two}");
    assert_eq!(house.messages().await.len(), 1);
    let body = receiver.requests()[0].json();
    assert_eq!(told(&body), pairs(&[("first_failure", "a1")]));
}
